// Tells which rows of gg_scatter are complete where the indices are sorted: all rows before the one
// that a row of x last arrived for, and all at the end. Indices wait in a FIFO for their rows of x.
// Rows are released in order: `row` is the next one and `is_complete` says that it may be taken;
// `next` moves on, `finish` ends the graph. Two graphs are at work at most, in two banks.
module gg_release_sorted #(
  parameter int unsigned Rows       = 16,
  parameter int unsigned MaxX       = 32,
  parameter int unsigned WidthIndex = 4,
  localparam int unsigned RowBits = Rows > 1 ? $clog2(Rows) : 1
) (
  input  logic                  clk,
  input  logic                  rst_n,
  input  logic                  index_valid,
  output logic                  index_ready,
  input  logic                  index_last,
  input  logic [WidthIndex-1:0] index_data,
  output logic                  at_valid,
  input  logic                  at_ready,
  output logic                  at_last,
  output logic [RowBits-1:0]    at,
  input  logic                  arrive,
  output logic                  bank,
  output logic                  is_counted,
  output logic                  is_complete,
  output logic [RowBits-1:0]    row,
  input  logic                  next,
  input  logic                  finish
);

  logic bank_q, out_valid, is_end;
  logic [1:0] graphs_q;  // graphs that are whole and not drained
  logic [WidthIndex-1:0] out_data;
  logic [RowBits-1:0] row_q, below_q;  // of the graph at its filling: rows below are complete

  gg_fifo #(.Width(WidthIndex), .Depth(MaxX + 1)) u_fifo (
    .clk, .rst_n, .x_valid(index_valid), .x_ready(index_ready), .x_last(index_last),
    .x_data(index_data), .y_valid(out_valid), .y_ready(at_ready && at_valid), .y_last(at_last),
    .y_data(out_data)
  );

  assign at_valid    = out_valid && !graphs_q[1];
  assign at          = RowBits'(out_data);
  assign is_end      = at_valid && at_ready && at_last;
  assign bank        = bank_q;
  assign row         = row_q;
  assign is_counted  = graphs_q != '0;
  assign is_complete = is_counted || row_q < below_q;

  always_ff @(posedge clk) begin
    if (arrive) below_q <= at;
    if (is_end != finish) graphs_q <= finish ? graphs_q - 1'b1 : graphs_q + 1'b1;
    if (finish) bank_q <= !bank_q;
    if (next) row_q <= row_q + 1'b1;
    if (!rst_n || finish) row_q <= '0;
    if (!rst_n || is_end) below_q <= '0;
    if (!rst_n) {bank_q, graphs_q} <= '0;
  end

endmodule
