// gg_walk where layer i has words of its own, Times times Counts[32*i+:32], one or more. `skip`
// goes to the next layer's first word and comes between two rounds.
module gg_walk_uneven #(
  parameter int unsigned         Iters  = 2,
  parameter int unsigned         Words  = 6,
  parameter int unsigned         Times  = 1,
  parameter logic [Iters*32-1:0] Counts = {32'd2, 32'd4},
  localparam int unsigned AddrBits = Words > 1 ? $clog2(Words) : 1
) (
  input  logic                clk,
  input  logic                rst_n,
  input  logic                step,
  input  logic                skip,
  output logic                is_end,
  output logic [AddrBits-1:0] addr
);

  localparam int unsigned LayerBits = Iters > 1 ? $clog2(Iters) : 1;

  function automatic int unsigned words_of(input int unsigned layer);
    words_of = Times * Counts[layer*32+:32];
  endfunction

  // The first word of a layer; of layer Iters: how many there are.
  function automatic int unsigned first(input int unsigned layer);
    first = 0;
    for (int unsigned i = 0; i < layer; i++) first += words_of(i);
  endfunction

  if (first(Iters) != Words) begin : g_check
    $error("gg_walk_uneven: Words is %0d, the layers have %0d", Words, first(Iters));
  end

  logic [LayerBits-1:0] layer;
  logic [AddrBits-1:0] addr_q, base, next_base;
  logic [AddrBits-1:0] left_q, left_d, most, next_most;  // words of the round after this one

  gg_layer #(.Iters(Iters)) u_layer (.clk, .rst_n, .step(skip), .layer);

  always_comb begin
    {base, most, next_base, next_most} = '0;
    for (int unsigned i = 0; i < Iters; i++) begin
      if (layer == LayerBits'(i)) begin
        base      = AddrBits'(first(i));
        most      = AddrBits'(words_of(i) - 1);
        next_base = AddrBits'(first((i + 1) % Iters));
        next_most = AddrBits'(words_of((i + 1) % Iters) - 1);
      end
    end
  end

  always_comb begin
    {addr, left_d} = {addr_q, left_q};
    if (!rst_n) {addr, left_d} = {AddrBits'(0), AddrBits'(words_of(0) - 1)};
    else if (skip) {addr, left_d} = {next_base, next_most};
    else if (step && is_end) {addr, left_d} = {base, most};
    else if (step) {addr, left_d} = {AddrBits'(addr_q + 1'b1), AddrBits'(left_q - 1'b1)};
  end

  always_ff @(posedge clk) begin
    addr_q <= addr;
    left_q <= left_d;
    is_end <= left_d == '0;
  end

endmodule
