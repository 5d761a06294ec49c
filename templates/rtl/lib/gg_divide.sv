// Divide: a / b, lane by lane, correctly rounded; 0 where b is 0. The quotient has Bits bits before
// the cast, of a dividend shifted left by ShiftA. A 1-lane operand may be broadcast. One beat per
// cycle. A stage finds PerStage (1 or 2) bits of the quotient: latency ceil(Bits / PerStage) + 6, 1
// more if Shift > 0.
module gg_divide #(
  parameter int unsigned LanesA     = 4,
  parameter int unsigned LanesB     = 4,
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned BroadcastA = 0,
  parameter int unsigned BroadcastB = 0,
  parameter int unsigned WidthA     = 16,
  parameter int unsigned WidthB     = 16,
  parameter int unsigned Bits       = 18,
  parameter int          ShiftA     = 12,
  parameter int unsigned PerStage   = 2,
  parameter int unsigned WidthAcc   = 19,
  parameter int unsigned WidthY     = 16,
  parameter int          Shift      = 2,
  parameter int unsigned Rounding   = 2,
  parameter int unsigned Overflow   = 1
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
  output logic [Lanes*WidthY-1:0]  y_data
);

  localparam int unsigned CastStages = Shift > 0 ? 2 : 1;
  localparam int unsigned Stages = CastStages + (Bits + PerStage - 1) / PerStage + 4;

  logic valid, last, grant, enter;
  logic [Lanes*WidthA-1:0] a_all;
  logic [Lanes*WidthB-1:0] b_all;
  logic [Lanes*WidthY-1:0] result;

  assign enter = valid && grant;

  gg_pair #(
    .LanesA(LanesA), .LanesB(LanesB), .Lanes(Lanes), .Beats(Beats),
    .BroadcastA(BroadcastA), .BroadcastB(BroadcastB), .WidthA(WidthA), .WidthB(WidthB)
  ) u_pair (
    .clk, .rst_n, .a_valid, .a_ready, .a_last, .a_data, .b_valid, .b_ready, .b_last, .b_data,
    .valid, .ready(grant), .last, .a_all, .b_all
  );

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic signed [Bits:0] quotient;

    gg_quotient #(
      .WidthA(WidthA),
      .WidthB(WidthB),
      .Shift(ShiftA),
      .Bits(Bits),
      .PerStage(PerStage)
    ) u_quotient (
      .clk,
      .a(a_all[i*WidthA+:WidthA]),
      .b(b_all[i*WidthB+:WidthB]),
      .y(quotient)
    );

    gg_cast #(
      .WidthAcc(WidthAcc),
      .WidthY(WidthY),
      .Shift(Shift),
      .Rounding(Rounding),
      .Overflow(Overflow),
      .Stages(CastStages)
    ) u_cast (
      .clk,
      .x(WidthAcc'(quotient)),
      .y(result[i*WidthY+:WidthY])
    );
  end

  gg_stages #(.Stages(Stages), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter, .last, .result, .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
