// Prefix: a map into the first rows of a larger space, its entries in more bits. Latency 0.
module gg_prefix #(
  parameter int unsigned WidthX = 8,
  parameter int unsigned Width = 8
) (
  input  logic              clk,
  input  logic              rst_n,
  input  logic              x_valid,
  output logic              x_ready,
  input  logic              x_last,
  input  logic [WidthX-1:0] x_data,
  output logic              y_valid,
  input  logic              y_ready,
  output logic              y_last,
  output logic [Width-1:0]  y_data
);

  if (WidthX > Width) begin : g_check
    $error("gg_prefix: WidthX is %0d, must be at most Width, %0d", WidthX, Width);
  end

  logic unused_clock;

  assign unused_clock = clk & rst_n;
  assign y_valid      = x_valid;
  assign y_last       = x_last;
  assign y_data       = Width'(x_data);
  assign x_ready      = y_ready;

endmodule
