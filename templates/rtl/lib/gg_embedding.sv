// Embedding: the row of a table that each index names; Depth rows in each of Iters folded layers,
// the memory's words ordered [layer, row, beat]. One beat per cycle. Latency 3.
module gg_embedding #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned Depth      = 10,
  parameter int unsigned WidthIndex = 4,
  parameter int unsigned Width      = 16,
  parameter int unsigned Iters      = 1,
  localparam int unsigned Words = Iters * Depth * Beats,
  localparam int unsigned AddrBits = Words > 1 ? $clog2(Words) : 1
) (
  input  logic                   clk,
  input  logic                   rst_n,
  input  logic                   index_valid,
  output logic                   index_ready,
  input  logic                   index_last,
  input  logic [WidthIndex-1:0]  index_data,
  output logic [AddrBits-1:0]    table_addr,
  input  logic [Lanes*Width-1:0] table_data,
  output logic                   y_valid,
  input  logic                   y_ready,
  output logic                   y_last,
  output logic [Lanes*Width-1:0] y_data
);

  logic grant, fire, enter, is_row_end;
  logic [AddrBits-1:0] base_q;  // first word of the layer at work
  logic [AddrBits-1:0] row;  // first word of the row at work
  logic [AddrBits-1:0] addr_q;

  assign enter       = index_valid && grant;
  assign index_ready = grant && (index_last || is_row_end);
  assign fire        = enter && index_last;
  assign table_addr  = addr_q;

  always_comb begin
    row = base_q;
    for (int unsigned i = 0; i < 32; i++) begin
      if (Beats[i]) row = row + (AddrBits'(index_data) << i);
    end
  end

  if (Beats > 1) begin : g_beats
    localparam int unsigned BeatBits = $clog2(Beats);
    logic [BeatBits-1:0] beat_q;

    assign is_row_end = beat_q == BeatBits'(Beats - 1);

    always_ff @(posedge clk) begin
      if (!rst_n) beat_q <= '0;
      else if (enter && !index_last) beat_q <= is_row_end ? '0 : beat_q + 1'b1;
    end

    always_ff @(posedge clk) begin
      if (enter) addr_q <= (beat_q == '0) ? row : addr_q + 1'b1;
    end
  end else begin : g_whole
    assign is_row_end = 1'b1;

    always_ff @(posedge clk) addr_q <= row;
  end

  if (Iters > 1) begin : g_layers
    localparam logic [AddrBits-1:0] LastBase = AddrBits'((Iters - 1) * Depth * Beats);

    always_ff @(posedge clk) begin
      if (!rst_n) base_q <= '0;
      else if (fire) base_q <= (base_q == LastBase) ? '0 : base_q + AddrBits'(Depth * Beats);
    end
  end else begin : g_one_layer
    logic unused_fire;
    assign unused_fire = fire;
    assign base_q = '0;
  end

  gg_stages #(.Stages(2), .Width(Lanes * Width)) u_stages (
    .clk, .rst_n, .grant, .enter, .last(index_last), .result(table_data),
    .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
