// Where a code stands in a table: its entry, and how far it lies along the line to the next one.
// The distance from an anchor is Offset + x, or Offset - x with Reverse; with Mirror the magnitude
// of x takes its place. Spaced evenly, the distance's high bits are the entry, and the codes before
// the first and after the last entry lie on their lines. By Octave, the position of the leading one
// and the bits after it are the entry. `along` and `negative` come one cycle after `addr`, with the
// memory's word. Latency of `addr`: 0, 1 where a distance must be computed, 2 more by Octave.
module gg_locate #(
  parameter int unsigned WidthX     = 16,
  parameter int unsigned Octave     = 1,
  parameter int unsigned Reverse    = 0,
  parameter int unsigned Mirror     = 0,
  parameter int          Offset     = 0,
  parameter int unsigned WidthD     = 15,
  parameter int unsigned LowBits    = 8,
  parameter int unsigned AlongBits  = 8,
  parameter int unsigned WidthAlong = 9,
  parameter int unsigned Depth      = 640,
  localparam int unsigned AddrBits = Depth > 1 ? $clog2(Depth) : 1
) (
  input  logic                         clk,
  input  logic signed [WidthX-1:0]     x,
  output logic        [AddrBits-1:0]   addr,
  output logic signed [WidthAlong-1:0] along,
  output logic                         negative
);

  localparam int unsigned WidthS = WidthX + 2;  // holds every distance
  localparam bit Whole = Octave == 0 && Mirror == 0 && WidthD == WidthX;
  localparam bit Plain = Octave != 0 && Mirror == 0 && Reverse == 0 && Offset == 0;

  logic signed [WidthS-1:0] distance;
  logic negates;

  if (Whole) begin : g_whole
    assign distance = {2'b00, ~x[WidthX-1], x[WidthX-2:0]};
    assign negates  = 1'b0;
  end else if (Plain) begin : g_plain
    assign distance = WidthS'(x);
    assign negates  = 1'b0;
  end else begin : g_near
    logic flips;

    assign flips = (Reverse != 0) ^ (Mirror != 0 && x[WidthX-1]);

    always_ff @(posedge clk) begin
      distance <= WidthS'(Offset) + (WidthS'(x) ^ {WidthS{flips}}) + signed'(WidthS'(flips));
      negates  <= Mirror != 0 && x[WidthX-1];
    end
  end

  logic signed [WidthS-1:0] way;  // along the line, in steps of x or, by octave, of its LowBits
  logic turned;

  if (Octave != 0) begin : g_octave
    gg_octave #(
      .WidthS  (WidthS),
      .WidthD  (WidthD),
      .LowBits (LowBits),
      .AddrBits(AddrBits)
    ) u_octave (
      .clk,
      .distance,
      .negates,
      .addr,
      .rest  (way),
      .negative(turned)
    );
  end else begin : g_even
    localparam logic signed [WidthS-1:0] Last = WidthS'(Depth - 1) <<< LowBits;
    localparam logic signed [WidthS-1:0] Within = (WidthS'(1) <<< LowBits) - WidthS'(1);

    logic is_below, is_above;

    assign is_below = distance[WidthS-1];
    assign is_above = !is_below && |(distance >> WidthD);
    assign addr = is_below ? '0 : is_above ? AddrBits'(Depth - 1) : AddrBits'(distance >>> LowBits);
    assign way = is_below ? distance
        : is_above ? distance - Last : distance & Within;
    assign turned = negates;
  end

  always_ff @(posedge clk) begin
    along    <= WidthAlong'(way >>> (LowBits - AlongBits));
    negative <= turned;
  end

endmodule
