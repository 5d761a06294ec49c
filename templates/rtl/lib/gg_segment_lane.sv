// One lane of gg_segment: what the rows of a target come to so far, one word per beat. `write`
// reduces x into the word of `beat`, with `is_first` it starts from x; the word before it is taken
// out a cycle later, 0 if not `is_open`. Mode: 0 sum, 1 max, 2 min.
module gg_segment_lane #(
  parameter int unsigned Beats  = 1,
  parameter int unsigned WidthX = 16,
  parameter int unsigned Width  = 24,
  parameter int unsigned Mode   = 0,
  localparam int unsigned BeatBits = Beats > 1 ? $clog2(Beats) : 1
) (
  input  logic                clk,
  input  logic [WidthX-1:0]   x,
  input  logic [BeatBits-1:0] beat,
  input  logic                write,
  input  logic                is_first,
  input  logic                is_open,
  output logic [Width-1:0]    taken
);

  /*verilator no_inline_module*/

  logic signed [Width-1:0] held, given, reduced, taken_q;

  assign given = Width'(signed'(x));
  assign taken = taken_q;

  if (Mode == 0) begin : g_sum
    logic signed [Width-1:0] kept;
    assign kept = is_first ? '0 : held;
    gg_carry_select #(.Width(Width)) u_sum (.a(kept), .b(given), .y(reduced));
  end else begin : g_choose
    assign reduced = is_first || (Mode == 1 ? given > held : given < held) ? given : held;
  end

  if (Beats > 1) begin : g_beats
    (* ram_style = "distributed" *) logic [Width-1:0] held_q[1 << BeatBits];

    assign held = held_q[beat];

    always_ff @(posedge clk) if (write) held_q[beat] <= reduced;
  end else begin : g_whole
    logic [Width-1:0] held_q;
    logic unused_beat;
    assign unused_beat = ^beat;

    assign held = held_q;

    always_ff @(posedge clk) if (write) held_q <= reduced;
  end

  always_ff @(posedge clk) taken_q <= is_open ? held : '0;

endmodule
