// Round: each code without its Drop fraction bits (rounded by Mode), in the format of the result.
// One beat per cycle. Latency 3, 1 more for Drop > 0 and for Shift > 0.
module gg_round #(
  parameter int unsigned Lanes    = 4,
  parameter int unsigned WidthX   = 16,
  parameter int          Drop     = 8,
  parameter int unsigned Mode     = 0,
  parameter int unsigned WidthAcc = 9,
  parameter int unsigned WidthY   = 16,
  parameter int          Shift    = -4,
  parameter int unsigned Rounding = 2,
  parameter int unsigned Overflow = 1
) (
  input  logic                    clk,
  input  logic                    rst_n,
  input  logic                    x_valid,
  output logic                    x_ready,
  input  logic                    x_last,
  input  logic [Lanes*WidthX-1:0] x_data,
  output logic                    y_valid,
  input  logic                    y_ready,
  output logic                    y_last,
  output logic [Lanes*WidthY-1:0] y_data
);

  localparam int unsigned DropStages = Drop > 0 ? 2 : 1;
  localparam int unsigned CastStages = Shift > 0 ? 2 : 1;
  localparam int unsigned Stages = DropStages + CastStages;

  logic grant, enter;
  logic [Lanes*WidthY-1:0] result;

  assign x_ready = grant;
  assign enter   = x_valid && grant;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic [WidthAcc-1:0] whole;

    gg_cast #(
      .WidthAcc(WidthX), .WidthY(WidthAcc), .Shift(Drop),
      .Rounding(Mode), .Overflow(0), .Stages(DropStages)
    ) u_whole (
      .clk, .x(x_data[i*WidthX+:WidthX]), .y(whole)
    );

    gg_cast #(
      .WidthAcc(WidthAcc), .WidthY(WidthY), .Shift(Shift),
      .Rounding(Rounding), .Overflow(Overflow), .Stages(CastStages)
    ) u_cast (
      .clk, .x(whole), .y(result[i*WidthY+:WidthY])
    );
  end

  gg_stages #(.Stages(Stages), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter, .last(x_last), .result, .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
