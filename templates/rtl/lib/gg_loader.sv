// Loader: takes a packet beat by beat and steers its rows to their spaces, which pass them on as
// they come. A packet whose header breaks a rule is drained. One that turns out bad later is made
// whole with zeros, so that the machine can end it, and its results are not sent.
// One bus beat per cycle; from the end of the header to `start`: 1 cycle. The next packet is taken
// when every space has its end token.
// Status: 0 good, 1 too many rows, 2 index out of range, 3 short packet, 4 long packet.
// Space i has bit i of the vectors, the i-th 21 bits of counts, and entry i (32 bits each) of
// MaxRows and of Beats: bus beats per row, 0 for rows without data.
module gg_loader #(
  parameter int unsigned Spaces = 3,
  parameter int unsigned TData = 64,
  parameter logic [32*Spaces-1:0] MaxRows = {Spaces{32'd64}},
  parameter logic [32*Spaces-1:0] Beats = {Spaces{32'd1}},
  localparam int unsigned Words = (Spaces + 2) / 3,
  localparam int unsigned HeaderBits = 64 * Words < TData ? 64 * Words : TData
) (
  input  logic                  clk,
  input  logic                  rst_n,
  input  logic                  s_valid,
  output logic                  s_ready,
  input  logic                  s_last,
  input  logic [HeaderBits-1:0] s_data,        // the low bits, where the header stands
  output logic                  is_header,     // this beat is the first of a header
  output logic [Spaces-1:0]     store,         // this beat belongs to a row of the space
  output logic                  blank,         // it is none of the bus but zeros
  output logic [21*Spaces-1:0]  counts,        // rows of each space
  input  logic                  is_bare,       // indices of rows that are not there
  input  logic                  is_bad,        // an index of this packet is out of range
  output logic                  status_valid,
  input  logic                  status_ready,
  output logic [7:0]            status,
  output logic                  is_let_in,     // this packet has entered the machine
  output logic                  start,
  input  logic [Spaces-1:0]     busy,
  input  logic [Spaces-1:0]     hold           // a space has no room for a row
);

  typedef enum logic [2:0] {Header, Load, Pad, Drain, Check, Answer, Close} state_t;

  localparam logic [7:0] TooMany = 8'd1, BadIndex = 8'd2, TooShort = 8'd3, TooLong = 8'd4;
  localparam int unsigned PerBeat = HeaderBits / 64;
  localparam int unsigned HeaderBeats = (Words + PerBeat - 1) / PerBeat;
  localparam int unsigned HeadBits = HeaderBeats > 1 ? $clog2(HeaderBeats) : 1;

  state_t state_q, state_d;
  logic [7:0] status_q, status_d;
  logic [HeadBits-1:0] head_q;               // beat of the header
  logic [Spaces-1:0] here_q, first;          // the space whose rows come, and the next one
  logic [20:0] left_q, next_rows;            // rows that are still to come, this one included
  logic [15:0] beat_q, beats_q, next_beats;  // beats of this row still to come; beats of a row
  logic is_empty_q, is_cut_q;                // the header was all; there was not even all of it
  logic is_first_q;                          // the cycle after the header
  logic fire, is_head, is_head_end, is_row_end, is_space_end, is_end, is_complete, is_next;
  logic is_free, is_inside, is_over, is_rest;

  assign is_free     = hold == '0;
  assign s_ready     = state_q == Header || state_q == Drain ||
                       (state_q == Load && !is_empty_q && is_free);
  assign fire        = s_valid && s_ready;
  assign is_head     = fire && state_q == Header;
  assign is_header   = is_head && head_q == '0;
  assign is_head_end = is_head && head_q == HeadBits'(HeaderBeats - 1);
  assign blank       = state_q == Pad;
  assign store       = ((fire && state_q == Load) || (blank && is_free)) ? here_q : '0;

  gg_loader_header #(
    .Spaces    (Spaces),
    .HeaderBits(HeaderBits),
    .PerBeat   (PerBeat),
    .HeadBits  (HeadBits),
    .MaxRows   (MaxRows),
    .Beats     (Beats)
  ) u_header (
    .clk,
    .rst_n,
    .is_head,
    .head (head_q),
    .data (s_data),
    .is_next,
    .clear(state_q == Check),
    .counts,
    .is_over,
    .is_rest,
    .first,
    .next_rows,
    .next_beats
  );

  assign is_row_end   = beat_q == 16'd1;
  assign is_space_end = store != '0 && is_row_end && left_q == 21'd1;
  assign is_next      = is_head_end || is_space_end;
  assign is_end       = is_empty_q || (fire && s_last);
  assign is_complete  = here_q == '0 || (is_space_end && !is_rest);

  always_comb begin
    state_d  = state_q;
    status_d = status_q;
    case (state_q)
      Header: begin
        status_d = '0;
        if (is_head_end || (is_head && s_last)) state_d = Load;
      end
      Load: begin
        if (is_over) status_d = TooMany;
        else if (is_cut_q || (is_end && !is_complete)) status_d = TooShort;
        else if (here_q == '0 ? !is_empty_q : is_complete && !is_end) status_d = TooLong;
        if (is_end) state_d = (is_complete || !is_inside) ? Check : Pad;
        else if (status_d != '0) state_d = Drain;
      end
      Pad: if (is_complete) state_d = Check;
      Drain: if (is_end) state_d = Check;
      Check: state_d = Answer;  // the index checks see the last row
      Answer: if (status_ready) state_d = Close;
      default: if (busy == '0) state_d = Header;
    endcase
  end

  assign start        = is_first_q && !is_cut_q && !is_over && !is_bare;
  assign is_inside    = is_first_q ? start : is_let_in;
  assign status_valid = state_q == Answer;
  assign status       = (status_q == '0 && is_bad) ? BadIndex : status_q;

  always_ff @(posedge clk) begin
    state_q    <= rst_n ? state_d : Header;
    status_q   <= rst_n ? status_d : '0;
    is_first_q <= rst_n && state_q == Header && state_d == Load;
    if (is_first_q) is_let_in <= start;
    if (!rst_n || is_head_end || (is_head && s_last)) begin
      head_q <= '0;
    end else if (is_head) begin
      head_q <= head_q + 1'b1;
    end
    if (is_head) begin
      is_empty_q <= s_last;
      is_cut_q   <= s_last && !is_head_end;
    end
    if (!rst_n || state_q == Check) begin
      here_q <= '0;
    end else if (is_next) begin
      here_q  <= first;
      left_q  <= next_rows;
      beats_q <= next_beats;
      beat_q  <= next_beats;
    end else if (store != '0) begin
      beat_q <= is_row_end ? beats_q : beat_q - 1'b1;
      if (is_row_end) left_q <= left_q - 1'b1;
    end
  end

endmodule
