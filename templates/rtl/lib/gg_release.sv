// Tells which rows of gg_scatter are complete. Every index is counted as it comes, ahead of its row
// of x, and waits in a FIFO for it; a row is complete when as many rows of x arrived for it as
// indices name it and all indices are known. Rows are released in order: `row` is the next one and
// `is_complete` says that it may be taken; `next` moves on, `finish` ends the graph.
// Two graphs are at work at most, in two banks, so that one is filled while the other is drained.
// Counts only go up, modulo a power of two, and are equal again at the end: nothing is cleared
// between graphs. `clear` sets the count at `clear_addr` to 0 after reset.
// An index is ready for its row 2 cycles after it came (3 if MaxX > 31).
module gg_release #(
  parameter int unsigned Rows       = 16,
  parameter int unsigned MaxX       = 32,
  parameter int unsigned WidthIndex = 4,
  localparam int unsigned RowBits = Rows > 1 ? $clog2(Rows) : 1
) (
  input  logic                  clk,
  input  logic                  rst_n,
  input  logic                  clear,
  input  logic [RowBits:0]      clear_addr,
  input  logic                  index_valid,
  output logic                  index_ready,
  input  logic                  index_last,
  input  logic [WidthIndex-1:0] index_data,
  output logic                  at_valid,
  input  logic                  at_ready,
  output logic                  at_last,
  output logic [RowBits-1:0]    at,
  input  logic                  arrive,
  input  logic [RowBits:0]      arrive_addr,
  output logic                  bank,
  output logic                  is_counted,
  output logic                  is_complete,
  output logic [RowBits-1:0]    row,
  input  logic                  next,
  input  logic                  finish
);

  localparam int unsigned CountBits = $clog2(MaxX + 1);

  (* ram_style = "distributed" *) logic [CountBits-1:0] named[2 << RowBits];
  (* ram_style = "distributed" *) logic [CountBits-1:0] arrived[2 << RowBits];

  logic in_valid, in_ready, in_last, count, is_room, fifo_ready;
  logic [WidthIndex-1:0] in_data, out_data;
  logic in_bank_q, bank_q;
  logic [1:0] graphs_q;  // graphs whose indices are all known and that are not drained
  logic [RowBits:0] in_addr;
  logic [RowBits:0] row_q, known_q;  // rows below known_q are complete
  logic [RowBits:0] open_q;  // complete rows that are not yet taken: known_q - row_q
  logic is_known;
  logic [RowBits:0] count_addr, arrived_addr;
  logic [CountBits-1:0] named_d, arrived_d;

  gg_skid #(
    .Width(WidthIndex)
  ) u_skid (
    .clk,
    .rst_n,
    .x_valid(index_valid),
    .x_ready(index_ready),
    .x_last (index_last),
    .x_data (index_data),
    .y_valid(in_valid),
    .y_ready(in_ready),
    .y_last (in_last),
    .y_data (in_data)
  );

  assign is_room  = !graphs_q[1] && !clear;
  assign in_ready = is_room && fifo_ready;
  assign count    = in_valid && in_ready;
  assign in_addr  = {in_bank_q, RowBits'(in_data)};

  gg_fifo #(
    .Width(WidthIndex),
    .Depth(MaxX + 1)
  ) u_fifo (
    .clk,
    .rst_n,
    .x_valid(in_valid && is_room),
    .x_ready(fifo_ready),
    .x_last (in_last),
    .x_data (in_data),
    .y_valid(at_valid),
    .y_ready(at_ready),
    .y_last (at_last),
    .y_data (out_data)
  );

  assign at = RowBits'(out_data);

  assign count_addr   = clear ? clear_addr : in_addr;
  assign arrived_addr = clear ? clear_addr : arrive_addr;
  assign named_d      = clear ? '0 : named[count_addr] + 1'b1;
  assign arrived_d    = clear ? '0 : arrived[arrived_addr] + 1'b1;

  always_ff @(posedge clk) begin
    if (clear || (count && !in_last)) named[count_addr] <= named_d;
    if (clear || arrive) arrived[arrived_addr] <= arrived_d;
  end

  assign bank        = bank_q;
  assign row         = row_q[RowBits-1:0];
  assign is_counted  = graphs_q != '0;
  assign is_known    = is_counted && known_q != (RowBits + 1)'(Rows)
      && named[{bank_q, known_q[RowBits-1:0]}] == arrived[{bank_q, known_q[RowBits-1:0]}];

  always_ff @(posedge clk) begin
    if (is_known && !next) begin
      open_q      <= open_q + 1'b1;
      is_complete <= 1'b1;
    end else if (next && !is_known) begin
      open_q      <= open_q - 1'b1;
      is_complete <= open_q != (RowBits + 1)'(1);
    end
    if (!rst_n || finish) begin
      open_q      <= '0;
      is_complete <= 1'b0;
    end
  end

  always_ff @(posedge clk) begin
    if (count && in_last) in_bank_q <= !in_bank_q;
    if ((count && in_last) != finish) graphs_q <= finish ? graphs_q - 1'b1 : graphs_q + 1'b1;
    if (finish) bank_q <= !bank_q;
    if (next) row_q <= row_q + 1'b1;
    if (is_known) known_q <= known_q + 1'b1;
    if (!rst_n || finish) begin
      row_q   <= '0;
      known_q <= '0;
    end
    if (!rst_n) begin
      in_bank_q <= 1'b0;
      bank_q    <= 1'b0;
      graphs_q  <= '0;
    end
  end

endmodule
