// Scatter: reduces the rows of `x` by `index` (Mode: 0 sum, 1 max, 2 min, 3 last), then gives a row
// for each beat of `rows`; rows that nothing met are 0. One beat per cycle both ways, also when the
// same row is met again and again: results still on their way are forwarded. Handing a row out
// clears its touched bit, so that the next graph starts clean without a clearing pass; after reset
// a sweep clears all Rows * Beats of them.
// Latency from a beat of `rows` to its row: 3, for sums 4 and 1 more when Shift > 0.
module gg_scatter #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned Rows       = 16,
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
  localparam int unsigned AddrBits = RowBits + BeatBits;

  if (Mode != 0 && WidthX != WidthY) begin : g_check
    $error("gg_scatter: WidthX %0d, WidthY %0d, must be equal in mode %0d", WidthX, WidthY, Mode);
  end

  // A beat enters the pipeline in order to be reduced (Fill) or taken out (Sweep, Drain).
  typedef enum logic [1:0] {Sweep, Fill, Drain} state_e;
  state_e state_q;
  logic is_take, enter, drain, finish, is_row_end, grant;
  logic [RowBits-1:0] row_q;  // the row that is taken
  logic [AddrBits-1:0] addr;

  assign is_take     = state_q != Fill;
  assign x_ready     = state_q == Fill && index_valid;
  assign index_ready = state_q == Fill && x_valid && (index_last || is_row_end);
  assign rows_ready  = state_q == Drain && grant && (rows_last || is_row_end);
  assign drain       = state_q == Drain && grant && rows_valid;
  assign finish      = drain && rows_last;

  always_comb begin
    case (state_q)
      Sweep: enter = 1'b1;
      Fill: enter = x_valid && index_valid && !x_last;
      default: enter = drain && !rows_last;
    endcase
  end

  if (Beats > 1) begin : g_beats
    logic [BeatBits-1:0] beat_q;

    assign is_row_end = beat_q == BeatBits'(Beats - 1);
    assign addr = {is_take ? row_q : RowBits'(index_data), beat_q};

    always_ff @(posedge clk) begin
      if (!rst_n) beat_q <= '0;
      else if (enter) beat_q <= is_row_end ? '0 : beat_q + 1'b1;
    end
  end else begin : g_whole
    assign is_row_end = 1'b1;
    assign addr = is_take ? row_q : RowBits'(index_data);
  end

  always_ff @(posedge clk) begin
    case (state_q)
      Sweep: if (is_row_end && row_q == RowBits'(Rows - 1)) state_q <= Fill;
      Fill: if (x_valid && index_valid && x_last) state_q <= Drain;
      default: if (finish) state_q <= Fill;
    endcase
    if (state_q == Fill) row_q <= '0;
    else if (enter && is_row_end) row_q <= row_q + 1'b1;
    if (!rst_n) begin
      state_q <= Sweep;
      row_q   <= '0;
    end
  end

  logic [1:0] from;
  logic write, is_cleared;
  logic [AddrBits-1:0] write_addr;

  gg_forward #(.AddrBits(AddrBits)) u_forward (
    .clk, .rst_n, .enter, .is_take, .addr, .from, .write, .is_cleared, .write_addr
  );

  logic [Lanes*Width-1:0] held, result;
  logic is_touched;

  gg_ram #(.Width(Lanes * Width + 1), .Depth(Rows << BeatBits)) u_ram (
    .clk, .we(write), .waddr(write_addr), .wdata({!is_cleared, result}),
    .re(1'b1), .raddr(addr), .rdata({is_touched, held})
  );

  logic [Lanes*WidthY-1:0] taken;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    gg_scatter_lane #(.WidthX(WidthX), .Width(Width), .Mode(Mode)) u_lane (
      .clk, .x(x_data[i*WidthX+:WidthX]), .from, .is_take,
      .memory(held[i*Width+:Width]), .is_touched, .result(result[i*Width+:Width])
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
  assign unused_data = ^{rows_data, index_data};

  gg_stages #(.Stages(CastStages + 2), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter(drain), .last(rows_last), .result(taken),
    .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
