// Row: collects a packet row of Bits bits from `word`, one bus word of TData bits per cycle. The
// row stays until `hold` is low. Latency 1.
module gg_loader_row #(
  parameter int unsigned Bits = 16,
  parameter int unsigned TData = 64,
  localparam int unsigned WordBits = Bits < TData ? Bits : TData
) (
  input  logic                clk,
  input  logic                clear,      // a new packet begins
  input  logic                store,
  input  logic                blank,      // zeros in place of the word
  input  logic [WordBits-1:0] word,
  input  logic                hold,
  output logic                row_valid,
  output logic [Bits-1:0]     row
);

  localparam int unsigned Words = (Bits + TData - 1) / TData;
  localparam int unsigned CountBits = Words > 1 ? $clog2(Words) : 1;

  logic [CountBits-1:0] word_q;
  logic is_row_end;

  assign is_row_end = word_q == CountBits'(Words - 1);

  always_ff @(posedge clk) begin
    if (clear) begin
      row_valid <= 1'b0;
    end else if (!hold) begin
      row_valid <= store && is_row_end;
    end
    if (clear) begin
      word_q <= '0;
    end else if (store) begin
      word_q <= is_row_end ? '0 : word_q + 1'b1;
    end
  end

  for (genvar i = 0; i < Words; i++) begin : g_word
    localparam int unsigned Part = (i + 1) * TData > Bits ? Bits - i * TData : TData;
    always_ff @(posedge clk) begin
      if (store && word_q == CountBits'(i)) row[i*TData+:Part] <= blank ? '0 : word[Part-1:0];
    end
  end

endmodule
