// Compare: a mask of a against b, lane by lane (Relation: 0 eq 1 ne 2 lt 3 le 4 gt 5 ge). DropA and
// DropB are fraction bits that the other operand does not have, SignedA and SignedB tell how the
// codes are read. A 1-lane operand may be broadcast. One beat per cycle. Latency 1, 2 if bits drop.
module gg_compare #(
  parameter int unsigned LanesA     = 1,
  parameter int unsigned LanesB     = 1,
  parameter int unsigned Lanes      = 1,
  parameter int unsigned Beats      = 1,
  parameter int unsigned BroadcastA = 0,
  parameter int unsigned BroadcastB = 0,
  parameter int unsigned WidthA     = 8,
  parameter int unsigned WidthB     = 8,
  parameter int unsigned SignedA    = 0,
  parameter int unsigned SignedB    = 0,
  parameter int unsigned DropA      = 0,
  parameter int unsigned DropB      = 0,
  parameter int unsigned Relation   = 0
) (
  input  logic                     clk,
  input  logic                     rst_n,
  input  logic                     a_valid,
  output logic                     a_ready,
  input  logic                     a_last,
  input  logic [LanesA*WidthA-1:0] a_data,
  input  logic                     b_valid,
  output logic                     b_ready,
  input  logic                     b_last,
  input  logic [LanesB*WidthB-1:0] b_data,
  output logic                     y_valid,
  input  logic                     y_ready,
  output logic                     y_last,
  output logic [Lanes-1:0]         y_data
);

  localparam bit IsAligned = DropA == 0 && DropB == 0;
  localparam int unsigned KeptA = WidthA - DropA;
  localparam int unsigned KeptB = WidthB - DropB;
  localparam int unsigned Kept = KeptA > KeptB ? KeptA : KeptB;
  // One bit for a sign where only one operand has one, one for what lies between two codes.
  localparam int unsigned Width = Kept + (SignedA == SignedB ? 0 : 1) + (IsAligned ? 0 : 1);

  if (Relation > 5 || DropA > WidthA || DropB > WidthB || (DropA > 0 && DropB > 0)) begin : g_check
    $error("gg_compare: Relation %0d, DropA %0d, DropB %0d", Relation, DropA, DropB);
  end

  logic valid, ready, last, held_valid, held_ready, held_last;
  logic [Lanes*WidthA-1:0] a_all;
  logic [Lanes*WidthB-1:0] b_all;
  logic [2*Lanes*Width-1:0] codes, held;
  logic [Lanes-1:0] mask;

  gg_pair #(
    .LanesA(LanesA),
    .LanesB(LanesB),
    .Lanes(Lanes),
    .Beats(Beats),
    .BroadcastA(BroadcastA),
    .BroadcastB(BroadcastB),
    .WidthA(WidthA),
    .WidthB(WidthB)
  ) u_pair (
    .clk, .rst_n,
    .a_valid, .a_ready, .a_last, .a_data,
    .b_valid, .b_ready, .b_last, .b_data,
    .valid, .ready, .last,
    .a_all, .b_all
  );

  for (genvar i = 0; i < Lanes; i++) begin : g_align
    gg_halves #(.WidthX(WidthA), .Signed(SignedA), .Drop(DropA), .Width(Width),
      .Append(IsAligned ? 0 : 1), .Flip(SignedA | SignedB)) u_a (
      .x(a_all[i*WidthA+:WidthA]),
      .y(codes[2*i*Width+:Width])
    );
    gg_halves #(.WidthX(WidthB), .Signed(SignedB), .Drop(DropB), .Width(Width),
      .Append(IsAligned ? 0 : 1), .Flip(SignedA | SignedB)) u_b (
      .x(b_all[i*WidthB+:WidthB]),
      .y(codes[(2*i+1)*Width+:Width])
    );
  end

  if (IsAligned) begin : g_direct
    assign held       = codes;
    assign held_valid = valid;
    assign held_last  = last;
    assign ready      = held_ready;
  end else begin : g_held
    gg_reg #(.Width(2 * Lanes * Width)) u_held (
      .clk, .rst_n,
      .x_valid(valid), .x_ready(ready), .x_last(last), .x_data(codes),
      .y_valid(held_valid), .y_ready(held_ready), .y_last(held_last), .y_data(held)
    );
  end

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic [Width-1:0] a, b;
    logic is_less;

    assign a = held[2*i*Width+:Width];
    assign b = held[(2*i+1)*Width+:Width];
    assign is_less = Relation == 2 || Relation == 5 ? a < b : b < a;
    assign mask[i] = Relation < 2 ? (a == b) == (Relation == 0)
        : is_less == (Relation == 2 || Relation == 4);
  end

  gg_skid #(.Width(Lanes)) u_skid (
    .clk, .rst_n,
    .x_valid(held_valid), .x_ready(held_ready), .x_last(held_last), .x_data(mask),
    .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
