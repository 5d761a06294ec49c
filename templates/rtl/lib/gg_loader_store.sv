// Store: the packet rows of one space. Collects a row of Bits bits from `word`, one bus word of
// TData bits per cycle, and writes it; the row is also shown to the index checks.
// Reading: latency 1, one row per cycle.
module gg_loader_store #(
  parameter int unsigned Bits = 16,
  parameter int unsigned TData = 64,
  parameter int unsigned MaxRows = 64,
  localparam int unsigned WordBits = Bits < TData ? Bits : TData,
  localparam int unsigned AddrBits = MaxRows > 1 ? $clog2(MaxRows) : 1
) (
  input  logic                clk,
  input  logic                clear,      // a new packet begins
  input  logic                store,
  input  logic [WordBits-1:0] word,
  output logic                row_valid,
  output logic [Bits-1:0]     row,
  input  logic                re,
  input  logic [AddrBits-1:0] raddr,
  output logic [Bits-1:0]     rdata
);

  localparam int unsigned Words = (Bits + TData - 1) / TData;
  localparam int unsigned CountBits = Words > 1 ? $clog2(Words) : 1;

  logic [CountBits-1:0] word_q;
  logic [AddrBits-1:0] waddr_q;
  logic is_row_end;

  assign is_row_end = word_q == CountBits'(Words - 1);

  always_ff @(posedge clk) begin
    row_valid <= store && is_row_end;
    if (clear) begin
      word_q <= '0;
    end else if (store) begin
      word_q <= is_row_end ? '0 : word_q + 1'b1;
    end
    if (clear) begin
      waddr_q <= '0;
    end else if (row_valid) begin
      waddr_q <= waddr_q + 1'b1;
    end
  end

  for (genvar i = 0; i < Words; i++) begin : g_word
    localparam int unsigned Part = (i + 1) * TData > Bits ? Bits - i * TData : TData;
    always_ff @(posedge clk) begin
      if (store && word_q == CountBits'(i)) row[i*TData+:Part] <= word[Part-1:0];
    end
  end

  gg_ram #(
    .Width(Bits),
    .Depth(MaxRows)
  ) u_ram (
    .clk,
    .we   (row_valid),
    .waddr(waddr_q),
    .wdata(row),
    .re,
    .raddr,
    .rdata
  );

endmodule
