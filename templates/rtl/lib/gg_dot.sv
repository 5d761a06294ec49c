// One output column of a matrix unit: every cycle Parallel products, an adder tree registered
// after every sum, an accumulator that `first` restarts from `bias`, and the cast. With Turns > 1
// there are that many accumulators, used in turn; cycles without `enable` leave them alone.
// No stall and no reset: whoever feeds it tracks which results mean something. Latency, with
// Levels = clog2(Parallel): 2 + Levels cycles to the accumulator, where `bias` joins (`first` and
// `enable` come a cycle before it), then 1 to the sum (2 when WidthAcc > 36), then 1 when
// MostUp > 0 (`up`, the bits that it goes up, comes a cycle before it), then 1 for the cast (2 when
// Shift > 0).
module gg_dot #(
  parameter int unsigned Parallel = 4,
  parameter int unsigned WidthX   = 16,
  parameter int unsigned WidthW   = 16,
  parameter int unsigned WidthB   = 24,
  parameter int unsigned WidthAcc = 36,
  parameter int unsigned WidthY   = 16,
  parameter int          Shift    = 12,
  parameter int unsigned Rounding = 2,
  parameter int unsigned Overflow = 1,
  parameter int unsigned Turns    = 1,
  parameter int unsigned MostUp   = 0,
  localparam int unsigned UpBits = MostUp > 0 ? $clog2(MostUp + 1) : 1
) (
  input  logic                       clk,
  input  logic [Parallel*WidthX-1:0] x,
  input  logic [Parallel*WidthW-1:0] weight,
  input  logic                       enable = 1'b1,
  input  logic                       first,
  input  logic [WidthB-1:0]          bias,
  input  logic [UpBits-1:0]          up = '0,
  output logic [WidthY-1:0]          y
);

  /*verilator no_inline_module*/

  // Sums are exact modulo 2**WidthAcc. Sums too wide for one carry chain are kept as two: Split
  // low bits, unsigned with room for 4095 terms, and the signed rest. Up to level Whole of the tree
  // they are not too wide yet.
  localparam int unsigned WidthP = WidthX + WidthW;
  localparam int unsigned Split = WidthAcc <= 36 ? 0 : WidthP > 24 ? 24 : WidthP - 1;
  localparam int unsigned WidthHigh = WidthAcc - Split;
  localparam int unsigned Levels = $clog2(Parallel);
  localparam int unsigned Room = Split == 0 ? Levels : WidthP < 36 ? 36 - WidthP : 0;
  localparam int unsigned Whole = Room < Levels ? Room : Levels;
  localparam int unsigned Terms = (Parallel + (1 << Whole) - 1) >> Whole;  // nodes of that level

  if (WidthHigh > 36) begin : g_check
    $error("gg_dot: WidthAcc %0d is too wide for products of %0d bits", WidthAcc, WidthP);
  end

  logic [Parallel*WidthX-1:0] x_q;
  logic [Parallel*WidthW-1:0] weight_q;
  logic [WidthAcc-1:0] total_q, aligned;
  (* keep *) logic first_q, enable_q;  // of this column alone: two `keep`, as tools read either

  always_ff @(posedge clk) begin
    x_q      <= x;
    weight_q <= weight;
  end

  (* keep *) always_ff @(posedge clk) begin
    first_q  <= first;
    enable_q <= enable;
  end

  // Node i of level l is the sum of nodes 2i and 2i+1 of the level before; level 0: the products.
  // `term` is what the next level adds, or the accumulator.
  for (genvar l = 0; l <= Levels; l++) begin : g_level
    localparam int unsigned Grown = WidthP + l < WidthAcc || l == 0 ? WidthP + l : WidthAcc;
    localparam int unsigned Width = l <= Whole ? Grown : WidthHigh;
    localparam int unsigned After = WidthP + l + 1 < WidthAcc ? WidthP + l + 1 : WidthAcc;
    localparam int unsigned Next = l < Whole ? After : WidthHigh;

    for (genvar i = 0; i < (Parallel + (1 << l) - 1) >> l; i++) begin : g_node
      logic signed [Width-1:0] sum_q;
      logic signed [Next-1:0] term;

      assign term = Next'(sum_q >>> (l == Whole ? Split : 0));

      if (l == 0) begin : g_leaf
        always_ff @(posedge clk) begin
          sum_q <= WidthP'(signed'(x_q[i*WidthX+:WidthX]))
              * WidthP'(signed'(weight_q[i*WidthW+:WidthW]));
        end
      end else if ((2 * i + 1) << (l - 1) < Parallel) begin : g_pair
        always_ff @(posedge clk) begin
          sum_q <= g_level[l-1].g_node[2*i].term + g_level[l-1].g_node[2*i+1].term;
        end
      end else begin : g_single
        always_ff @(posedge clk) sum_q <= g_level[l-1].g_node[2*i].term;
      end
    end
  end

  logic signed [WidthHigh-1:0] high_q, high_d, high_bias, high_before;

  assign high_bias = WidthHigh'(signed'(bias) >>> Split);

  gg_carry_select #(.Width(WidthHigh)) u_sum (
    .a(first_q ? high_bias : high_before), .b(g_level[Levels].g_node[0].term), .y(high_d)
  );

  always_ff @(posedge clk) begin
    if (enable_q) high_q <= high_d;
  end

  gg_delay #(.Width(WidthHigh), .Depth(Turns - 1)) u_before (
    .clk, .enable(enable_q), .x(high_q), .y(high_before)
  );

  if (Split == 0) begin : g_one
    assign total_q = high_q;
  end else begin : g_two
    logic [Terms*Split-1:0] terms;
    logic [Split-1:0] low_bias;
    logic [35:0] low_q;

    assign low_bias = Split'(signed'(bias));

    for (genvar i = 0; i < Terms; i++) begin : g_term
      assign terms[i*Split+:Split] = g_level[Whole].g_node[i].sum_q[Split-1:0];
    end

    gg_dot_low #(
      .Parallel(Terms), .Width(Split), .Levels(Levels - Whole), .Turns(Turns)
    ) u_low (.clk, .terms, .enable(enable_q), .first(first_q), .bias(low_bias), .sum(low_q));

    always_ff @(posedge clk) begin
      total_q[Split-1:0]        <= low_q[Split-1:0];
      total_q[WidthAcc-1:Split] <= high_q + WidthHigh'(low_q[35:Split]);
    end
  end

  gg_align #(.Width(WidthAcc), .Most(MostUp)) u_align (.clk, .up, .x(total_q), .y(aligned));

  gg_cast #(
    .WidthAcc(WidthAcc),
    .WidthY(WidthY),
    .Shift(Shift),
    .Rounding(Rounding),
    .Overflow(Overflow),
    .Stages(Shift > 0 ? 2 : 1)
  ) u_cast (
    .clk,
    .x(aligned),
    .y
  );

endmodule
