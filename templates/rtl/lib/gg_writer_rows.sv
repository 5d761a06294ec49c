// Rows of one result as bus words: Beats beats of Width bits make a row, which leaves in
// ceil(Beats * Width / TData) words, lowest bits first; then the end token.
// Latency 0; Beats - 1 + words cycles per row.
module gg_writer_rows #(
  parameter int unsigned Width = 16,
  parameter int unsigned Beats = 1,
  parameter int unsigned TData = 64
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             x_valid,
  output logic             x_ready,
  input  logic             x_last,
  input  logic [Width-1:0] x_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [TData-1:0] y_data
);

  localparam int unsigned Bits = Beats * Width;
  localparam int unsigned Words = (Bits + TData - 1) / TData;
  localparam int unsigned BeatBits = Beats > 1 ? $clog2(Beats) : 1;
  localparam int unsigned WordBits = Words > 1 ? $clog2(Words) : 1;

  logic [BeatBits-1:0] beat_q;
  logic [WordBits-1:0] word_q;
  logic [Bits-1:0] row;
  logic [Words*TData-1:0] words;
  logic is_row;  // x_data completes a row
  logic is_row_end;

  assign is_row     = beat_q == BeatBits'(Beats - 1);
  assign is_row_end = word_q == WordBits'(Words - 1);
  assign x_ready    = x_last ? y_ready : !is_row || (is_row_end && y_ready);
  assign y_valid    = x_valid && (x_last || is_row);
  assign y_last     = x_last;
  assign words      = (Words * TData)'(row);
  assign y_data     = words[word_q*TData+:TData];

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      beat_q <= '0;
      word_q <= '0;
    end else begin
      if (x_valid && x_ready && !x_last) beat_q <= is_row ? '0 : beat_q + 1'b1;
      if (y_valid && y_ready && !y_last) word_q <= is_row_end ? '0 : word_q + 1'b1;
    end
  end

  if (Beats > 1) begin : g_held
    logic [Bits-Width-1:0] held_q;

    for (genvar i = 0; i < Beats - 1; i++) begin : g_beat
      always_ff @(posedge clk) begin
        if (beat_q == BeatBits'(i)) held_q[i*Width+:Width] <= x_data;
      end
    end

    assign row = {x_data, held_q};
  end else begin : g_direct
    assign row = x_data;
  end

endmodule
