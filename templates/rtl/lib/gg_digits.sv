// Digits of a quotient: (first * 2^Bits + digits) / divisor, for `first` below `divisor`, and what
// remains. Non-restoring, one bit per stage, so that no more than one sum stands between registers.
// Latency Bits, one quotient per cycle.
module gg_digits #(
  parameter int unsigned Width = 16,
  parameter int unsigned Bits  = 18
) (
  input  logic             clk,
  input  logic [Width-1:0] first,
  input  logic [Width-1:0] divisor,
  input  logic [Bits-1:0]  digits,
  output logic [Bits-1:0]  y,
  output logic             is_rest   // something remains
);

  // Stage k: the remainder, the divisor, the bits that are left and the quotient's, inverted.
  logic [Bits:0][Width:0] rest;
  logic [Bits:0][Width-1:0] divisor_all;
  logic [Bits:0][Bits-1:0] digits_all;

  assign rest[0]        = {1'b0, first};
  assign divisor_all[0] = divisor;
  assign digits_all[0]  = digits;

  for (genvar k = 0; k < Bits; k++) begin : g_digit
    // A negative remainder takes the divisor back; the added low bit is the borrow's carry.
    logic add, unused_bit;
    logic [Width:0] sum, rest_q;
    logic [Width-1:0] divisor_q;
    logic [Bits-1:0] digits_q;

    assign add = rest[k][Width];
    assign {sum, unused_bit} = {rest[k][Width-1:0], digits_all[k][Bits-1], 1'b1}
        + {{1'b0, divisor_all[k]} ^ {(Width + 1) {!add}}, !add};

    always_ff @(posedge clk) begin
      rest_q    <= sum;
      divisor_q <= divisor_all[k];
      digits_q  <= Bits'({digits_all[k], sum[Width]});
    end

    assign rest[k+1]        = rest_q;
    assign divisor_all[k+1] = divisor_q;
    assign digits_all[k+1]  = digits_q;
  end

  // A negative remainder stands for itself plus the divisor; x + d = 0 without a carry chain.
  logic [Width:0] left, last;

  assign left    = rest[Bits];
  assign last    = {1'b0, divisor_all[Bits]};
  assign is_rest = left[Width] ? |(left ^ last ^ {left[Width-1:0] | last[Width-1:0], 1'b0}) : |left;
  assign y       = ~digits_all[Bits];

endmodule
