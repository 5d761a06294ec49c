// Offset: counts the beats of `rows` up to the end token, then adds their number to every entry of
// x: a map into the rows that come behind those of another space.
// Latency 1, one entry per cycle. x_ready depends on y_ready in the same cycle.
module gg_offset #(
  parameter int unsigned WidthX = 8,
  parameter int unsigned Width = 8
) (
  input  logic              clk,
  input  logic              rst_n,
  input  logic              x_valid,
  output logic              x_ready,
  input  logic              x_last,
  input  logic [WidthX-1:0] x_data,
  input  logic              rows_valid,
  output logic              rows_ready,
  input  logic              rows_last,
  input  logic [0:0]        rows_data,
  output logic              y_valid,
  input  logic              y_ready,
  output logic              y_last,
  output logic [Width-1:0]  y_data
);

  if (WidthX > Width) begin : g_check
    $error("gg_offset: WidthX is %0d, must be at most Width, %0d", WidthX, Width);
  end

  logic is_counted_q;
  logic [Width-1:0] count_q;
  logic unused_data;

  assign unused_data = rows_data;
  assign rows_ready  = !is_counted_q;
  assign x_ready     = is_counted_q && (!y_valid || y_ready);

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      is_counted_q <= 1'b0;
      count_q      <= '0;
      y_valid      <= 1'b0;
    end else begin
      if (rows_valid && rows_ready) begin
        is_counted_q <= rows_last;
        count_q      <= rows_last ? count_q : count_q + 1'b1;
      end else if (x_valid && x_ready && x_last) begin
        is_counted_q <= 1'b0;
        count_q      <= '0;
      end
      if (!y_valid || y_ready) y_valid <= x_valid && x_ready;
    end
  end

  always_ff @(posedge clk) begin
    if (x_ready) begin
      y_last <= x_last;
      y_data <= Width'(x_data) + count_q;
    end
  end

endmodule
