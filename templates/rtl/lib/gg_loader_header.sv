// Header: the rows of each space, 21 bits each, three spaces in each 64-bit word; and the space
// that comes next of those whose rows have not begun. `counts` have a latency of 1, `first` and
// what belongs to it one of 0. Vectors as in gg_loader.
module gg_loader_header #(
  parameter int unsigned Spaces = 3,
  parameter int unsigned HeaderBits = 64,
  parameter int unsigned PerBeat = 1,
  parameter int unsigned HeadBits = 1,
  parameter logic [32*Spaces-1:0] MaxRows = {Spaces{32'd64}},
  parameter logic [32*Spaces-1:0] Beats = {Spaces{32'd1}}
) (
  input  logic                  clk,
  input  logic                  rst_n,
  input  logic                  is_head,     // this beat belongs to a header
  input  logic [HeadBits-1:0]   head,        // which of its beats it is
  input  logic [HeaderBits-1:0] data,
  input  logic                  is_next,     // the rows of the next space begin
  input  logic                  clear,       // the packet has ended
  output logic [21*Spaces-1:0]  counts,
  output logic                  is_over,     // too many rows
  output logic                  is_rest,     // there are spaces whose rows have not begun
  output logic [Spaces-1:0]     first,       // the first of them
  output logic [20:0]           next_rows,   // its rows
  output logic [15:0]           next_beats   // its bus beats per row
);

  logic [Spaces-1:0] todo_q, todo, is_over_q;
  logic [21*Spaces-1:0] counts_d;
  logic unused_bits;

  assign is_over     = is_over_q != '0;
  assign is_rest     = todo_q != '0;
  assign unused_bits = &data;

  for (genvar i = 0; i < Spaces; i++) begin : g_space
    localparam int unsigned Word = i / 3;
    localparam int unsigned Place = Word % PerBeat * 64 + i % 3 * 21;
    logic is_here;
    assign is_here = is_head && head == HeadBits'(Word / PerBeat);
    assign counts_d[i*21+:21] = is_here ? data[Place+:21] : counts[i*21+:21];
    assign todo[i] = is_here ? Beats[i*32+:32] != '0 && data[Place+:21] != '0 : todo_q[i];
    if (i == 0) begin : g_first
      assign first[i] = todo[i];
    end else begin : g_other
      assign first[i] = todo[i] && todo[i-1:0] == '0;
    end
    always_ff @(posedge clk) begin
      if (is_head && head == '0) is_over_q[i] <= 1'b0;
      if (is_here) is_over_q[i] <= 32'(data[Place+:21]) > MaxRows[i*32+:32];
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

  always_ff @(posedge clk) begin
    if (is_head) counts <= counts_d;
    todo_q <= (rst_n && !clear) ? todo & ~(is_next ? first : '0) : '0;
  end

endmodule
