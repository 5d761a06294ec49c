// Segment: reduces the rows of `x` by `index` (Mode: 0 sum, 1 max, 2 min) and gives a row for each
// beat of `rows`; rows that nothing met are 0. The indices never go down, so one row is at work at
// a time: it leaves while the first row of x for the next one comes. One beat per cycle, but a row
// that nothing met takes a cycle per beat of its own. MaxX: the most rows of x.
// Latency from the first beat of x for a later row to the first beat out: 4, for sums 5, 1 more if
// Shift > 0.
module gg_segment #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned MaxX       = 32,
  parameter int unsigned WidthX     = 16,
  parameter int unsigned WidthIndex = 4,
  parameter int unsigned Mode       = 0,
  parameter int unsigned WidthAcc   = 24,
  parameter int unsigned WidthY     = 16,
  parameter int          Shift      = 4,
  parameter int unsigned Rounding   = 2,
  parameter int unsigned Overflow   = 1
) (
  input  logic                    clk,
  input  logic                    rst_n,
  input  logic                    x_valid,
  output logic                    x_ready,
  input  logic                    x_last,
  input  logic [Lanes*WidthX-1:0] x_data,
  input  logic                    index_valid,
  output logic                    index_ready,
  input  logic                    index_last,
  input  logic [WidthIndex-1:0]   index_data,
  input  logic                    rows_valid,
  output logic                    rows_ready,
  input  logic                    rows_last,
  input  logic [0:0]              rows_data,
  output logic                    y_valid,
  input  logic                    y_ready,
  output logic                    y_last,
  output logic [Lanes*WidthY-1:0] y_data
);

  localparam int unsigned Width = Mode == 0 ? WidthAcc : WidthX;
  localparam int unsigned CastStages = Mode != 0 ? 0 : Shift > 0 ? 2 : 1;
  localparam int unsigned BeatBits = Beats > 1 ? $clog2(Beats) : 1;

  if (Mode != 0 && WidthX != WidthY) begin : g_check
    $error("gg_segment: WidthX %0d, WidthY %0d, must be equal in mode %0d", WidthX, WidthY, Mode);
  end

  // The rows come through registers: no way leads from rows_valid to x_ready.
  logic some_valid, some_ready, some_last, some_data;
  gg_skid #(.Width(1)) u_rows (
    .clk, .rst_n, .x_valid(rows_valid), .x_ready(rows_ready), .x_last(rows_last),
    .x_data(rows_data), .y_valid(some_valid), .y_ready(some_ready), .y_last(some_last),
    .y_data(some_data)
  );

  // Each index waits with what it is to the one before it, so that no comparison stands in the way
  // of `ready`: the same, the next one, or (neither) a later one.
  logic [WidthIndex-1:0] known_q, known_next_q, at;
  logic [WidthIndex-1:0] after_q;  // the row at work + 2
  logic in_same, in_next, at_same, at_next, at_valid, at_last;
  assign in_same = index_data == known_q;
  assign in_next = index_data == known_next_q;

  always_ff @(posedge clk) begin
    if (!rst_n || (index_valid && index_ready && index_last)) begin
      {known_q, known_next_q} <= {WidthIndex'(0), WidthIndex'(1)};
    end else if (index_valid && index_ready) begin
      {known_q, known_next_q} <= {index_data, index_data + 1'b1};
    end
  end

  // The row at work is `row_q`; `is_open_q` says that a row of x met it, `is_met_q` that skipping
  // rows led to the one before that of the index.
  logic is_met_q, is_next, has_at, is_end, give, add, swap, skip, finish, step;
  logic may_add, may_swap, may_finish, grant, is_open_q, is_row_end;
  logic [BeatBits-1:0] beat;
  gg_fifo #(.Width(WidthIndex + 2), .Depth(MaxX + 1)) u_fifo (
    .clk, .rst_n, .x_valid(index_valid), .x_ready(index_ready), .x_last(index_last),
    .x_data({in_same, in_next, index_data}), .y_valid(at_valid),
    .y_ready(finish || ((add || swap) && is_row_end)), .y_last(at_last),
    .y_data({at_same, at_next, at})
  );

  assign is_next    = at_next || is_met_q;
  assign has_at     = at_valid && !at_last;
  assign is_end     = at_valid && at_last;
  assign give       = some_valid && !some_last && grant;
  assign may_add    = has_at && at_same;
  assign may_swap   = has_at && is_next && !at_same && give;
  assign may_finish = is_end && some_valid && some_last && grant;
  assign x_ready    = may_add || may_swap || may_finish;  // no way leads here from x_valid
  assign add        = x_valid && may_add;
  assign swap       = x_valid && may_swap;
  assign finish     = x_valid && may_finish;
  assign skip       = x_valid && ((has_at && !at_same && !is_next) || is_end) && give;
  assign step       = add || swap || skip;

  assign some_ready = finish || ((swap || skip) && is_row_end);

  always_ff @(posedge clk) begin
    if (step && is_row_end) is_open_q <= !skip;
    if ((swap || skip) && is_row_end) begin
      after_q  <= after_q + 1'b1;
      is_met_q <= skip && at == after_q;
    end
    if (!rst_n || finish) {after_q, is_met_q, is_open_q} <= {WidthIndex'(2), 2'b00};
  end

  gg_beats #(.Beats(Beats)) u_beats (.clk, .rst_n, .step, .is_end(is_row_end), .beat);

  // Of what all lanes share there is a copy for every 480 bits, which bounds its fan-out.
  localparam int unsigned PartBits = 480, Each = Width < PartBits ? PartBits / Width : 1;
  localparam int unsigned Parts = (Lanes + Each - 1) / Each;
  logic [Parts-1:0] write_q, is_first_q, was_open_q;
  logic [Parts*BeatBits-1:0] beat_q;
  logic [Lanes*WidthX-1:0] x_q;
  logic [Lanes*WidthY-1:0] taken;
  always_ff @(posedge clk) x_q <= x_data;
  for (genvar p = 0; p < Parts; p++) begin : g_part
    gg_copy #(.Width(BeatBits + 3)) u_copy (
      .clk, .x({beat, swap || !is_open_q, is_open_q, add || swap}),
      .y({beat_q[p*BeatBits+:BeatBits], is_first_q[p], was_open_q[p], write_q[p]})
    );
  end
  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic [Width-1:0] result;
    gg_segment_lane #(.Beats(Beats), .WidthX(WidthX), .Width(Width), .Mode(Mode)) u_lane (
      .clk, .x(x_q[i*WidthX+:WidthX]), .beat(beat_q[i/Each*BeatBits+:BeatBits]),
      .write(write_q[i/Each]), .is_first(is_first_q[i/Each]), .is_open(was_open_q[i/Each]),
      .taken(result)
    );

    if (Mode == 0) begin : g_cast
      gg_cast #(
        .WidthAcc(Width), .WidthY(WidthY), .Shift(Shift), .Rounding(Rounding), .Overflow(Overflow),
        .Stages(CastStages)
      ) u_cast (.clk, .x(result), .y(taken[i*WidthY+:WidthY]));
    end else begin : g_as_is
      assign taken[i*WidthY+:WidthY] = result;
    end
  end

  logic unused_data;
  assign unused_data = ^{some_data, x_last};
  gg_stages #(.Stages(CastStages + 2), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter(swap || skip || finish), .last(some_last), .result(taken),
    .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
