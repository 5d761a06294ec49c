// Digits of a quotient: (first * 2^Bits + digits) / divisor, for `first` below `divisor`, and what
// remains; Bits is even. Two bits per stage: the divisor is taken off once, twice and three times
// side by side, and what stays above 0 is chosen. Latency Bits / 2, one quotient per cycle.
module gg_digit_pairs #(
  parameter int unsigned Width = 16,
  parameter int unsigned Bits  = 18
) (
  input  logic             clk,
  input  logic [Width-1:0] first,
  input  logic [Width-1:0] divisor,
  input  logic [Width+1:0] triple,   // of the divisor
  input  logic [Bits-1:0]  digits,
  output logic [Bits-1:0]  y,
  output logic             is_rest   // something remains
);

  localparam int unsigned Stages = Bits / 2;

  // Stage k: the remainder, the divisor and three times it, the bits left and the quotient's.
  logic [Stages:0][Width-1:0] rest, divisor_all;
  logic [Stages:0][Width+1:0] triple_all;
  logic [Stages:0][Bits-1:0] digits_all;

  if (Bits % 2 != 0) begin : g_check
    $error("gg_digit_pairs: Bits is %0d, must be even", Bits);
  end

  assign rest[0]        = first;
  assign divisor_all[0] = divisor;
  assign triple_all[0]  = triple;
  assign digits_all[0]  = digits;

  for (genvar k = 0; k < Stages; k++) begin : g_pair
    logic [Width+2:0] whole, less1, less2, less3;  // the highest bit says that it is too much
    logic [1:0] digit;
    logic [Width-1:0] rest_d, rest_q, divisor_q;
    logic [Width+1:0] triple_q;
    logic [Bits-1:0] digits_q;

    assign whole = {1'b0, rest[k], digits_all[k][Bits-1-:2]};
    assign less1 = whole - {3'b000, divisor_all[k]};
    assign less2 = whole - {2'b00, divisor_all[k], 1'b0};
    assign less3 = whole - {1'b0, triple_all[k]};
    assign digit = {!less2[Width+2], less2[Width+2] ? !less1[Width+2] : !less3[Width+2]};

    always_comb begin
      case (digit)
        2'd0:    rest_d = whole[Width-1:0];
        2'd1:    rest_d = less1[Width-1:0];
        2'd2:    rest_d = less2[Width-1:0];
        default: rest_d = less3[Width-1:0];
      endcase
    end

    always_ff @(posedge clk) begin
      rest_q    <= rest_d;
      divisor_q <= divisor_all[k];
      triple_q  <= triple_all[k];
      digits_q  <= Bits'({digits_all[k], digit});
    end

    assign rest[k+1]        = rest_q;
    assign divisor_all[k+1] = divisor_q;
    assign triple_all[k+1]  = triple_q;
    assign digits_all[k+1]  = digits_q;

    logic unused_high;  // what is chosen is below the divisor
    assign unused_high = ^{whole[Width+2:Width], less1[Width+1:Width], less2[Width+1:Width],
        less3[Width+1:Width]};
  end

  logic unused_last;
  assign unused_last = ^{divisor_all[Stages], triple_all[Stages]};

  assign is_rest = |rest[Stages];
  assign y       = digits_all[Stages];

endmodule
