// Narrows one signed code: drops Shift bits (or appends -Shift) with Rounding, then brings the
// result into WidthY bits with Overflow. The only module that drops bits.
// Rounding: 0 TRN 1 TRN_ZERO 2 RND 3 RND_ZERO 4 RND_INF 5 RND_MIN_INF 6 RND_CONV.
// Overflow: 0 WRAP 1 SAT 2 SAT_SYM. Latency Stages: 0 none, 1 result register, 2 also after
// rounding.
module gg_cast #(
  parameter int unsigned WidthAcc = 32,
  parameter int unsigned WidthY   = 16,
  parameter int          Shift    = 8,
  parameter int unsigned Rounding = 2,
  parameter int unsigned Overflow = 1,
  parameter int unsigned Stages   = 0
) (
  input  logic                clk,
  input  logic [WidthAcc-1:0] x,
  output logic [WidthY-1:0]   y
);

  // Bits of the rounded code: at least one more than the narrowest that can hold it.
  localparam int Kept = int'(WidthAcc) - Shift;
  localparam int unsigned WidthR = unsigned'(Kept < 1 ? 2 : Kept + 1);

  if (Rounding > 6 || Overflow > 2 || Stages > 2) begin : g_check
    $error("gg_cast: Rounding %0d, Overflow %0d, Stages %0d", Rounding, Overflow, Stages);
  end

  logic signed [WidthR-1:0] rounded, held;
  logic [WidthY-1:0] narrowed;

  if (Shift > 0) begin : g_round
    localparam int unsigned Drop = unsigned'(Shift);

    logic signed [WidthR+Drop-1:0] wide;
    logic half, rest, sign, odd, up;

    assign wide = (WidthR + Drop)'(signed'(x));
    assign sign = wide[WidthR+Drop-1];
    assign odd  = wide[Drop];
    assign half = wide[Drop-1];

    if (Drop > 1) begin : g_rest
      assign rest = |wide[Drop-2:0];
    end else begin : g_no_rest
      assign rest = 1'b0;
    end

    // The dropped part is `half` steps of 1/2 and a `rest` below that: floor, then maybe up.
    always_comb begin
      case (Rounding)
        1: up = sign && (half || rest);
        2: up = half;
        3: up = half && (sign || rest);
        4: up = half && (!sign || rest);
        5: up = half && rest;
        6: up = half && (odd || rest);
        default: up = 1'b0;
      endcase
    end

    assign rounded = signed'(wide[WidthR+Drop-1:Drop]) + signed'({{(WidthR - 1) {1'b0}}, up});
  end else begin : g_append
    assign rounded = WidthR'(signed'(x)) <<< unsigned'(-Shift);
  end

  if (Stages > 1) begin : g_held
    always_ff @(posedge clk) held <= rounded;
  end else begin : g_through
    assign held = rounded;
  end

  if (WidthR <= WidthY) begin : g_extend
    assign narrowed = WidthY'(held);
  end else if (Overflow == 0) begin : g_wrap
    logic unused_bits;
    assign unused_bits = ^held[WidthR-1:WidthY];
    assign narrowed = held[WidthY-1:0];
  end else begin : g_saturate
    localparam logic [WidthY-1:0] Highest = {1'b0, {(WidthY - 1) {1'b1}}};
    localparam logic [WidthY-1:0] Lowest = ~Highest | WidthY'(Overflow == 2);

    logic is_over, is_under;

    assign is_over  = !held[WidthR-1] && |held[WidthR-2:WidthY-1];
    assign is_under = held[WidthR-1] && (!(&held[WidthR-2:WidthY-1])
        || (Overflow == 2 && held[WidthY-1:0] == ~Highest));
    assign narrowed = is_over ? Highest : is_under ? Lowest : held[WidthY-1:0];
  end

  if (Stages > 0) begin : g_registered
    always_ff @(posedge clk) y <= narrowed;
  end else begin : g_direct
    logic unused_clk;
    assign unused_clk = clk;
    assign y = narrowed;
  end

endmodule
