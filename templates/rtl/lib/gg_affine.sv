// Affine: x * scale + shift, lane by lane; memory words ordered [layer, beat]. One beat per cycle.
// Scales of up to two bits (1, 0, -1, -2) take no multiplier.
// Latency 5, 6 if Shift > 0; 1 more if WidthAcc > 36.
module gg_affine #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned WidthX     = 16,
  parameter int unsigned WidthScale = 16,
  parameter int unsigned WidthShift = 24,
  parameter int unsigned WidthAcc   = 33,
  parameter int unsigned WidthY     = 16,
  parameter int          Shift      = 4,
  parameter int unsigned Rounding   = 2,
  parameter int unsigned Overflow   = 1,
  parameter int unsigned Iters      = 1,
  localparam int unsigned AddrBits = Beats * Iters > 1 ? $clog2(Beats * Iters) : 1
) (
  input  logic                        clk,
  input  logic                        rst_n,
  input  logic                        x_valid,
  output logic                        x_ready,
  input  logic                        x_last,
  input  logic [Lanes*WidthX-1:0]     x_data,
  output logic [AddrBits-1:0]         scale_addr,
  input  logic [Lanes*WidthScale-1:0] scale_data,
  output logic [AddrBits-1:0]         shift_addr,
  input  logic [Lanes*WidthShift-1:0] shift_data,
  output logic                        y_valid,
  input  logic                        y_ready,
  output logic                        y_last,
  output logic [Lanes*WidthY-1:0]     y_data
);

  localparam int unsigned CastStages = Shift > 0 ? 2 : 1;
  localparam int unsigned Stages = CastStages + 3 + unsigned'(WidthAcc > 36);
  localparam int unsigned WidthP = WidthX + WidthScale;

  logic grant, enter, unused_scale_end, unused_shift_end;
  logic [1:0] enter_q, token_q;
  logic [Lanes*WidthY-1:0] result;

  assign x_ready = grant;
  assign enter   = x_valid && grant;

  gg_walk #(
    .Count(Beats),
    .Iters(Iters)
  ) u_scale_walk (
    .clk,
    .rst_n,
    .step  (enter && !x_last),
    .skip  (enter && x_last),
    .is_end(unused_scale_end),
    .addr  (scale_addr)
  );

  gg_walk #(
    .Count(Beats),
    .Iters(Iters)
  ) u_shift_walk (
    .clk,
    .rst_n,
    .step  (enter_q[1] && !token_q[1]),
    .skip  (enter_q[1] && token_q[1]),
    .is_end(unused_shift_end),
    .addr  (shift_addr)
  );

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic signed [WidthX-1:0] x_q;
    logic signed [WidthScale-1:0] scale_q;
    logic signed [WidthP-1:0] product_q;
    logic unused_sign;  // the exact result may be narrower than the product
    logic signed [WidthAcc-1:0] sum;

    always_ff @(posedge clk) begin
      x_q     <= x_data[i*WidthX+:WidthX];
      scale_q <= scale_data[i*WidthScale+:WidthScale];
    end

    if (WidthScale > 2) begin : g_multiplier
      always_ff @(posedge clk) product_q <= WidthP'(x_q) * WidthP'(scale_q);
    end else begin : g_sign
      logic is_negative;
      logic [WidthP-1:0] magnitude;
      assign is_negative = scale_q[WidthScale-1];
      assign magnitude   = scale_q[0] ? WidthP'(x_q) : is_negative ? WidthP'(x_q) << 1 : '0;
      always_ff @(posedge clk) begin
        product_q <= (magnitude ^ {WidthP{is_negative}}) + WidthP'(is_negative);
      end
    end

    assign unused_sign = ^product_q;

    gg_sum #(
      .Width(WidthAcc)
    ) u_sum (
      .clk,
      .a(WidthAcc'(product_q)),
      .b(WidthAcc'(signed'(shift_data[i*WidthShift+:WidthShift]))),
      .y(sum)
    );

    gg_cast #(
      .WidthAcc(WidthAcc),
      .WidthY(WidthY),
      .Shift(Shift),
      .Rounding(Rounding),
      .Overflow(Overflow),
      .Stages(CastStages)
    ) u_cast (
      .clk,
      .x(sum),
      .y(result[i*WidthY+:WidthY])
    );
  end

  always_ff @(posedge clk) begin
    enter_q <= rst_n ? {enter_q[0], enter} : '0;
    token_q <= {token_q[0], x_last};
  end

  gg_stages #(.Stages(Stages), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter, .last(x_last), .result, .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
