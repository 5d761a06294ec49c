// A point on a line: value * 2^AlongBits + rise * along, negated for `negative` codes of an odd
// function (Mirror 2). One per cycle. Latency 2; without lines (AlongBits 0) 0, or 1 if odd.
module gg_line #(
  parameter int unsigned Mirror     = 0,
  parameter int unsigned AlongBits  = 6,
  parameter int unsigned WidthAlong = 7,
  parameter int unsigned WidthValue = 19,
  parameter int unsigned WidthRise  = 12,
  parameter int unsigned WidthSum   = 25
) (
  input  logic                         clk,
  input  logic signed [WidthValue-1:0] value,
  input  logic signed [WidthRise-1:0]  rise,
  input  logic signed [WidthAlong-1:0] along,
  input  logic                         negative,
  output logic signed [WidthSum-1:0]   sum
);

  logic signed [WidthValue:0] wide, turned;
  logic turns;

  assign turns  = Mirror > 1 && negative;
  assign wide   = {value[WidthValue-1], value};
  assign turned = turns ? -wide : wide;

  if (AlongBits > 0) begin : g_line
    localparam int unsigned WidthP = WidthAlong + WidthRise;
    logic signed [WidthValue:0] value_q;
    logic signed [WidthP-1:0] product_q;
    logic signed [WidthSum-1:0] start, product;
    logic turns_q, unused_sign;  // the exact result may be narrower than the product

    assign start       = WidthSum'(value_q) <<< AlongBits;
    assign product     = WidthSum'(product_q);
    assign unused_sign = ^product_q;

    always_ff @(posedge clk) begin
      value_q   <= turned;
      turns_q   <= turns;
      product_q <= WidthP'(along) * WidthP'(rise);
      sum       <= turns_q ? start - product : start + product;
    end
  end else begin : g_flat
    logic unused_line;  // the value negated has a sign bit more
    assign unused_line = ^{rise, along, turned};

    if (Mirror > 1) begin : g_odd
      always_ff @(posedge clk) sum <= WidthSum'(turned);
    end else begin : g_direct
      logic unused_clk;
      assign unused_clk = clk;
      assign sum = WidthSum'(value);
    end
  end

endmodule
