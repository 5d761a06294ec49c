// Some lanes of gg_gather, with a control of their own: equal in all parts.
module gg_gather_part #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned Rows       = 16,
  parameter int unsigned WidthIndex = 4,
  parameter int unsigned Width      = 16
) (
  input  logic                   clk,
  input  logic                   rst_n,
  input  logic                   x_valid,
  output logic                   x_ready,
  input  logic                   x_last,
  input  logic [Lanes*Width-1:0] x_data,
  input  logic                   index_valid,
  output logic                   index_ready,
  input  logic                   index_last,
  input  logic [WidthIndex-1:0]  index_data,
  output logic                   y_valid,
  input  logic                   y_ready,
  output logic                   y_last,
  output logic [Lanes*Width-1:0] y_data
);

  localparam int unsigned BeatBits = $clog2(Beats);
  localparam int unsigned RowBits = Rows > 1 ? $clog2(Rows) : 1;
  localparam int unsigned CountBits = WidthIndex > RowBits ? WidthIndex + 1 : RowBits + 1;
  localparam int unsigned AddrBits = RowBits + BeatBits + 1;

  // Storing: the rows that are whole, and the graphs that are whole and not read to their end.
  (* keep *) logic [CountBits-1:0] stored_q;
  (* keep *) logic [1:0] graphs_q;
  (* keep *) logic store_bank_q, read_bank_q;
  logic store, is_row_stored;
  logic [AddrBits-1:0] store_addr, read_addr;

  // Reading.
  logic at_valid, at_ready, at_last;
  logic [WidthIndex-1:0] at;
  logic is_free, read, is_row_read, finish;

  assign x_ready = !graphs_q[1];
  assign store   = x_valid && x_ready;
  assign is_free = !y_valid || y_ready;
  assign read    = at_valid && is_free
                   && (graphs_q != '0 || (!at_last && CountBits'(at) < stored_q));
  assign finish  = read && at_last;
  assign at_ready = read && (at_last || is_row_read);

  gg_skid #(
    .Width(WidthIndex)
  ) u_skid (
    .clk,
    .rst_n,
    .x_valid(index_valid),
    .x_ready(index_ready),
    .x_last (index_last),
    .x_data (index_data),
    .y_valid(at_valid),
    .y_ready(at_ready),
    .y_last (at_last),
    .y_data (at)
  );

  if (Beats > 1) begin : g_beats
    logic [BeatBits-1:0] store_beat_q, read_beat_q;

    assign is_row_stored = store_beat_q == BeatBits'(Beats - 1);
    assign is_row_read   = read_beat_q == BeatBits'(Beats - 1);
    assign store_addr    = {store_bank_q, stored_q[RowBits-1:0], store_beat_q};
    assign read_addr     = {read_bank_q, RowBits'(at), read_beat_q};

    always_ff @(posedge clk) begin
      if (!rst_n) begin
        store_beat_q <= '0;
        read_beat_q  <= '0;
      end else begin
        if (store && !x_last) store_beat_q <= is_row_stored ? '0 : store_beat_q + 1'b1;
        if (read && !at_last) read_beat_q <= is_row_read ? '0 : read_beat_q + 1'b1;
      end
    end
  end else begin : g_whole
    assign is_row_stored = 1'b1;
    assign is_row_read   = 1'b1;
    assign store_addr    = {store_bank_q, stored_q[RowBits-1:0]};
    assign read_addr     = {read_bank_q, RowBits'(at)};
  end

  logic store_end;
  assign store_end = store && x_last;

  always_ff @(posedge clk) begin
    if (store && !x_last && is_row_stored) stored_q <= stored_q + 1'b1;
    if (store_end) store_bank_q <= !store_bank_q;
    if (finish) read_bank_q <= !read_bank_q;
    if (store_end != finish) graphs_q <= finish ? graphs_q - 1'b1 : graphs_q + 1'b1;
    if (!rst_n || store_end) stored_q <= '0;
    if (!rst_n) begin
      store_bank_q <= 1'b0;
      read_bank_q  <= 1'b0;
      graphs_q     <= '0;
    end
  end

  gg_ram #(
    .Width(Lanes * Width),
    .Depth(2 << (RowBits + BeatBits))
  ) u_ram (
    .clk,
    .we   (store && !x_last),
    .waddr(store_addr),
    .wdata(x_data),
    .re   (is_free),
    .raddr(read_addr),
    .rdata(y_data)
  );

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      y_valid <= 1'b0;
    end else if (is_free) begin
      y_valid <= read;
    end
  end

  always_ff @(posedge clk) begin
    if (is_free) y_last <= at_last;
  end

endmodule
