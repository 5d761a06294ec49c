// One spare place beside a stream, a part of gg_fifo: a beat that y does not take at once waits in
// it, so that no path leads from y_ready to x_ready. Latency 0, one beat per cycle.
module gg_spare #(
  parameter int unsigned Width = 16
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             x_valid,
  output logic             x_ready,
  input  logic [Width-1:0] x_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic [Width-1:0] y_data
);

  (* keep *) logic is_held_q;  // equal to those of the other parts
  logic [Width-1:0] held_q;

  assign x_ready = !is_held_q;
  assign y_valid = x_valid || is_held_q;
  assign y_data  = is_held_q ? held_q : x_data;

  always_ff @(posedge clk) begin
    is_held_q <= rst_n && y_valid && !y_ready;
    if (x_valid && !is_held_q) held_q <= x_data;
  end

endmodule
