// Loader: takes a packet beat by beat, steers its rows into the stores of their spaces and, if no
// rule is broken, starts the emitters of all spaces at once; else only a status goes out.
// One bus beat per cycle. From the last beat to `start`: 2 cycles. The next packet is taken when
// all emitters have finished.
// The header holds the rows of each space in 21 bits, three spaces in each 64-bit word.
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
  output logic [21*Spaces-1:0]  counts,        // rows of each space
  input  logic                  is_bad,        // an index of this packet is out of range
  output logic                  status_valid,
  input  logic                  status_ready,
  output logic [7:0]            status,
  output logic                  start,
  input  logic [Spaces-1:0]     busy
);

  typedef enum logic [2:0] {Header, Load, Drain, Check, Answer, Send} state_t;

  localparam logic [7:0] TooMany = 8'd1, BadIndex = 8'd2, TooShort = 8'd3, TooLong = 8'd4;
  localparam int unsigned PerBeat = HeaderBits / 64;
  localparam int unsigned HeaderBeats = (Words + PerBeat - 1) / PerBeat;
  localparam int unsigned HeadBits = HeaderBeats > 1 ? $clog2(HeaderBeats) : 1;

  state_t state_q, state_d;
  logic [7:0] status_q, status_d;
  logic [HeadBits-1:0] head_q;               // beat of the header
  logic [Spaces-1:0] todo_q, todo, first;    // spaces whose rows have not begun
  logic [Spaces-1:0] here_q, is_over_q;
  logic [21*Spaces-1:0] counts_d;
  logic [20:0] left_q, next_rows;            // rows that are still to come, this one included
  logic [15:0] beat_q, beats_q, next_beats;  // beats of this row still to come; beats of a row
  logic is_empty_q, is_cut_q;                // the header was all; there was not even all of it
  logic fire, is_head, is_head_end, is_row_end, is_space_end, is_end, is_complete, is_next;
  logic unused_bits;

  assign s_ready     = state_q == Header || state_q == Drain || (state_q == Load && !is_empty_q);
  assign fire        = s_valid && s_ready;
  assign is_head     = fire && state_q == Header;
  assign is_header   = is_head && head_q == '0;
  assign is_head_end = is_head && head_q == HeadBits'(HeaderBeats - 1);
  assign store       = (fire && state_q == Load) ? here_q : '0;
  assign unused_bits = &s_data;

  for (genvar i = 0; i < Spaces; i++) begin : g_space
    localparam int unsigned Word = i / 3;
    localparam int unsigned Place = Word % PerBeat * 64 + i % 3 * 21;
    logic is_here;
    assign is_here = is_head && head_q == HeadBits'(Word / PerBeat);
    assign counts_d[i*21+:21] = is_here ? s_data[Place+:21] : counts[i*21+:21];
    assign todo[i] = is_here ? Beats[i*32+:32] != '0 && s_data[Place+:21] != '0 : todo_q[i];
    if (i == 0) begin : g_first
      assign first[i] = todo[i];
    end else begin : g_other
      assign first[i] = todo[i] && todo[i-1:0] == '0;
    end
    always_ff @(posedge clk) begin
      if (is_header) is_over_q[i] <= 1'b0;
      if (is_here) is_over_q[i] <= 32'(s_data[Place+:21]) > MaxRows[i*32+:32];
    end
  end

  always_comb begin
    next_rows  = '0;
    next_beats = '0;
    for (int unsigned i = 0; i < Spaces; i++) begin
      next_rows  = next_rows | (first[i] ? counts_d[i*21+:21] : '0);
      next_beats = next_beats | (first[i] ? Beats[i*32+:16] : '0);
    end
  end

  assign is_row_end   = beat_q == 16'd1;
  assign is_space_end = store != '0 && is_row_end && left_q == 21'd1;
  assign is_next      = is_head_end || is_space_end;
  assign is_end       = is_empty_q || (fire && s_last);
  assign is_complete  = here_q == '0 || (is_space_end && todo_q == '0);

  always_comb begin
    state_d  = state_q;
    status_d = status_q;
    case (state_q)
      Header: begin
        status_d = '0;
        if (is_head_end || (is_head && s_last)) state_d = Load;
      end
      Load: begin
        if (is_over_q != '0) status_d = TooMany;
        else if (is_cut_q || (is_end && !is_complete)) status_d = TooShort;
        else if (here_q == '0 ? !is_empty_q : is_complete && !is_end) status_d = TooLong;
        if (is_end) state_d = Check;
        else if (status_d != '0) state_d = Drain;
      end
      Drain: if (is_end) state_d = Check;
      Check: state_d = Answer;  // the index checks see the last row
      Answer: if (status_ready) state_d = (status == '0) ? Send : Header;
      default: if (busy == '0) state_d = Header;
    endcase
  end

  assign status_valid = state_q == Answer;
  assign status       = (status_q == '0 && is_bad) ? BadIndex : status_q;
  assign start        = status_valid && status_ready && status == '0;

  always_ff @(posedge clk) begin
    state_q  <= rst_n ? state_d : Header;
    status_q <= rst_n ? status_d : '0;
    if (!rst_n || is_head_end || (is_head && s_last)) begin
      head_q <= '0;
    end else if (is_head) begin
      head_q <= head_q + 1'b1;
    end
    if (is_head) begin
      counts     <= counts_d;
      is_empty_q <= s_last;
      is_cut_q   <= s_last && !is_head_end;
    end
    todo_q <= (rst_n && state_q != Check) ? todo & ~(is_next ? first : '0) : '0;
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
