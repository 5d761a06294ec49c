// The steps of a matrix unit: which is the last of a block, which the last of a row, and the
// address of the weights. In layer i a row takes Blocks blocks of StepsOf[32*i+:32] steps; `skip`
// goes to the next layer. Otherwise as gg_walk.
module gg_steps #(
  parameter int unsigned         Iters   = 1,
  parameter int unsigned         Blocks  = 2,
  parameter int unsigned         Words   = 4,
  parameter logic [Iters*32-1:0] StepsOf = {Iters{32'd2}},
  localparam int unsigned AddrBits = Words > 1 ? $clog2(Words) : 1
) (
  input  logic                clk,
  input  logic                rst_n,
  input  logic                step,
  input  logic                skip,
  output logic                is_block_end,
  output logic                is_row_end,
  output logic [AddrBits-1:0] addr
);

  localparam int unsigned Steps = StepsOf[31:0];

  if (StepsOf == {Iters{32'(Steps)}}) begin : g_even
    logic [(Steps > 1 ? $clog2(Steps) : 1)-1:0] unused_step;
    logic unused_skip;

    assign unused_skip = skip;

    gg_beats #(.Beats(Steps)) u_steps (
      .clk, .rst_n, .step, .is_end(is_block_end), .beat(unused_step)
    );

    gg_walk #(.Count(Blocks * Steps), .Iters(Iters)) u_words (
      .clk, .rst_n, .step, .skip, .is_end(is_row_end), .addr
    );
  end else begin : g_uneven
    localparam int unsigned Total = Words / Blocks;

    logic [(Total > 1 ? $clog2(Total) : 1)-1:0] unused_addr;

    gg_walk_uneven #(.Iters(Iters), .Words(Total), .Counts(StepsOf)) u_steps (
      .clk, .rst_n, .step, .skip, .is_end(is_block_end), .addr(unused_addr)
    );

    gg_walk_uneven #(.Iters(Iters), .Words(Words), .Times(Blocks), .Counts(StepsOf)) u_words (
      .clk, .rst_n, .step, .skip, .is_end(is_row_end), .addr
    );
  end

endmodule
