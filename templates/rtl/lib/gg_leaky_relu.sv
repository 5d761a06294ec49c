// Leaky_relu: x, or x * Slope * 2**-SlopeBits where x < 0, lane by lane. One beat per cycle.
// Latency 4, 5 if Shift > 0.
module gg_leaky_relu #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned WidthX     = 16,
  parameter int unsigned WidthSlope = 10,
  parameter int          Slope      = 328,
  parameter int unsigned SlopeBits  = 15,
  parameter int unsigned WidthAcc   = 31,
  parameter int unsigned WidthY     = 16,
  parameter int          Shift      = 4,
  parameter int unsigned Rounding   = 2,
  parameter int unsigned Overflow   = 1
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

  localparam int unsigned CastStages = Shift > 0 ? 2 : 1;
  localparam int unsigned Stages = CastStages + 2;
  localparam int unsigned WidthP = WidthX + WidthSlope;

  logic grant, enter;
  logic [Lanes*WidthY-1:0] result;

  assign x_ready = grant;
  assign enter   = x_valid && grant;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic signed [WidthX-1:0] x_q, held_q;
    logic signed [WidthP-1:0] product_q;
    logic unused_sign;  // the exact result may be narrower than the product
    logic signed [WidthAcc-1:0] chosen;

    always_ff @(posedge clk) begin
      x_q       <= x_data[i*WidthX+:WidthX];
      held_q    <= x_q;
      product_q <= WidthP'(x_q) * WidthP'(signed'(WidthSlope'(Slope)));
    end

    assign unused_sign = ^product_q;

    assign chosen = held_q < 0 ? WidthAcc'(product_q) : WidthAcc'(held_q) <<< SlopeBits;

    gg_cast #(
      .WidthAcc(WidthAcc),
      .WidthY(WidthY),
      .Shift(Shift),
      .Rounding(Rounding),
      .Overflow(Overflow),
      .Stages(CastStages)
    ) u_cast (
      .clk,
      .x(chosen),
      .y(result[i*WidthY+:WidthY])
    );
  end

  gg_stages #(.Stages(Stages), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter, .last(x_last), .result, .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
