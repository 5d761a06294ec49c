// The product of a stream and a matrix: in every row y[b,i,j] = bias + sum of x[b,i,k] * w[b,k,j]
// over k. A cycle multiplies a tile of Batch x Rows x Inner by one of Batch x Inner x Columns. A
// beat of `x` serves TurnsColumns tiles of `w`, TurnsInner such steps make a block of results;
// `w_step` takes a tile, and `w_end` says that it is a block's last. The bias of a block comes with
// its first step, ToSum cycles after it, when `bias_step` (at an end token `bias_skip`) goes to the
// next one. No bubbles between rows. The multipliers never stop: a result starts only when the FIFO
// at the end has a place for it. Latency from the first beat to the first result, L = clog2(Inner):
// (TurnsInner - 1) * TurnsColumns + L + 5, and 1 for each of WidthAcc > 36, Shift > 0.
module gg_product #(
  parameter int unsigned Batch        = 1,
  parameter int unsigned Rows         = 1,
  parameter int unsigned Inner        = 2,
  parameter int unsigned Columns      = 2,
  parameter int unsigned TurnsInner   = 2,
  parameter int unsigned TurnsColumns = 2,
  parameter int unsigned WidthX       = 16,
  parameter int unsigned WidthW       = 16,
  parameter int unsigned WidthB       = 1,
  parameter int unsigned WidthAcc     = 34,
  parameter int unsigned WidthY       = 16,
  parameter int          Shift        = 12,
  parameter int unsigned Rounding     = 2,
  parameter int unsigned Overflow     = 1,
  localparam int unsigned LanesX = Batch * Rows * Inner,
  localparam int unsigned LanesW = Batch * Inner * Columns,
  localparam int unsigned LanesY = Batch * Rows * Columns
) (
  input  logic                     clk,
  input  logic                     rst_n,
  input  logic                     x_valid,
  output logic                     x_ready,
  input  logic                     x_last,
  input  logic [LanesX*WidthX-1:0] x_data,
  input  logic                     w_valid,
  output logic                     w_step,
  output logic                     w_end,
  input  logic [LanesW*WidthW-1:0] w_data,
  output logic                     bias_step,
  output logic                     bias_skip,
  input  logic [LanesY*WidthB-1:0] bias,
  output logic                     y_valid,
  input  logic                     y_ready,
  output logic                     y_last,
  output logic [LanesY*WidthY-1:0] y_data
);

  localparam int unsigned ColumnBits = TurnsColumns > 1 ? $clog2(TurnsColumns) : 1;
  localparam int unsigned InnerBits = TurnsInner > 1 ? $clog2(TurnsInner) : 1;
  // Accumulators of a column; cycles from the multipliers' inputs to them, and to the result.
  localparam int unsigned Turns = TurnsInner > 1 ? TurnsColumns : 1;
  localparam int unsigned ToSum = 2 + $clog2(Inner);
  localparam int unsigned ToResult = ToSum + 2 + 32'(WidthAcc > 36) + 32'(Shift > 0);
  localparam int unsigned Room = TurnsColumns > 1 ? ToResult + 7 : (ToResult + 4) / TurnsInner + 3;

  if (Inner * TurnsInner > 4095) begin : g_check
    $error("gg_product: Inner %0d, TurnsInner %0d: sums of at most 4095 terms", Inner, TurnsInner);
  end

  logic [ColumnBits-1:0] column_q;
  logic [InnerBits-1:0] inner_q;
  logic column_end, inner_end, is_result, may_issue, issue, grant;

  assign column_end = column_q == ColumnBits'(TurnsColumns - 1);
  assign inner_end  = inner_q == InnerBits'(TurnsInner - 1);
  assign is_result  = x_last || inner_end;
  assign may_issue  = w_valid && (grant || !is_result);
  assign issue      = x_valid && may_issue;
  assign x_ready    = may_issue && (x_last || column_end);
  assign w_step     = issue;
  assign w_end      = column_end && inner_end;

  always_ff @(posedge clk) begin
    if (issue && !x_last) begin
      column_q <= column_end ? '0 : column_q + 1'b1;
      if (column_end) inner_q <= inner_end ? '0 : inner_q + 1'b1;
    end
    if (!rst_n) {inner_q, column_q} <= '0;
  end

  // What happens in each stage of the pipeline: bit s for what was issued s+1 cycles ago.
  logic [ToSum-1:0] first_q, enable_q;
  logic [ToResult-1:0] emit_q, token_q;

  assign bias_step = enable_q[ToSum-1] && first_q[ToSum-1] && !token_q[ToSum-1];
  assign bias_skip = enable_q[ToSum-1] && token_q[ToSum-1];

  always_ff @(posedge clk) begin
    first_q  <= ToSum'({first_q, inner_q == '0});
    enable_q <= rst_n ? ToSum'({enable_q, issue}) : '0;
    token_q  <= ToResult'({token_q, x_last});
    emit_q   <= rst_n ? ToResult'({emit_q, issue && is_result}) : '0;
  end

  logic [LanesY*WidthY-1:0] result;

  for (genvar o = 0; o < LanesY; o++) begin : g_column
    localparam int unsigned From = (o / (Rows * Columns)) * Inner * Columns + o % Columns;
    logic [Inner*WidthW-1:0] weight;

    for (genvar k = 0; k < Inner; k++) begin : g_term
      assign weight[k*WidthW+:WidthW] = w_data[(From+k*Columns)*WidthW+:WidthW];
    end

    gg_dot #(
      .Parallel(Inner), .WidthX(WidthX), .WidthW(WidthW), .WidthB(WidthB), .WidthAcc(WidthAcc),
      .WidthY(WidthY), .Shift(Shift), .Rounding(Rounding), .Overflow(Overflow), .Turns(Turns)
    ) u_dot (
      .clk,
      .x(x_data[o/Columns*Inner*WidthX+:Inner*WidthX]),
      .weight,
      .enable(enable_q[ToSum-2]),
      .first(first_q[ToSum-2]),
      .bias(bias[o*WidthB+:WidthB]),
      .y(result[o*WidthY+:WidthY])
    );
  end

  gg_outlet #(.Width(LanesY * WidthY), .Depth(Room)) u_outlet (
    .clk, .rst_n, .grant, .take(issue && is_result), .x_valid(emit_q[ToResult-1]),
    .x_last(token_q[ToResult-1]), .x_data(result), .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
