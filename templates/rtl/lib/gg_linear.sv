// Matrix unit: y = x W^T + b for every row. Parallel inputs meet LanesY outputs each cycle, so that
// a row takes Steps * Blocks cycles (Steps = ceil(Features / Parallel), Blocks = Outputs / LanesY)
// without bubbles between rows. The multipliers never stop: a block of outputs starts only when the
// FIFO at the end has a place for it. In layer i a block may be done after fewer steps, StepsOf[i]
// (all but the first block are then not meant), and the exact result goes UpOf[i] bits up.
// Latency from the row's last beat to its first result, L = clog2(Parallel):
// Steps + L + 6, and 1 for each of LanesX < Features, WidthAcc > 36, MostUp > 0, Shift > 0.
module gg_linear #(
  parameter int unsigned Features = 8,
  parameter int unsigned Outputs  = 4,
  parameter int unsigned LanesX   = 8,
  parameter int unsigned LanesY   = 2,
  parameter int unsigned Parallel = 4,
  parameter int unsigned WidthX   = 16,
  parameter int unsigned WidthW   = 16,
  parameter int unsigned WidthB   = 24,
  parameter int unsigned WidthAcc = 36,
  parameter int unsigned WidthY   = 16,
  parameter int          Shift    = 12,
  parameter int unsigned Rounding = 2,
  parameter int unsigned Overflow = 1,
  parameter int unsigned Iters    = 1,
  localparam int unsigned Steps = (Features + Parallel - 1) / Parallel,
  localparam int unsigned Blocks = Outputs / LanesY,
  parameter int unsigned         Words   = Iters * Blocks * Steps,
  parameter logic [Iters*32-1:0] StepsOf = {Iters{32'(Steps)}},
  parameter int unsigned         MostUp  = 0,
  parameter logic [Iters*32-1:0] UpOf    = '0,
  localparam int unsigned WeightBits = Words > 1 ? $clog2(Words) : 1,
  localparam int unsigned BiasBits = Iters * Blocks > 1 ? $clog2(Iters * Blocks) : 1
) (
  input  logic                              clk,
  input  logic                              rst_n,
  input  logic                              x_valid,
  output logic                              x_ready,
  input  logic                              x_last,
  input  logic [LanesX*WidthX-1:0]          x_data,
  output logic [WeightBits-1:0]             weight_addr,
  input  logic [LanesY*Parallel*WidthW-1:0] weight_data,
  output logic [BiasBits-1:0]               bias_addr,
  input  logic [LanesY*WidthB-1:0]          bias_data,
  output logic                              y_valid,
  input  logic                              y_ready,
  output logic                              y_last,
  output logic [LanesY*WidthY-1:0]          y_data
);

  localparam int unsigned RowBits = Features * WidthX;
  localparam int unsigned FrontBits = Parallel * WidthX;
  localparam int unsigned WorkBits = Steps * FrontBits;
  localparam int unsigned LayerBits = Iters > 1 ? $clog2(Iters) : 1;
  localparam int unsigned UpBits = MostUp > 0 ? $clog2(MostUp + 1) : 1;
  // Cycles from the multipliers' inputs to the bias, and from there to the result (see gg_dot).
  localparam int unsigned ToBias = 2 + $clog2(Parallel);
  localparam int unsigned ToSum = ToBias + 1 + 32'(WidthAcc > 36);
  localparam int unsigned ToResult = ToSum + 1 + 32'(MostUp > 0) + 32'(Shift > 0);

  if (Features % LanesX != 0 || Outputs % LanesY != 0 || Steps * Parallel > 4095) begin : g_check
    $error("gg_linear: Features %0d, LanesX %0d, Outputs %0d, LanesY %0d, Parallel %0d",
           Features, LanesX, Outputs, LanesY, Parallel);
  end

  logic row_valid, row_ready, row_last;
  logic [RowBits-1:0] row_data;

  if (LanesX == Features) begin : g_whole
    assign {row_valid, row_last, row_data} = {x_valid, x_last, x_data};
    assign x_ready = row_ready;
  end else begin : g_widen
    gg_widen #(.Lanes(LanesX), .Width(WidthX), .Factor(Features / LanesX)) u_widen (
      .clk, .rst_n, .x_valid, .x_ready, .x_last, .x_data,
      .y_valid(row_valid), .y_ready(row_ready), .y_last(row_last), .y_data(row_data)
    );
  end

  logic [FrontBits-1:0] work;
  logic is_busy, is_token_q, is_start_q, is_last_step, is_step_end, is_row_end, grant, may, issue;

  assign is_step_end = is_token_q || is_last_step;
  assign may         = grant || !is_start_q;
  assign issue       = is_busy && may;

  gg_row #(.Bits(WorkBits), .Front(FrontBits)) u_row (
    .clk, .rst_n, .x_valid(row_valid), .x_ready(row_ready), .x_data(WorkBits'(row_data)), .may,
    .is_end(is_token_q || is_row_end), .is_busy, .y_data(work)
  );

  always_ff @(posedge clk) begin
    if (issue) is_start_q <= is_step_end;
    if (row_ready) is_token_q <= row_last;
    if (!rst_n) is_start_q <= 1'b1;
  end

  gg_steps #(.Iters(Iters), .Blocks(Blocks), .Words(Words), .StepsOf(StepsOf)) u_steps (
    .clk, .rst_n, .step(issue && !is_token_q), .skip(issue && is_token_q),
    .is_block_end(is_last_step), .is_row_end, .addr(weight_addr)
  );

  // What happens in each stage of the pipeline: bit s for what was issued s+1 cycles ago.
  logic [ToBias-2:0] first_q;
  logic [ToResult-1:0] emit_q, token_q;
  logic unused_end;

  always_ff @(posedge clk) begin
    first_q <= (ToBias - 1)'({first_q, is_start_q});
    token_q <= ToResult'({token_q, is_token_q});
    emit_q  <= rst_n ? ToResult'({emit_q, issue && is_step_end}) : '0;
  end

  gg_walk #(.Count(Blocks), .Iters(Iters)) u_bias_walk (
    .clk, .rst_n, .step(emit_q[ToBias-1] && !token_q[ToBias-1]),
    .skip(emit_q[ToBias-1] && token_q[ToBias-1]), .is_end(unused_end), .addr(bias_addr)
  );

  logic [LayerBits-1:0] layer;  // of the sum two cycles before it leaves the accumulator
  logic [UpBits-1:0] up;

  gg_layer #(.Iters(Iters)) u_layer (
    .clk, .rst_n, .step(emit_q[ToSum-3] && token_q[ToSum-3]), .layer
  );

  assign up = UpBits'(UpOf[32*layer+:32]);

  logic [LanesY*WidthY-1:0] result;

  for (genvar o = 0; o < LanesY; o++) begin : g_column
    gg_dot #(
      .Parallel(Parallel), .WidthX(WidthX), .WidthW(WidthW), .WidthB(WidthB), .WidthAcc(WidthAcc),
      .WidthY(WidthY), .Shift(Shift), .Rounding(Rounding), .Overflow(Overflow), .MostUp(MostUp)
    ) u_dot (
      .clk,
      .x(work),
      .weight(weight_data[o*Parallel*WidthW+:Parallel*WidthW]),
      .first(first_q[ToBias-2]),
      .bias(bias_data[o*WidthB+:WidthB]),
      .up,
      .y(result[o*WidthY+:WidthY])
    );
  end

  gg_outlet #(.Width(LanesY * WidthY), .Depth((ToResult + 4) / Steps + 3)) u_outlet (
    .clk, .rst_n, .grant, .take(issue && is_start_q), .x_valid(emit_q[ToResult-1]),
    .x_last(token_q[ToResult-1]), .x_data(result), .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
