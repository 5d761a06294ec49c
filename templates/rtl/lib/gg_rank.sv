// Rank: how many rows of the same group (equal `index`) come before each row in a stable order of
// the lanes of `x`, lane by lane, and in lane Lanes of y how many other rows the group has. The
// rows are stored, Parallel of them in a word; then each row in turn is compared with all words.
// A row takes 1 cycle and one for each word. Latency from the end token to the first row: one cycle
// for each word, and 6.
module gg_rank #(
  parameter int unsigned Lanes      = 2,
  parameter int unsigned Rows       = 16,
  parameter int unsigned Parallel   = 4,
  parameter int unsigned Descending = 0,
  parameter int unsigned WidthX     = 16,
  parameter int unsigned WidthIndex = 4,
  parameter int unsigned WidthY     = 4
) (
  input  logic                        clk,
  input  logic                        rst_n,
  input  logic                        x_valid,
  output logic                        x_ready,
  input  logic                        x_last,
  input  logic [Lanes*WidthX-1:0]     x_data,
  input  logic                        index_valid,
  output logic                        index_ready,
  input  logic                        index_last,
  input  logic [WidthIndex-1:0]       index_data,
  output logic                        y_valid,
  input  logic                        y_ready,
  output logic                        y_last,
  output logic [(Lanes+1)*WidthY-1:0] y_data
);

  localparam int unsigned Words = (Rows + Parallel - 1) / Parallel;
  localparam int unsigned WordBits = Words > 1 ? $clog2(Words) : 1;
  localparam int unsigned BankBits = $clog2(Parallel);
  localparam int unsigned PlaceBits = $clog2(Words * Parallel + 1);
  localparam int unsigned Bits = WidthIndex + Lanes * WidthX;
  if (2 ** BankBits != Parallel) begin : g_check
    $error("gg_rank: Parallel is %0d, must be a power of two", Parallel);
  end

  logic is_full_q;                 // all rows are in: they are compared
  logic [PlaceBits-1:0] count_q;   // rows that are in
  logic [WordBits-1:0] end_q;      // the word of the last of them
  logic [PlaceBits-1:0] row_q;     // the row that is compared
  logic is_loaded_q;               // its own word has been read
  logic [WordBits-1:0] word_q;     // the word that it meets
  logic store, load, meet, finish, is_end, grant;

  assign store       = !is_full_q && x_valid && index_valid;
  assign x_ready     = !is_full_q && index_valid;
  assign index_ready = !is_full_q && x_valid;
  assign finish      = is_full_q && !is_loaded_q && grant && row_q == count_q;
  assign load        = is_full_q && !is_loaded_q && grant && row_q != count_q;
  assign meet        = is_full_q && is_loaded_q;
  assign is_end      = word_q == end_q;

  always_ff @(posedge clk) begin
    if (store && !x_last) begin
      count_q <= count_q + 1'b1;
      end_q   <= WordBits'(count_q >> BankBits);
    end
    if (store && x_last) is_full_q <= 1'b1;
    if (load) is_loaded_q <= 1'b1;
    if (meet) word_q <= is_end ? '0 : word_q + 1'b1;
    if (meet && is_end) begin
      is_loaded_q <= 1'b0;
      row_q       <= row_q + 1'b1;
    end
    if (!rst_n || finish) begin
      is_full_q   <= 1'b0;
      is_loaded_q <= 1'b0;
      count_q     <= '0;
      row_q       <= '0;
      word_q      <= '0;
    end
  end

  // A read takes a cycle: what was asked for, and of which row.
  logic load1_q, meet1_q, first1_q, end1_q, token1_q;
  logic [WordBits-1:0] word1_q;
  logic [PlaceBits-1:0] row1_q;
  logic [Parallel*Bits-1:0] words;
  logic [Bits-1:0] own_q, own_d;

  for (genvar b = 0; b < Parallel; b++) begin : g_bank
    gg_ram #(.Width(Bits), .Depth(Words)) u_ram (
      .clk, .we(store && !x_last && (count_q & PlaceBits'(Parallel - 1)) == PlaceBits'(b)),
      .waddr(WordBits'(count_q >> BankBits)), .wdata({index_data, x_data}), .re(1'b1),
      .raddr(load ? WordBits'(row_q >> BankBits) : word_q), .rdata(words[b*Bits+:Bits])
    );
  end

  always_comb begin
    own_d = '0;
    for (int b = 0; b < Parallel; b++) begin
      if ((row1_q & PlaceBits'(Parallel - 1)) == PlaceBits'(b)) own_d = words[b*Bits+:Bits];
    end
  end

  always_ff @(posedge clk) begin
    {load1_q, meet1_q, token1_q} <= rst_n ? {load, meet, finish} : '0;
    {first1_q, end1_q} <= {word_q == '0, is_end};
    word1_q <= word_q;
    row1_q  <= row_q;
    if (load1_q) own_q <= own_d;
  end

  // In each lane the stored rows that come before; in the last one, all others of the group.
  logic [(Lanes+1)*Parallel-1:0] hits;
  logic [(Lanes+1)*WidthY-1:0] total;
  logic first2_q, whole2_q, whole3_q, whole4_q, token2_q, token3_q, token4_q;

  for (genvar b = 0; b < Parallel; b++) begin : g_meet
    logic [Lanes:0] is_hit;

    gg_rank_pair #(
      .Lanes(Lanes), .WidthX(WidthX), .WidthIndex(WidthIndex), .PlaceBits(PlaceBits),
      .Descending(Descending)
    ) u_pair (
      .clk, .row(own_q), .row_place(row1_q), .met(words[b*Bits+:Bits]),
      .met_place(PlaceBits'(PlaceBits'(word1_q) << BankBits) | PlaceBits'(b)), .count(count_q),
      .is_hit
    );

    for (genvar i = 0; i <= Lanes; i++) begin : g_lane
      assign hits[i*Parallel+b] = is_hit[i];
    end
  end

  for (genvar i = 0; i <= Lanes; i++) begin : g_total
    gg_rank_total #(.Parallel(Parallel), .Width(WidthY)) u_total (
      .clk, .is_first(first2_q), .hits(hits[i*Parallel+:Parallel]),
      .total_q(total[i*WidthY+:WidthY])
    );
  end

  always_ff @(posedge clk) begin
    first2_q <= first1_q;
    {whole4_q, whole3_q, whole2_q} <= rst_n ? {whole3_q, whole2_q, meet1_q && end1_q} : '0;
    {token4_q, token3_q, token2_q} <= rst_n ? {token3_q, token2_q, token1_q} : '0;
  end

  gg_outlet #(.Width((Lanes + 1) * WidthY), .Depth(8)) u_outlet (
    .clk, .rst_n, .grant, .take(load || finish), .x_valid(whole4_q || token4_q),
    .x_last(token4_q), .x_data(total), .y_valid, .y_ready, .y_last, .y_data
  );

  logic unused_last;
  assign unused_last = index_last;
endmodule
