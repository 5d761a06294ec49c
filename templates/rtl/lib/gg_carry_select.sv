// The sum of two codes in the same cycle, for where something else is in that cycle too. Wider than
// Chain bits, its high half is added with and without a carry beside the low one, which chooses: a
// carry chain half as long. Latency 0.
module gg_carry_select #(
  parameter int unsigned Width = 36,
  parameter int unsigned Chain = 32
) (
  input  logic [Width-1:0] a,
  input  logic [Width-1:0] b,
  output logic [Width-1:0] y
);

  if (Width <= Chain) begin : g_one
    assign y = a + b;
  end else begin : g_halves
    localparam int unsigned Low = Width / 2;

    logic [Low:0] low;  // with the carry
    logic [Width-Low-1:0] without, carried;

    assign low     = (Low + 1)'(a[Low-1:0]) + (Low + 1)'(b[Low-1:0]);
    assign without = a[Width-1:Low] + b[Width-1:Low];
    assign carried = a[Width-1:Low] + b[Width-1:Low] + (Width - Low)'(1);
    assign y       = {low[Low] ? carried : without, low[Low-1:0]};
  end

endmodule
