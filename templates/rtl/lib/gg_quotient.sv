// Quotient of two signed codes: |a| * 2^Shift / |b| rounded down to Bits bits, the last one also
// set when something remains, with the sign of a / b. More than Bits bits count as all ones; a / 0
// is 0. PerStage (1 or 2) bits per stage. Latency Stages + 4, one quotient per cycle.
module gg_quotient #(
  parameter int unsigned WidthA   = 16,
  parameter int unsigned WidthB   = 16,
  parameter int          Shift    = 12,
  parameter int unsigned Bits     = 18,
  parameter int unsigned PerStage = 2
) (
  input  logic                     clk,
  input  logic signed [WidthA-1:0] a,
  input  logic signed [WidthB-1:0] b,
  output logic signed [Bits:0]     y
);

  localparam int unsigned Up = Shift > 0 ? unsigned'(Shift) : 0;
  localparam int unsigned Down = Shift < 0 ? unsigned'(-Shift) : 0;
  localparam int unsigned WidthN = (WidthA + Up > Bits + WidthB ? WidthA + Up : Bits + WidthB) + 1;

  if (Down > WidthA || PerStage < 1 || PerStage > 2) begin : g_check
    $error("gg_quotient: Shift %0d, WidthA %0d, PerStage %0d", Shift, WidthA, PerStage);
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

  localparam int unsigned Stages = (Bits + PerStage - 1) / PerStage;
  localparam int unsigned Digits = Stages * PerStage;

  logic [WidthB-1:0] first_q, divisor_q;
  logic [WidthB+1:0] triple_q;
  logic [Digits-1:0] digits_q, found;
  logic sign_first_q, zero_q, over_q, lost_q, sign_end, zero, over, was_lost, is_rest, sign_end_q;
  logic [Bits-1:0] size, size_q;

  always_ff @(posedge clk) begin
    first_q      <= shifted[Digits+:WidthB];
    divisor_q    <= b_q;
    triple_q     <= {2'b00, b_q} + {1'b0, b_q, 1'b0};
    digits_q     <= shifted[Digits-1:0];
    sign_first_q <= sign_q;
    zero_q       <= b_q == '0;
    over_q       <= |high[WidthN-1:Bits+WidthB] || high[Bits+WidthB-1:Bits] >= b_q;
    lost_q       <= lost;
  end

  gg_delay #(.Width(4), .Depth(Stages)) u_flags (
    .clk, .enable(1'b1), .x({sign_first_q, zero_q, over_q, lost_q}),
    .y({sign_end, zero, over, was_lost})
  );

  if (PerStage == 2) begin : g_pairs
    gg_digit_pairs #(.Width(WidthB), .Bits(Digits)) u_digits (
      .clk, .first(first_q), .divisor(divisor_q), .triple(triple_q), .digits(digits_q), .y(found),
      .is_rest
    );
  end else begin : g_single
    logic unused_triple;
    assign unused_triple = ^triple_q;

    gg_digits #(.Width(WidthB), .Bits(Digits)) u_digits (
      .clk, .first(first_q), .divisor(divisor_q), .digits(digits_q), .y(found), .is_rest
    );
  end

  if (Digits > Bits) begin : g_even
    logic unused_digit;  // only set where there are too many bits
    assign unused_digit = found[Bits];
  end

  always_comb begin
    size = found[Bits-1:0] | Bits'(is_rest || was_lost);
    if (over) size = '1;
    if (zero) size = '0;
  end

  always_ff @(posedge clk) begin
    size_q     <= size;
    sign_end_q <= sign_end;
    y          <= ({1'b0, size_q} ^ {(Bits + 1) {sign_end_q}}) + (Bits + 1)'(sign_end_q);
  end

endmodule
