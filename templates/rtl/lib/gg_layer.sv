// Number of the folded layer at work: counts end tokens modulo Iters.
module gg_layer #(
  parameter int unsigned Iters = 1,
  localparam int unsigned LayerBits = Iters > 1 ? $clog2(Iters) : 1
) (
  input  logic                 clk,
  input  logic                 rst_n,
  input  logic                 step,
  output logic [LayerBits-1:0] layer
);

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      layer <= '0;
    end else if (step) begin
      layer <= (layer == LayerBits'(Iters - 1)) ? '0 : layer + 1'b1;
    end
  end

endmodule
