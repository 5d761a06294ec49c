// Maximum: the larger of a and b, with Minimum the smaller, lane by lane. A 1-lane operand may be
// broadcast. One beat per cycle. Latency 1.
module gg_maximum #(
  parameter int unsigned LanesA     = 4,
  parameter int unsigned LanesB     = 4,
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned BroadcastA = 0,
  parameter int unsigned BroadcastB = 0,
  parameter int unsigned WidthA     = 16,
  parameter int unsigned WidthB     = 16,
  parameter int unsigned Minimum    = 0
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
  output logic [Lanes*WidthA-1:0]  y_data
);

  if (WidthA != WidthB) begin : g_check
    $error("gg_maximum: WidthA is %0d, WidthB is %0d, must be equal", WidthA, WidthB);
  end

  logic valid, ready, last;
  logic [Lanes*WidthA-1:0] a_all, chosen;
  logic [Lanes*WidthB-1:0] b_all;

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
    .clk,
    .rst_n,
    .a_valid,
    .a_ready,
    .a_last,
    .a_data,
    .b_valid,
    .b_ready,
    .b_last,
    .b_data,
    .valid,
    .ready,
    .last,
    .a_all,
    .b_all
  );

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic signed [WidthA-1:0] a, b;

    assign a = a_all[i*WidthA+:WidthA];
    assign b = b_all[i*WidthB+:WidthB];
    assign chosen[i*WidthA+:WidthA] = (a > b) == (Minimum == 0) ? a : b;
  end

  gg_reg #(
    .Width(Lanes * WidthA)
  ) u_reg (
    .clk,
    .rst_n,
    .x_valid(valid),
    .x_ready(ready),
    .x_last (last),
    .x_data (chosen),
    .y_valid,
    .y_ready,
    .y_last,
    .y_data
  );

endmodule
