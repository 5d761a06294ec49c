// Walks a constant memory layer by layer: `step` goes to the next of Count words and from the last
// back to the first, `skip` goes to the next layer's first word (after layer Iters-1: layer 0's).
// `addr` is the address of the word after this cycle's step or skip, so that the registered output
// of the memory is always the word at work. `is_end`, from a register, tells that this is the last
// of the Count; a skip comes between two rounds.
module gg_walk #(
  parameter int unsigned Count = 4,
  parameter int unsigned Iters = 1,
  localparam int unsigned AddrBits = Count * Iters > 1 ? $clog2(Count * Iters) : 1
) (
  input  logic                clk,
  input  logic                rst_n,
  input  logic                step,
  input  logic                skip,
  output logic                is_end,
  output logic [AddrBits-1:0] addr
);

  localparam logic [AddrBits-1:0] LastBase = AddrBits'(Count * (Iters - 1));

  logic [AddrBits-1:0] addr_q;
  logic [AddrBits-1:0] base_q, base_d;  // the layer's first word
  logic [(Count > 1 ? $clog2(Count) : 1)-1:0] unused_word;

  gg_beats #(.Beats(Count)) u_words (.clk, .rst_n, .step, .is_end, .beat(unused_word));

  always_comb begin
    base_d = base_q;
    if (skip) base_d = (base_q == LastBase) ? '0 : AddrBits'(base_q + AddrBits'(Count));
  end

  always_comb begin
    addr = addr_q;
    if (!rst_n) addr = '0;
    else if (skip || (step && is_end)) addr = base_d;
    else if (step) addr = addr_q + 1'b1;
  end

  always_ff @(posedge clk) begin
    addr_q <= addr;
    base_q <= rst_n ? base_d : '0;
  end

endmodule
