// Walks a constant memory layer by layer: `step` goes to the next of Count words and from the last
// back to the first, `skip` goes to the next layer's first word (after layer Iters-1: layer 0's).
// `addr` is the address of the word after this cycle's step or skip, so that the registered output
// of the memory is always the word at work. `is_end` tells that this is the last of the Count.
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
  localparam logic [AddrBits-1:0] ToEnd = AddrBits'(Count - 1);

  logic [AddrBits-1:0] addr_q;
  logic [AddrBits-1:0] base_q, base_d;  // the layer's first word
  logic [AddrBits-1:0] end_q, end_d;    // the layer's last word

  assign is_end = addr_q == end_q;

  always_comb begin
    base_d = base_q;
    end_d  = end_q;
    if (skip) begin
      base_d = (base_q == LastBase) ? '0 : end_q + 1'b1;
      end_d  = (base_q == LastBase) ? ToEnd : AddrBits'(end_q + AddrBits'(Count));
    end
  end

  always_comb begin
    addr = addr_q;
    if (!rst_n) addr = '0;
    else if (skip || (step && is_end)) addr = base_d;
    else if (step) addr = addr_q + 1'b1;
  end

  always_ff @(posedge clk) begin
    addr_q <= addr;
    base_q <= base_d;
    end_q  <= end_d;
    if (!rst_n) begin
      base_q <= '0;
      end_q  <= ToEnd;
    end
  end

endmodule
