// Matrix product of two streams: in every row y[b,i,j] = sum of a[b,i,k] * w[b,k,j] over k. A cycle
// multiplies a tile of Batch x Rows x Inner by one of Batch x Inner x Columns; both come as beats
// in the order of the row. A beat of `a` serves TurnsColumns beats of `w`, TurnsInner such steps
// make a block of results, and each batch of `w` is kept for its TurnsRows blocks of rows.
// A row takes a cycle per tile, without bubbles. Latency: see gg_product.
module gg_matmul #(
  parameter int unsigned Batch        = 1,
  parameter int unsigned Rows         = 1,
  parameter int unsigned Inner        = 2,
  parameter int unsigned Columns      = 2,
  parameter int unsigned TurnsRows    = 2,
  parameter int unsigned TurnsInner   = 2,
  parameter int unsigned TurnsColumns = 2,
  parameter int unsigned WidthA       = 16,
  parameter int unsigned WidthW       = 16,
  parameter int unsigned WidthAcc     = 34,
  parameter int unsigned WidthY       = 16,
  parameter int          Shift        = 12,
  parameter int unsigned Rounding     = 2,
  parameter int unsigned Overflow     = 1,
  localparam int unsigned LanesA = Batch * Rows * Inner,
  localparam int unsigned LanesW = Batch * Inner * Columns,
  localparam int unsigned LanesY = Batch * Rows * Columns
) (
  input  logic                     clk,
  input  logic                     rst_n,
  input  logic                     a_valid,
  output logic                     a_ready,
  input  logic                     a_last,
  input  logic [LanesA*WidthA-1:0] a_data,
  input  logic                     w_valid,
  output logic                     w_ready,
  input  logic                     w_last,
  input  logic [LanesW*WidthW-1:0] w_data,
  output logic                     y_valid,
  input  logic                     y_ready,
  output logic                     y_last,
  output logic [LanesY*WidthY-1:0] y_data
);

  logic is_again;  // w is what it was for the rows before
  logic w_step, w_end, unused;
  logic [1:0] unused_bias;
  logic [LanesW*WidthW-1:0] w_now;

  assign unused  = &{w_last, unused_bias, w_end};  // both streams end at the same row
  assign w_ready = w_step && !is_again;

  if (TurnsRows > 1) begin : g_keep
    localparam int unsigned RowBits = $clog2(TurnsRows);

    logic [RowBits-1:0] row_q;
    logic [LanesW*WidthW-1:0] w_kept;

    assign is_again = row_q != '0;
    assign w_now    = is_again ? w_kept : w_data;

    always_ff @(posedge clk) begin
      if (!rst_n) row_q <= '0;
      else if (w_step && w_end && !a_last) begin
        row_q <= row_q == RowBits'(TurnsRows - 1) ? '0 : row_q + 1'b1;
      end
    end

    gg_delay #(.Width(LanesW * WidthW), .Depth(TurnsInner * TurnsColumns)) u_kept (
      .clk, .enable(w_step && !a_last), .x(w_now), .y(w_kept)
    );
  end else begin : g_once
    assign is_again = 1'b0;
    assign w_now    = w_data;
  end

  gg_product #(
    .Batch(Batch), .Rows(Rows), .Inner(Inner), .Columns(Columns), .TurnsInner(TurnsInner),
    .TurnsColumns(TurnsColumns), .WidthX(WidthA), .WidthW(WidthW), .WidthB(1),
    .WidthAcc(WidthAcc), .WidthY(WidthY), .Shift(Shift), .Rounding(Rounding), .Overflow(Overflow)
  ) u_product (
    .clk, .rst_n, .x_valid(a_valid), .x_ready(a_ready), .x_last(a_last), .x_data(a_data),
    .w_valid(w_valid || is_again), .w_step, .w_end, .w_data(w_now), .bias_step(unused_bias[0]),
    .bias_skip(unused_bias[1]), .bias(LanesY'(0)), .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
