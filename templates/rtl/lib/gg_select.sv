// Select: a where the mask is set, else b, lane by lane, each cast to WidthY bits on its own
// (ShiftA and ShiftB are the fraction bits to drop). 1-lane operands may be broadcast. One beat per
// cycle. Latency 3, 4 if a shift is positive.
module gg_select #(
  parameter int unsigned LanesM     = 4,
  parameter int unsigned LanesA     = 4,
  parameter int unsigned LanesB     = 4,
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned BroadcastM = 0,
  parameter int unsigned BroadcastA = 0,
  parameter int unsigned BroadcastB = 0,
  parameter int unsigned WidthA     = 16,
  parameter int unsigned WidthB     = 16,
  parameter int          ShiftA     = 4,
  parameter int          ShiftB     = 0,
  parameter int unsigned WidthY     = 16,
  parameter int unsigned Rounding   = 2,
  parameter int unsigned Overflow   = 1
) (
  input  logic                     clk,
  input  logic                     rst_n,
  input  logic                     mask_valid,
  output logic                     mask_ready,
  input  logic                     mask_last,
  input  logic [LanesM-1:0]        mask_data,
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
  output logic [Lanes*WidthY-1:0]  y_data
);

  localparam int unsigned CastStages = ShiftA > 0 || ShiftB > 0 ? 2 : 1;
  localparam int unsigned Stages = CastStages + 1;
  localparam int unsigned WidthAB = WidthA + WidthB;

  logic both_valid, both_ready, both_last, valid, last, grant, enter;
  logic [Lanes*WidthA-1:0] a_all;
  logic [Lanes*WidthB-1:0] b_all;
  logic [Lanes*WidthAB-1:0] both, both_all;
  logic [Lanes-1:0] mask_all;
  logic [Lanes*WidthY-1:0] result;

  assign enter = valid && grant;

  gg_pair #(
    .LanesA(LanesA),
    .LanesB(LanesB),
    .Lanes(Lanes),
    .Beats(Beats),
    .BroadcastA(BroadcastA),
    .BroadcastB(BroadcastB),
    .WidthA(WidthA),
    .WidthB(WidthB)
  ) u_operands (
    .clk, .rst_n,
    .a_valid, .a_ready, .a_last, .a_data,
    .b_valid, .b_ready, .b_last, .b_data,
    .valid(both_valid), .ready(both_ready), .last(both_last),
    .a_all, .b_all
  );

  gg_pair #(
    .LanesA(LanesM),
    .LanesB(Lanes),
    .Lanes(Lanes),
    .Beats(Beats),
    .BroadcastA(BroadcastM),
    .BroadcastB(0),
    .WidthA(1),
    .WidthB(WidthAB)
  ) u_choice (
    .clk, .rst_n,
    .a_valid(mask_valid), .a_ready(mask_ready), .a_last(mask_last), .a_data(mask_data),
    .b_valid(both_valid), .b_ready(both_ready), .b_last(both_last), .b_data(both),
    .valid, .ready(grant), .last,
    .a_all(mask_all), .b_all(both_all)
  );

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic waited, choice;
    logic [WidthY-1:0] a, b, chosen_q;

    assign both[i*WidthAB+:WidthAB] = {b_all[i*WidthB+:WidthB], a_all[i*WidthA+:WidthA]};
    assign result[i*WidthY+:WidthY] = chosen_q;

    gg_cast #(
      .WidthAcc(WidthA), .WidthY(WidthY), .Shift(ShiftA),
      .Rounding(Rounding), .Overflow(Overflow), .Stages(CastStages)
    ) u_a (
      .clk, .x(both_all[i*WidthAB+:WidthA]), .y(a)
    );

    gg_cast #(
      .WidthAcc(WidthB), .WidthY(WidthY), .Shift(ShiftB),
      .Rounding(Rounding), .Overflow(Overflow), .Stages(CastStages)
    ) u_b (
      .clk, .x(both_all[i*WidthAB+WidthA+:WidthB]), .y(b)
    );

    gg_delay #(.Width(1), .Depth(CastStages - 1)) u_wait (
      .clk, .enable(1'b1), .x(mask_all[i]), .y(waited)
    );

    gg_copy u_choice (.clk, .x(waited), .y(choice));  // one choice may be that of all lanes

    always_ff @(posedge clk) chosen_q <= choice ? a : b;
  end

  gg_stages #(.Stages(Stages), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter, .last, .result, .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
