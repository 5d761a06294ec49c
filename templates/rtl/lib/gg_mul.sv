// Mul: a * b, lane by lane. A 1-lane operand may be broadcast. One beat per cycle. Latency 4, 5 if
// Shift > 0.
module gg_mul #(
  parameter int unsigned LanesA     = 4,
  parameter int unsigned LanesB     = 4,
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned BroadcastA = 0,
  parameter int unsigned BroadcastB = 0,
  parameter int unsigned WidthA     = 16,
  parameter int unsigned WidthB     = 16,
  parameter int unsigned WidthAcc   = 32,
  parameter int unsigned WidthY     = 16,
  parameter int          Shift      = 4,
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
  localparam int unsigned Stages = CastStages + 2;

  logic valid, last, grant, enter;
  logic [Lanes*WidthA-1:0] a_all, a_q;
  logic [Lanes*WidthB-1:0] b_all, b_q;
  logic [Lanes*WidthY-1:0] result;

  assign enter = valid && grant;

  gg_pair #(
    .LanesA(LanesA), .LanesB(LanesB), .Lanes(Lanes), .Beats(Beats),
    .BroadcastA(BroadcastA), .BroadcastB(BroadcastB), .WidthA(WidthA), .WidthB(WidthB)
  ) u_pair (
    .clk, .rst_n, .a_valid, .a_ready, .a_last, .a_data, .b_valid, .b_ready, .b_last, .b_data,
    .valid, .ready(grant), .last, .a_all, .b_all
  );

  gg_operand #(.Lanes(Lanes), .Width(WidthA), .Broadcast(BroadcastA)) u_a (
    .clk, .x(a_all), .y(a_q)
  );

  gg_operand #(.Lanes(Lanes), .Width(WidthB), .Broadcast(BroadcastB)) u_b (
    .clk, .x(b_all), .y(b_q)
  );

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic signed [WidthA-1:0] a;
    logic signed [WidthB-1:0] b;
    logic signed [WidthA+WidthB-1:0] product_q;
    logic unused_sign;  // the exact result may be narrower than the product

    assign a = a_q[i*WidthA+:WidthA];
    assign b = b_q[i*WidthB+:WidthB];

    always_ff @(posedge clk) product_q <= (WidthA + WidthB)'(a) * (WidthA + WidthB)'(b);

    assign unused_sign = ^product_q;

    gg_cast #(
      .WidthAcc(WidthAcc),
      .WidthY(WidthY),
      .Shift(Shift),
      .Rounding(Rounding),
      .Overflow(Overflow),
      .Stages(CastStages)
    ) u_cast (
      .clk,
      .x(WidthAcc'(product_q)),
      .y(result[i*WidthY+:WidthY])
    );
  end

  gg_stages #(.Stages(Stages), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter, .last, .result, .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
