// Eager fork: each beat goes to every port that is asked for in the layer at work; a port takes it
// as soon as it is ready. Mask bit i*Ports+p: port p takes part in layer i (at most 64 bits).
// Port p has bit p of the control signals and the p-th beat of y_data. Latency 0.
module gg_fork #(
  parameter int unsigned Width = 16,
  parameter int unsigned Ports = 2,
  parameter int unsigned Iters = 1,
  parameter logic [63:0] Mask = '1
) (
  input  logic                   clk,
  input  logic                   rst_n,
  input  logic                   x_valid,
  output logic                   x_ready,
  input  logic                   x_last,
  input  logic [Width-1:0]       x_data,
  output logic [Ports-1:0]       y_valid,
  input  logic [Ports-1:0]       y_ready,
  output logic [Ports-1:0]       y_last,
  output logic [Ports*Width-1:0] y_data
);

  localparam int unsigned LayerBits = Iters > 1 ? $clog2(Iters) : 1;

  if (Ports * Iters > 64) begin : g_check
    $error("gg_fork: Ports * Iters is %0d, must be at most 64", Ports * Iters);
  end

  logic [LayerBits-1:0] layer;
  logic [Ports-1:0] wanted;  // ports of this layer
  logic [Ports-1:0] done_q;  // ports that already took the beat
  logic fire;

  gg_layer #(
    .Iters(Iters)
  ) u_layer (
    .clk,
    .rst_n,
    .step(fire && x_last),
    .layer
  );

  always_comb begin
    wanted = '0;
    for (int unsigned i = 0; i < Iters; i++) begin
      if (layer == LayerBits'(i)) wanted = Mask[i*Ports+:Ports];
    end
  end

  assign fire    = x_valid && x_ready;
  assign x_ready = &(~wanted | done_q | y_ready);
  assign y_valid = {Ports{x_valid}} & wanted & ~done_q;
  assign y_last  = {Ports{x_last}};
  assign y_data  = {Ports{x_data}};

  always_ff @(posedge clk) begin
    if (!rst_n || fire) begin
      done_q <= '0;
    end else begin
      done_q <= done_q | (y_valid & y_ready);
    end
  end

endmodule
