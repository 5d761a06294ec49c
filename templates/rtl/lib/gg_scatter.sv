// Scatter: reduces the rows of `x` by `index` (Mode: 0 sum, 1 max, 2 min, 3 last), then gives a row
// for each beat of `rows`; rows that nothing met are 0. A row leaves as soon as it and all rows
// before it are complete, so draining overlaps reducing; draining comes first. One beat per cycle
// for both together, also when the same row is met again and again: results still on their way are
// forwarded. Handing a row out clears its touched bit, so that the next graph starts clean without
// a clearing pass; after reset a sweep clears all of them. MaxX: the most rows of x.
// Latency from a row's last beat of x to its first beat out: 4, for sums 5, 1 more if Shift > 0.
module gg_scatter #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned Rows       = 16,
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
  localparam int unsigned RowBits = Rows > 1 ? $clog2(Rows) : 1;
  localparam int unsigned BeatBits = $clog2(Beats);
  localparam int unsigned AddrBits = RowBits + BeatBits + 1;

  if (Mode != 0 && WidthX != WidthY) begin : g_check
    $error("gg_scatter: WidthX %0d, WidthY %0d, must be equal in mode %0d", WidthX, WidthY, Mode);
  end

  // The rows come through registers: no way leads from rows_valid to x_ready.
  logic some_valid, some_ready, some_last, some_data;
  gg_skid #(.Width(1)) u_rows (
    .clk, .rst_n, .x_valid(rows_valid), .x_ready(rows_ready), .x_last(rows_last),
    .x_data(rows_data), .y_valid(some_valid), .y_ready(some_ready), .y_last(some_last),
    .y_data(some_data)
  );

  // A beat enters the pipeline in order to be reduced (fill) or taken out (sweep, take).
  logic is_sweep_q, is_take, enter, fill, take, drain, finish, grant, is_fill_end, is_take_end;
  logic at_valid, at_last, x_bank_q, bank, is_counted, is_complete;
  logic [RowBits-1:0] at, row;
  logic [RowBits:0] sweep_q, take_row, fill_row;
  logic [AddrBits-1:0] take_addr, fill_addr;

  assign is_take     = is_sweep_q || take;
  assign take        = !is_sweep_q && grant && some_valid && !some_last && is_complete;
  assign finish      = !is_sweep_q && grant && some_valid && some_last && is_counted;
  assign drain       = take || finish;
  assign some_ready  = finish || (take && is_take_end);
  assign x_ready     = !is_sweep_q && !take && at_valid;
  assign fill        = x_valid && x_ready && !x_last;
  assign enter       = is_take || fill;
  assign take_row    = is_sweep_q ? sweep_q : {bank, row};
  assign fill_row    = {x_bank_q, at};

  gg_release #(.Rows(Rows), .MaxX(MaxX), .WidthIndex(WidthIndex)) u_release (
    .clk, .rst_n, .clear(is_sweep_q), .clear_addr(sweep_q), .index_valid, .index_ready, .index_last,
    .index_data, .at_valid, .at_ready(x_valid && x_ready && (x_last || is_fill_end)), .at_last, .at,
    .arrive(fill && is_fill_end), .arrive_addr(fill_row), .bank, .is_counted, .is_complete,
    .row, .next(take && is_take_end), .finish
  );

  logic [(Beats > 1 ? BeatBits : 1)-1:0] fill_beat, take_beat;

  gg_beats #(.Beats(Beats)) u_take (
    .clk, .rst_n, .step(is_take), .is_end(is_take_end), .beat(take_beat)
  );
  gg_beats #(.Beats(Beats)) u_fill (
    .clk, .rst_n, .step(fill), .is_end(is_fill_end), .beat(fill_beat)
  );

  if (Beats > 1) begin : g_beats
    assign take_addr = {take_row, take_beat};
    assign fill_addr = {fill_row, fill_beat};
  end else begin : g_whole
    logic unused_beats;
    assign unused_beats = ^{take_beat, fill_beat};
    assign take_addr = take_row;
    assign fill_addr = fill_row;
  end

  always_ff @(posedge clk) begin
    if (x_valid && x_ready && x_last) x_bank_q <= !x_bank_q;
    if (is_sweep_q && is_take_end) sweep_q <= sweep_q + 1'b1;
    if (is_take_end && &sweep_q) is_sweep_q <= 1'b0;
    if (!rst_n) {x_bank_q, sweep_q, is_sweep_q} <= (RowBits + 3)'(1);
  end

  // What all lanes share is there for every 480 bits of them, which bounds its fan-out.
  localparam int unsigned PartBits = 480, Each = Width < PartBits ? PartBits / Width : 1;
  localparam int unsigned Parts = (Lanes + Each - 1) / Each;
  logic [Parts-1:0] is_touched, is_taking;
  logic [2*Parts-1:0] from;
  logic [Lanes*Width-1:0] held, result;
  logic [Lanes*WidthY-1:0] taken;

  gg_scatter_memory #(.Bits(Lanes * Width), .Parts(Parts), .AddrBits(AddrBits)) u_memory (
    .clk, .rst_n, .enter, .is_take, .take_addr, .fill_addr, .result, .held, .is_touched, .from,
    .is_taking
  );

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    gg_scatter_lane #(.WidthX(WidthX), .Width(Width), .Mode(Mode)) u_lane (
      .clk, .x(x_data[i*WidthX+:WidthX]), .from(from[i/Each*2+:2]), .is_take(is_taking[i/Each]),
      .memory(held[i*Width+:Width]), .is_touched(is_touched[i/Each]),
      .result(result[i*Width+:Width])
    );

    if (Mode == 0) begin : g_cast
      gg_cast #(
        .WidthAcc(Width), .WidthY(WidthY), .Shift(Shift), .Rounding(Rounding),
        .Overflow(Overflow), .Stages(CastStages)
      ) u_cast (.clk, .x(result[i*Width+:Width]), .y(taken[i*WidthY+:WidthY]));
    end else begin : g_as_is
      assign taken[i*WidthY+:WidthY] = result[i*Width+:Width];
    end
  end

  logic unused_data;
  assign unused_data = ^{some_data, at_last};

  gg_stages #(.Stages(CastStages + 2), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter(drain), .last(some_last), .result(taken),
    .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
