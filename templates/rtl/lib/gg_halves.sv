// A code ready to be compared: Drop low bits become one that tells whether any was set (if Append),
// and with Flip the sign bit is inverted, so that unsigned order is the order of the numbers.
// Latency 0.
module gg_halves #(
  parameter int unsigned WidthX = 16,
  parameter int unsigned Signed = 1,
  parameter int unsigned Drop   = 4,
  parameter int unsigned Append = 1,
  parameter int unsigned Flip   = 1,
  parameter int unsigned Width  = 14
) (
  input  logic [WidthX-1:0] x,
  output logic [Width-1:0]  y
);

  logic signed [WidthX:0] kept;
  logic [Width-1:0] halves;
  logic unused_sign;  // where no operand has one

  assign unused_sign = ^kept;
  assign kept = signed'({Signed != 0 && x[WidthX-1], x}) >>> Drop;
  assign y    = halves ^ (Width'(Flip) << (Width - 1));

  if (Append == 0) begin : g_whole
    assign halves = Width'(kept);
  end else if (Drop == 0) begin : g_exact
    assign halves = Width'(signed'({kept, 1'b0}));
  end else begin : g_rest
    assign halves = Width'(signed'({kept, |x[Drop-1:0]}));
  end

endmodule
