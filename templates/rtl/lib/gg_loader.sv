// Loader: takes a packet beat by beat, steers its rows into the stores of their spaces and, if no
// rule is broken, starts the emitters of all spaces at once; else only a status goes out.
// One bus beat per cycle. From the last beat to `start`: 2 cycles. The next packet is taken when
// all emitters have finished.
// Status: 0 good, 1 too many rows, 2 index out of range, 3 short packet, 4 long packet.
// Bit 0 of a vector is nodes, bit 1 edges, bit 2 graphs. Beats are bus beats per row, 0 for rows
// without data.
module gg_loader #(
  parameter int unsigned MaxNodes = 1,
  parameter int unsigned MaxEdges = 1,
  parameter int unsigned MaxGraphs = 1,
  parameter int unsigned NodeBeats = 1,
  parameter int unsigned EdgeBeats = 1,
  parameter int unsigned GraphBeats = 1
) (
  input  logic        clk,
  input  logic        rst_n,
  input  logic        s_valid,
  output logic        s_ready,
  input  logic        s_last,
  input  logic [63:0] s_data,        // the low bits, where the header stands
  output logic        is_header,     // this beat is a header
  output logic [2:0]  store,         // this beat belongs to a row of the space
  output logic [71:0] counts,        // rows of each space, 24 bits each
  input  logic        is_bad,        // an index of this packet is out of range
  output logic        status_valid,
  input  logic        status_ready,
  output logic [7:0]  status,
  output logic        start,
  input  logic [2:0]  busy
);

  typedef enum logic [2:0] {Header, Load, Drain, Check, Answer, Send} state_t;

  localparam logic [7:0] TooMany = 8'd1, BadIndex = 8'd2, TooShort = 8'd3, TooLong = 8'd4;
  localparam logic [2:0] HasBeats = {GraphBeats != 0, EdgeBeats != 0, NodeBeats != 0};

  state_t state_q, state_d;
  logic [7:0] status_q, status_d;
  logic [2:0] done_q, todo, here;
  logic [23:0] row_q, last_row;
  logic [15:0] beat_q, last_beat;
  logic is_empty_q;  // the header was the last beat
  logic fire, is_over, is_row_end, is_space_end, is_end, is_complete;

  assign s_ready   = state_q == Header || state_q == Drain || (state_q == Load && !is_empty_q);
  assign fire      = s_valid && s_ready;
  assign is_header = fire && state_q == Header;
  assign store     = (fire && state_q == Load) ? here : '0;

  // Where the beat belongs: the first space with rows left.
  assign todo = HasBeats & ~done_q & {counts[71:48] != '0, counts[47:24] != '0, counts[23:0] != '0};
  assign here = todo & (~todo + 3'd1);

  always_comb begin
    last_row  = counts[23:0];
    last_beat = 16'(NodeBeats);
    if (here[1]) begin
      last_row  = counts[47:24];
      last_beat = 16'(EdgeBeats);
    end
    if (here[2]) begin
      last_row  = counts[71:48];
      last_beat = 16'(GraphBeats);
    end
  end

  assign is_over = counts[23:0] > 24'(MaxNodes) || counts[47:24] > 24'(MaxEdges)
      || counts[71:48] > 24'(MaxGraphs);
  assign is_row_end   = beat_q + 1'b1 == last_beat;
  assign is_space_end = is_row_end && row_q + 1'b1 == last_row;
  assign is_end       = is_empty_q || (fire && s_last);
  assign is_complete  = todo == '0 || (fire && is_space_end && todo == here);

  always_comb begin
    state_d  = state_q;
    status_d = status_q;
    case (state_q)
      Header: begin
        status_d = '0;
        if (fire) state_d = Load;
      end
      Load: begin
        if (is_over) status_d = TooMany;
        else if (is_end && !is_complete) status_d = TooShort;
        else if (todo == '0 ? !is_empty_q : is_complete && !is_end) status_d = TooLong;
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
    if (!rst_n) begin
      state_q  <= Header;
      status_q <= '0;
    end else begin
      state_q  <= state_d;
      status_q <= status_d;
    end
  end

  always_ff @(posedge clk) begin
    if (is_header) begin
      counts     <= {8'd0, s_data};
      is_empty_q <= s_last;
      done_q     <= '0;
      row_q      <= '0;
      beat_q     <= '0;
    end else if (store != '0) begin
      beat_q <= is_row_end ? '0 : beat_q + 1'b1;
      if (is_row_end) row_q <= is_space_end ? '0 : row_q + 1'b1;
      if (is_space_end) done_q <= done_q | here;
    end
  end

endmodule
