// The low halves of what gg_dot adds where its sums get too wide, summed without signs beside the
// high halves so that no carry chain is longer than 36 bits: the same tree from there on, the same
// accumulator, the same latency.
module gg_dot_low #(
  parameter int unsigned Parallel = 4,
  parameter int unsigned Width    = 24,
  parameter int unsigned Levels   = 2,
  parameter int unsigned Turns    = 1
) (
  input  logic                      clk,
  input  logic [Parallel*Width-1:0] terms,
  input  logic                      enable,
  input  logic                      first,
  input  logic [Width-1:0]          bias,
  output logic [35:0]               sum
);

  // Node i of level l is the sum of nodes 2i and 2i+1 of the level before; level 0: the terms. The
  // names differ from those in gg_dot: Verilator 5.48 would take equal ones for the outer blocks.
  for (genvar l = 0; l <= Levels; l++) begin : g_low_level
    for (genvar i = 0; i < (Parallel + (1 << l) - 1) >> l; i++) begin : g_low_node
      logic [35:0] sum_q;

      if (l == 0) begin : g_leaf
        assign sum_q = 36'(terms[i*Width+:Width]);
      end else if ((2 * i + 1) << (l - 1) < Parallel) begin : g_pair
        always_ff @(posedge clk) begin
          sum_q <= g_low_level[l-1].g_low_node[2*i].sum_q
              + g_low_level[l-1].g_low_node[2*i+1].sum_q;
        end
      end else begin : g_single
        always_ff @(posedge clk) sum_q <= g_low_level[l-1].g_low_node[2*i].sum_q;
      end
    end
  end

  logic [35:0] earlier, sum_d;

  gg_carry_select #(.Width(36)) u_sum (
    .a(first ? 36'(bias) : earlier), .b(g_low_level[Levels].g_low_node[0].sum_q), .y(sum_d)
  );

  always_ff @(posedge clk) begin
    if (enable) sum <= sum_d;
  end

  gg_delay #(
    .Width(36),
    .Depth(Turns - 1)
  ) u_before (
    .clk,
    .enable,
    .x(sum),
    .y(earlier)
  );

endmodule
