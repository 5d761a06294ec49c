// Dense: the rows of `x` with the same `index` side by side, each at its `slot`; Size slots per row
// of y, those that no row has are 0, rows of later slots are dropped. All rows are taken in, then
// each beat of `rows` gives Size * Beats beats. Handing a word out clears its mark, so that the
// next graph starts clean; after reset a sweep clears all marks.
// One beat per cycle both ways. Latency 3, from the end token of x to the first beat.
module gg_dense #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned Size       = 3,
  parameter int unsigned Rows       = 4,
  parameter int unsigned Width      = 16,
  parameter int unsigned WidthSlot  = 4,
  parameter int unsigned WidthIndex = 2
) (
  input  logic                   clk,
  input  logic                   rst_n,
  input  logic                   x_valid,
  output logic                   x_ready,
  input  logic                   x_last,
  input  logic [Lanes*Width-1:0] x_data,
  input  logic                   slot_valid,
  output logic                   slot_ready,
  input  logic                   slot_last,
  input  logic [WidthSlot-1:0]   slot_data,
  input  logic                   index_valid,
  output logic                   index_ready,
  input  logic                   index_last,
  input  logic [WidthIndex-1:0]  index_data,
  input  logic                   rows_valid,
  output logic                   rows_ready,
  input  logic                   rows_last,
  input  logic [0:0]             rows_data,
  output logic                   y_valid,
  input  logic                   y_ready,
  output logic                   y_last,
  output logic [Lanes*Width-1:0] y_data
);

  localparam int unsigned BeatBits = $clog2(Beats);
  localparam int unsigned SlotBits = $clog2(Size);
  localparam int unsigned RowBits = Rows > 1 ? $clog2(Rows) : 1;
  localparam int unsigned AddrBits = RowBits + SlotBits + BeatBits;
  localparam logic [AddrBits-1:0] Top = AddrBits'(2 ** AddrBits - 1);

  typedef enum logic [1:0] {Sweep, Fill, Drain} state_e;
  state_e state_q;
  logic all_valid, is_row_end, is_beat_end, store, drain, finish, grant;
  logic [AddrBits-1:0] take_q;   // the word that is taken, or swept
  logic [AddrBits-1:0] taken_q;  // the word whose mark is cleared
  logic [AddrBits-1:0] addr;
  logic is_taken_q, token_q;
  logic [31:0] beat, slot;       // of the word that is taken

  assign all_valid   = state_q == Fill && x_valid && slot_valid && index_valid;
  assign x_ready     = state_q == Fill && slot_valid && index_valid;
  assign slot_ready  = all_valid && (slot_last || is_beat_end);
  assign index_ready = all_valid && (index_last || is_beat_end);
  assign store       = all_valid && !x_last && 32'(slot_data) < Size;
  assign drain       = state_q == Drain && grant && rows_valid && !rows_last;
  assign finish      = state_q == Drain && grant && rows_valid && rows_last;
  assign rows_ready  = state_q == Drain && grant && (rows_last || is_row_end);

  assign beat = 32'(take_q) & (2 ** BeatBits - 1);
  assign slot = (32'(take_q) >> BeatBits) & (2 ** SlotBits - 1);
  assign is_row_end = beat == Beats - 1 && slot == Size - 1;

  // The beat of x counts on in a register of its own.
  if (Beats > 1) begin : g_beats
    logic [BeatBits-1:0] beat_q;

    assign is_beat_end = beat_q == BeatBits'(Beats - 1);
    assign addr = (AddrBits'(index_data) << (SlotBits + BeatBits))
                  | (AddrBits'(slot_data) << BeatBits) | AddrBits'(beat_q);

    always_ff @(posedge clk) begin
      if (!rst_n) beat_q <= '0;
      else if (all_valid && !x_last) beat_q <= is_beat_end ? '0 : beat_q + 1'b1;
    end
  end else begin : g_whole
    assign is_beat_end = 1'b1;
    assign addr = (AddrBits'(index_data) << SlotBits) | AddrBits'(slot_data);
  end

  always_ff @(posedge clk) begin
    case (state_q)
      Sweep: if (take_q == Top) state_q <= Fill;
      Fill: if (all_valid && x_last) state_q <= Drain;
      default: if (finish) state_q <= Fill;
    endcase
    if (state_q == Sweep) begin
      take_q <= take_q + 1'b1;
    end else if (state_q == Fill) begin
      take_q <= '0;
    end else if (drain) begin
      if (is_row_end) take_q <= ((take_q >> (SlotBits + BeatBits)) + 1'b1) << (SlotBits + BeatBits);
      else if (beat == Beats - 1) take_q <= ((take_q >> BeatBits) + 1'b1) << BeatBits;
      else take_q <= take_q + 1'b1;
    end
    taken_q    <= take_q;
    is_taken_q <= drain;
    token_q    <= finish;
    if (!rst_n) begin
      state_q    <= Sweep;
      take_q     <= '0;
      is_taken_q <= 1'b0;
      token_q    <= 1'b0;
    end
  end

  logic [AddrBits-1:0] write_addr;
  logic [Lanes*Width-1:0] held, given;
  logic is_there;

  assign given = is_there ? held : '0;
  assign write_addr = state_q == Sweep ? take_q : is_taken_q ? taken_q : addr;

  gg_ram #(.Width(Lanes * Width + 1), .Depth(2 ** AddrBits)) u_ram (
    .clk, .we(store || is_taken_q || state_q == Sweep), .waddr(write_addr),
    .wdata({store, x_data}), .re(1'b1), .raddr(take_q), .rdata({is_there, held})
  );

  gg_outlet #(.Width(Lanes * Width), .Depth(8)) u_outlet (
    .clk, .rst_n, .grant, .take(drain || finish), .x_valid(is_taken_q || token_q),
    .x_last(token_q), .x_data(given), .y_valid, .y_ready, .y_last, .y_data
  );

  logic unused_bits;
  assign unused_bits = ^{rows_data, index_data, slot_data};

endmodule
