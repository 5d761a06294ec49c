// Register slice: one beat of storage between two streams.
// Latency 1, one beat per cycle. x_ready depends on y_ready in the same cycle.
module gg_reg #(
  parameter int unsigned Width = 16
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             x_valid,
  output logic             x_ready,
  input  logic             x_last,
  input  logic [Width-1:0] x_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [Width-1:0] y_data
);

  assign x_ready = !y_valid || y_ready;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      y_valid <= 1'b0;
    end else if (x_ready) begin
      y_valid <= x_valid;
    end
  end

  always_ff @(posedge clk) begin
    if (x_ready) begin
      y_last <= x_last;
      y_data <= x_data;
    end
  end

endmodule
