// Walks a constant memory of Iters layers of Groups groups of Count words: `step` goes to the next
// word, through each group Repeat times, and from the last back to the layer's first; `skip`,
// between two rounds, goes to the next layer (after layer Iters-1: layer 0).
// `addr` is the address of the word after this cycle's step or skip, so that the registered output
// of the memory is always the word at work.
module gg_walk_again #(
  parameter int unsigned Count  = 4,
  parameter int unsigned Repeat = 2,
  parameter int unsigned Groups = 2,
  parameter int unsigned Iters  = 2,
  localparam int unsigned Words = Count * Groups * Iters,
  localparam int unsigned AddrBits = Words > 1 ? $clog2(Words) : 1
) (
  input  logic                clk,
  input  logic                rst_n,
  input  logic                step,
  input  logic                skip,
  output logic [AddrBits-1:0] addr
);

  localparam int unsigned RepeatBits = Repeat > 1 ? $clog2(Repeat) : 1;
  localparam int unsigned GroupBits = Groups > 1 ? $clog2(Groups) : 1;
  localparam int unsigned PerLayer = Count * Groups;
  localparam logic [AddrBits-1:0] LastLayer = AddrBits'(PerLayer * (Iters - 1));
  localparam logic [AddrBits-1:0] ToEnd = AddrBits'(Count - 1);

  logic [AddrBits-1:0] addr_q;
  logic [AddrBits-1:0] layer_q, layer_d;  // the layer's first word
  logic [AddrBits-1:0] first_q, first_d;  // the group's first word
  logic [AddrBits-1:0] end_q, end_d;      // the group's last word
  logic [RepeatBits-1:0] repeat_q;
  logic [GroupBits-1:0] group_q;
  logic is_end, is_done, is_round;

  assign is_end   = step && addr_q == end_q;
  assign is_done  = is_end && repeat_q == RepeatBits'(Repeat - 1);
  assign is_round = is_done && group_q == GroupBits'(Groups - 1);

  always_comb begin
    layer_d = layer_q;
    first_d = first_q;
    end_d   = end_q;
    if (skip) layer_d = layer_q == LastLayer ? '0 : AddrBits'(layer_q + AddrBits'(PerLayer));
    if (skip || is_round) begin
      first_d = layer_d;
      end_d   = layer_d + ToEnd;
    end else if (is_done) begin
      first_d = end_q + 1'b1;
      end_d   = AddrBits'(end_q + AddrBits'(Count));
    end
  end

  always_comb begin
    addr = addr_q;
    if (!rst_n) addr = '0;
    else if (skip || is_end) addr = first_d;
    else if (step) addr = addr_q + 1'b1;
  end

  always_ff @(posedge clk) begin
    addr_q  <= addr;
    layer_q <= layer_d;
    first_q <= first_d;
    end_q   <= end_d;
    if (is_end) repeat_q <= is_done ? '0 : repeat_q + 1'b1;
    if (is_done) group_q <= is_round ? '0 : group_q + 1'b1;
    if (!rst_n) begin
      layer_q  <= '0;
      first_q  <= '0;
      end_q    <= ToEnd;
      repeat_q <= '0;
      group_q  <= '0;
    end
  end

endmodule
