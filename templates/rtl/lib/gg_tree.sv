// Terms codes of WidthX bits made one of Width bits: their sum (Mode 0), the largest (1) or the
// smallest (2). A tree with a register behind every level; no stall. Latency clog2(Terms).
module gg_tree #(
  parameter int unsigned Terms  = 6,
  parameter int unsigned WidthX = 16,
  parameter int unsigned Width  = 19,
  parameter int unsigned Mode   = 0
) (
  input  logic                    clk,
  input  logic [Terms*WidthX-1:0] x,
  output logic [Width-1:0]        y
);

  localparam int unsigned Levels = $clog2(Terms);

  // Node i of level l is made of nodes 2i and 2i+1 of the level before; level 0: the terms.
  for (genvar l = 0; l <= Levels; l++) begin : g_level
    localparam int unsigned Grown = Mode == 0 ? WidthX + l : WidthX;
    localparam int unsigned Bits = Grown < Width ? Grown : Width;

    for (genvar i = 0; i < (Terms + (1 << l) - 1) >> l; i++) begin : g_node
      logic signed [Bits-1:0] code_q;

      if (l == 0) begin : g_leaf
        assign code_q = x[i*WidthX+:WidthX];
      end else if ((2 * i + 1) << (l - 1) < Terms) begin : g_pair
        logic signed [Bits-1:0] a, b;

        assign a = Bits'(g_level[l-1].g_node[2*i].code_q);
        assign b = Bits'(g_level[l-1].g_node[2*i+1].code_q);

        always_ff @(posedge clk) begin
          code_q <= Mode == 0 ? a + b : (a > b) == (Mode == 1) ? a : b;
        end
      end else begin : g_single
        always_ff @(posedge clk) code_q <= Bits'(g_level[l-1].g_node[2*i].code_q);
      end
    end
  end

  assign y = Width'(g_level[Levels].g_node[0].code_q);

  if (Levels == 0) begin : g_unclocked
    logic unused_clk;
    assign unused_clk = clk;
  end

endmodule
