// Takes a graph from `a` in layer 0 and from `b` in the layers after it, changing at end tokens.
// Latency 0.
module gg_merge #(
  parameter int unsigned Width = 16,
  parameter int unsigned Iters = 2
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             a_valid,
  output logic             a_ready,
  input  logic             a_last,
  input  logic [Width-1:0] a_data,
  input  logic             b_valid,
  output logic             b_ready,
  input  logic             b_last,
  input  logic [Width-1:0] b_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [Width-1:0] y_data
);

  gg_turn #(.Width(Width), .Own(1), .Iters(Iters)) u_turn (
    .clk, .rst_n, .a_valid, .a_ready, .a_last, .a_data, .b_valid, .b_ready, .b_last, .b_data,
    .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
