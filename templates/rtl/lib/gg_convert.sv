// Convert: the same value in another format; SignedX tells how the codes are read. One beat per
// cycle. Latency 2, 3 if Shift > 0.
module gg_convert #(
  parameter int unsigned Lanes    = 4,
  parameter int unsigned WidthX   = 16,
  parameter int unsigned SignedX  = 1,
  parameter int unsigned WidthAcc = 17,
  parameter int unsigned WidthY   = 16,
  parameter int          Shift    = 4,
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

  localparam int unsigned Stages = Shift > 0 ? 2 : 1;

  logic grant, enter;
  logic [Lanes*WidthY-1:0] result;

  assign x_ready = grant;
  assign enter   = x_valid && grant;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic is_negative;
    assign is_negative = SignedX != 0 && x_data[(i+1)*WidthX-1];

    gg_cast #(
      .WidthAcc(WidthAcc),
      .WidthY(WidthY),
      .Shift(Shift),
      .Rounding(Rounding),
      .Overflow(Overflow),
      .Stages(Stages)
    ) u_cast (
      .clk,
      .x(WidthAcc'(signed'({is_negative, x_data[i*WidthX+:WidthX]}))),
      .y(result[i*WidthY+:WidthY])
    );
  end

  gg_stages #(.Stages(Stages), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter, .last(x_last), .result, .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
