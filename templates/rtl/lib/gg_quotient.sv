// Quotient of two signed codes: |a| * 2^Shift / |b| rounded down to Bits bits, the last one also
// set when something remains, with the sign of a / b. More than Bits bits count as all ones; a / 0
// is 0. Non-restoring, one bit per stage. Latency Bits + 4, one quotient per cycle.
module gg_quotient #(
  parameter int unsigned WidthA = 16,
  parameter int unsigned WidthB = 16,
  parameter int          Shift  = 12,
  parameter int unsigned Bits   = 18
) (
  input  logic                     clk,
  input  logic signed [WidthA-1:0] a,
  input  logic signed [WidthB-1:0] b,
  output logic signed [Bits:0]     y
);

  localparam int unsigned Up = Shift > 0 ? unsigned'(Shift) : 0;
  localparam int unsigned Down = Shift < 0 ? unsigned'(-Shift) : 0;
  localparam int unsigned WidthN = (WidthA + Up > Bits + WidthB ? WidthA + Up : Bits + WidthB) + 1;

  if (Down > WidthA) begin : g_check
    $error("gg_quotient: Shift is %0d, must be at least -%0d", Shift, WidthA);
  end

  // Magnitudes.
  logic [WidthA-1:0] a_q;
  logic [WidthB-1:0] b_q;
  logic sign_q;

  always_ff @(posedge clk) begin
    a_q    <= (a ^ {WidthA{a[WidthA-1]}}) + WidthA'(a[WidthA-1]);
    b_q    <= (b ^ {WidthB{b[WidthB-1]}}) + WidthB'(b[WidthB-1]);
    sign_q <= a[WidthA-1] ^ b[WidthB-1];
  end

  // The bits above the quotient's are the first remainder, which must be below the divisor.
  logic [WidthN-1:0] shifted;
  logic [WidthN-1:Bits] high;
  logic lost;

  assign shifted = WidthN'(a_q >> Down) << Up;
  assign high    = shifted[WidthN-1:Bits];

  if (Down > 0) begin : g_lost
    assign lost = |a_q[Down-1:0];
  end else begin : g_no_loss
    assign lost = 1'b0;
  end

  // Stage k: the remainder, the divisor, the bits that are left and the quotient's, inverted.
  logic [Bits:0][WidthB:0] rest_q;
  logic [Bits:0][WidthB-1:0] divisor_q;
  logic [Bits:0][Bits-1:0] digits_q;
  logic [Bits:0] sign_all_q, zero_q, over_q, lost_q;

  always_ff @(posedge clk) begin
    rest_q[0]     <= high[Bits+WidthB:Bits];
    divisor_q[0]  <= b_q;
    digits_q[0]   <= shifted[Bits-1:0];
    sign_all_q[0] <= sign_q;
    zero_q[0]     <= b_q == '0;
    over_q[0]     <= |high[WidthN-1:Bits+WidthB] || high[Bits+WidthB-1:Bits] >= b_q;
    lost_q[0]     <= lost;
  end

  for (genvar k = 0; k < Bits; k++) begin : g_digit
    // A negative remainder takes the divisor back; the added low bit is the borrow's carry.
    logic add, unused_bit;
    logic [WidthB:0] sum;

    assign add = rest_q[k][WidthB];
    assign {sum, unused_bit} = {rest_q[k][WidthB-1:0], digits_q[k][Bits-1], 1'b1}
        + {{1'b0, divisor_q[k]} ^ {(WidthB + 1) {!add}}, !add};

    always_ff @(posedge clk) begin
      rest_q[k+1]     <= sum;
      divisor_q[k+1]  <= divisor_q[k];
      digits_q[k+1]   <= Bits'({digits_q[k], sum[WidthB]});
      sign_all_q[k+1] <= sign_all_q[k];
      zero_q[k+1]     <= zero_q[k];
      over_q[k+1]     <= over_q[k];
      lost_q[k+1]     <= lost_q[k];
    end
  end

  // A negative remainder stands for itself plus the divisor; x + d = 0 without a carry chain.
  logic [WidthB:0] rest, last;
  logic is_rest, sign_end_q;
  logic [Bits-1:0] size, size_q;

  assign rest    = rest_q[Bits];
  assign last    = {1'b0, divisor_q[Bits]};
  assign is_rest = lost_q[Bits]
      || (rest[WidthB] ? |(rest ^ last ^ {rest[WidthB-1:0] | last[WidthB-1:0], 1'b0}) : |rest);

  always_comb begin
    size = ~digits_q[Bits] | Bits'(is_rest);
    if (over_q[Bits]) size = '1;
    if (zero_q[Bits]) size = '0;
  end

  always_ff @(posedge clk) begin
    size_q     <= size;
    sign_end_q <= sign_all_q[Bits];
    y          <= ({1'b0, size_q} ^ {(Bits + 1) {sign_end_q}}) + (Bits + 1)'(sign_end_q);
  end

endmodule
