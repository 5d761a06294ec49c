// Joint: a * Radix + b, lane by lane, unsigned: one integer for each pair of two. A 1-lane operand
// may be broadcast. One beat per cycle. Latency 1.
module gg_joint #(
  parameter int unsigned LanesA     = 1,
  parameter int unsigned LanesB     = 1,
  parameter int unsigned Lanes      = 1,
  parameter int unsigned Beats      = 1,
  parameter int unsigned BroadcastA = 0,
  parameter int unsigned BroadcastB = 0,
  parameter int unsigned WidthA     = 4,
  parameter int unsigned WidthB     = 3,
  parameter int unsigned Radix      = 5,
  parameter int unsigned WidthY     = 7
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

  logic valid, ready, last;
  logic [Lanes*WidthA-1:0] a_all;
  logic [Lanes*WidthB-1:0] b_all;
  logic [Lanes*WidthY-1:0] joined;

  gg_pair #(
    .LanesA(LanesA), .LanesB(LanesB), .Lanes(Lanes), .Beats(Beats),
    .BroadcastA(BroadcastA), .BroadcastB(BroadcastB), .WidthA(WidthA), .WidthB(WidthB)
  ) u_pair (
    .clk, .rst_n, .a_valid, .a_ready, .a_last, .a_data, .b_valid, .b_ready, .b_last, .b_data,
    .valid, .ready, .last, .a_all, .b_all
  );

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic [WidthY-1:0] a, b;

    assign a = WidthY'(a_all[i*WidthA+:WidthA]);
    assign b = WidthY'(b_all[i*WidthB+:WidthB]);
    assign joined[i*WidthY+:WidthY] = a * WidthY'(Radix) + b;
  end

  gg_skid #(.Width(Lanes * WidthY)) u_skid (
    .clk, .rst_n,
    .x_valid(valid), .x_ready(ready), .x_last(last), .x_data(joined),
    .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
