// The entry of a distance in a table spaced by octave. A distance of WidthD bits has Below bits
// under its leading one and the WidthD - LowBits - 1 bits after that; the entry is Below times the
// entries of an octave, plus the bits from the leading one down. The bits below follow in `rest`,
// moved up to LowBits bits. Negative distances are taken for 0, too large ones for the largest.
// Latency 2; one distance per cycle.
module gg_octave #(
  parameter int unsigned WidthS   = 18,
  parameter int unsigned WidthD   = 15,
  parameter int unsigned LowBits  = 8,
  parameter int unsigned AddrBits = 10
) (
  input  logic                       clk,
  input  logic signed [WidthS-1:0]   distance,
  input  logic                       negates,
  output logic        [AddrBits-1:0] addr,
  output logic signed [WidthS-1:0]   rest,
  output logic                       negative
);

  localparam int unsigned Head = WidthD - LowBits - 1;
  localparam int unsigned CountBits = $clog2(LowBits + 1);

  logic is_over;
  logic [WidthD-1:0] held, held_q, moved_q;
  logic [LowBits:0] reaches;  // bit i: at least i bits are below
  logic [CountBits-1:0] below, up, below_q, up_q, below_qq;
  logic negates_q;

  assign is_over = |distance[WidthS-2:WidthD];
  assign held  = distance[WidthS-1] ? '0 : distance[WidthD-1:0] | {WidthD{is_over}};

  always_comb begin
    reaches = '0;
    reaches[0] = 1'b1;
    for (int unsigned i = 1; i <= LowBits; i++) reaches[i] = |(held >> (Head + i));
  end

  // `reaches` is ones from bit 0 up: exactly one i is the last of them.
  always_comb begin
    below = '0;
    up    = '0;
    for (int unsigned i = 0; i <= LowBits; i++) begin
      if (reaches[i] && (i == LowBits || !reaches[i+1])) begin
        below |= CountBits'(i);
        up    |= CountBits'(LowBits - i);
      end
    end
  end

  always_ff @(posedge clk) begin
    held_q <= held;
    below_q  <= below;
    up_q     <= up;
    moved_q  <= held_q << up_q;
    below_qq <= below_q;
    negates_q <= negates;
    negative  <= negates_q;
  end

  assign addr = (AddrBits'(below_qq) << Head) + AddrBits'(moved_q >> LowBits);
  assign rest = WidthS'(moved_q[LowBits-1:0]);

endmodule
