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

  if (Iters > 1) begin : g_count
    (* keep *) logic [LayerBits-1:0] layer_q;  // there may be equal ones

    assign layer = layer_q;

    always_ff @(posedge clk) begin
      if (!rst_n) begin
        layer_q <= '0;
      end else if (step) begin
        layer_q <= (layer_q == LayerBits'(Iters - 1)) ? '0 : layer_q + 1'b1;
      end
    end
  end else begin : g_one
    logic unused;
    assign unused = &{clk, rst_n, step};
    assign layer = '0;
  end

endmodule
