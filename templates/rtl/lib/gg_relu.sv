// Relu: the positive part, lane by lane, in the folded layers i whose bit i of Active is set; the
// other layers pass. Latency 0. Every 480 bits count the layers for themselves, which bounds the
// fan-out.
module gg_relu #(
  parameter int unsigned Lanes  = 4,
  parameter int unsigned Width  = 16,
  parameter int unsigned Iters  = 1,
  parameter int unsigned Active = 1
) (
  input  logic                   clk,
  input  logic                   rst_n,
  input  logic                   x_valid,
  output logic                   x_ready,
  input  logic                   x_last,
  input  logic [Lanes*Width-1:0] x_data,
  output logic                   y_valid,
  input  logic                   y_ready,
  output logic                   y_last,
  output logic [Lanes*Width-1:0] y_data
);

  localparam int unsigned LayerBits = Iters > 1 ? $clog2(Iters) : 1;
  localparam int unsigned PartBits = 480, Each = Width < PartBits ? PartBits / Width : 1;
  localparam int unsigned Parts = (Lanes + Each - 1) / Each;

  logic [Parts-1:0] is_active;

  assign y_valid = x_valid;
  assign y_last  = x_last;
  assign x_ready = y_ready;

  for (genvar p = 0; p < Parts; p++) begin : g_part
    logic [LayerBits-1:0] layer;

    gg_layer #(
      .Iters(Iters)
    ) u_layer (
      .clk,
      .rst_n,
      .step(y_valid && y_ready && y_last),
      .layer
    );

    assign is_active[p] = 1'(Active >> layer);
  end

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    assign y_data[i*Width+:Width] =
        is_active[i/Each] && x_data[(i+1)*Width-1] ? '0 : x_data[i*Width+:Width];
  end

endmodule
