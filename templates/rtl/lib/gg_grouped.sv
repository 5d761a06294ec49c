// Dense layers on groups of lanes: in every row y[b,i,j] = bias[b,i,j] + sum of x[b,i,k] * w[b,k,j]
// over k, with constant w and bias. A cycle multiplies a tile of Batch x Rows x Inner by one of
// Batch x Inner x Columns; x comes as beats in the order of the row. Memory words: weight[layer,
// batch, inner, columns], read again for each of TurnsRows; bias[layer, batch, rows, columns].
// A row takes a cycle per tile, without bubbles. Latency: see gg_product.
module gg_grouped #(
  parameter int unsigned Batch        = 1,
  parameter int unsigned Rows         = 1,
  parameter int unsigned Inner        = 2,
  parameter int unsigned Columns      = 2,
  parameter int unsigned TurnsBatch   = 2,
  parameter int unsigned TurnsRows    = 2,
  parameter int unsigned TurnsInner   = 2,
  parameter int unsigned TurnsColumns = 2,
  parameter int unsigned WidthX       = 16,
  parameter int unsigned WidthW       = 16,
  parameter int unsigned WidthB       = 24,
  parameter int unsigned WidthAcc     = 34,
  parameter int unsigned WidthY       = 16,
  parameter int          Shift        = 12,
  parameter int unsigned Rounding     = 2,
  parameter int unsigned Overflow     = 1,
  parameter int unsigned Iters        = 1,
  localparam int unsigned LanesX = Batch * Rows * Inner,
  localparam int unsigned LanesW = Batch * Inner * Columns,
  localparam int unsigned LanesY = Batch * Rows * Columns,
  localparam int unsigned Words = Iters * TurnsBatch * TurnsInner * TurnsColumns,
  localparam int unsigned Biases = Iters * TurnsBatch * TurnsRows * TurnsColumns,
  localparam int unsigned WeightBits = Words > 1 ? $clog2(Words) : 1,
  localparam int unsigned BiasBits = Biases > 1 ? $clog2(Biases) : 1
) (
  input  logic                     clk,
  input  logic                     rst_n,
  input  logic                     x_valid,
  output logic                     x_ready,
  input  logic                     x_last,
  input  logic [LanesX*WidthX-1:0] x_data,
  output logic [WeightBits-1:0]    weight_addr,
  input  logic [LanesW*WidthW-1:0] weight_data,
  output logic [BiasBits-1:0]      bias_addr,
  input  logic [LanesY*WidthB-1:0] bias_data,
  output logic                     y_valid,
  input  logic                     y_ready,
  output logic                     y_last,
  output logic [LanesY*WidthY-1:0] y_data
);

  logic w_step, bias_step, bias_skip;
  logic [1:0] unused_end;

  gg_walk_again #(
    .Count(TurnsInner * TurnsColumns),
    .Repeat(TurnsRows),
    .Groups(TurnsBatch),
    .Iters(Iters)
  ) u_weight_walk (
    .clk,
    .rst_n,
    .step(w_step && !x_last),
    .skip(w_step && x_last),
    .addr(weight_addr)
  );

  gg_walk #(
    .Count(TurnsBatch * TurnsRows * TurnsColumns),
    .Iters(Iters)
  ) u_bias_walk (
    .clk,
    .rst_n,
    .step(bias_step),
    .skip(bias_skip),
    .is_end(unused_end[0]),
    .addr(bias_addr)
  );

  gg_product #(
    .Batch(Batch), .Rows(Rows), .Inner(Inner), .Columns(Columns), .TurnsInner(TurnsInner),
    .TurnsColumns(TurnsColumns), .WidthX(WidthX), .WidthW(WidthW), .WidthB(WidthB),
    .WidthAcc(WidthAcc), .WidthY(WidthY), .Shift(Shift), .Rounding(Rounding), .Overflow(Overflow)
  ) u_product (
    .clk, .rst_n, .x_valid, .x_ready, .x_last, .x_data, .w_valid(1'b1), .w_step,
    .w_end(unused_end[1]), .w_data(weight_data), .bias_step, .bias_skip, .bias(bias_data),
    .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
