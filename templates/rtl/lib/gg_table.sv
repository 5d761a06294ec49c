// Table: a function of one number, lane by lane. The high bits of the code, from the most negative,
// choose an entry (value, rise) of the lane's own copy of the memory; the LowBits low bits go along
// the straight line to the next entry. One beat per cycle. Latency 5 with a line, 3 without; 1 more
// if Shift > 0.
module gg_table #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned WidthX     = 16,
  parameter int unsigned LowBits    = 6,
  parameter int unsigned WidthEntry = 18,
  parameter int unsigned WidthAcc   = 25,
  parameter int unsigned WidthY     = 16,
  parameter int          Shift      = 9,
  parameter int unsigned Rounding   = 2,
  parameter int unsigned Overflow   = 1,
  localparam int unsigned AddrBits = WidthX - LowBits
) (
  input  logic                          clk,
  input  logic                          rst_n,
  input  logic                          x_valid,
  output logic                          x_ready,
  input  logic                          x_last,
  input  logic [Lanes*WidthX-1:0]       x_data,
  output logic [Lanes*AddrBits-1:0]     entry_addr,
  input  logic [2*Lanes*WidthEntry-1:0] entry_data,
  output logic                          y_valid,
  input  logic                          y_ready,
  output logic                          y_last,
  output logic [Lanes*WidthY-1:0]       y_data
);

  localparam int unsigned CastStages = Shift > 0 ? 2 : 1;
  localparam int unsigned Stages = CastStages + (LowBits > 0 ? 3 : 1);

  logic grant, enter;
  logic [Stages-1:0] emit_q, token_q;
  logic [Lanes*WidthY-1:0] result;

  assign x_ready = grant;
  assign enter   = x_valid && grant;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic [WidthX-1:0] code;  // offset binary: 0 is the most negative
    logic signed [WidthEntry-1:0] value, rise;
    logic signed [WidthAcc-1:0] sum;

    assign code = x_data[i*WidthX+:WidthX] ^ (WidthX'(1) << (WidthX - 1));
    assign entry_addr[i*AddrBits+:AddrBits] = code[WidthX-1:LowBits];
    assign {rise, value} = entry_data[2*i*WidthEntry+:2*WidthEntry];

    if (LowBits > 0) begin : g_line
      localparam int unsigned WidthP = WidthEntry + LowBits + 1;
      logic signed [LowBits:0] along_q;
      logic signed [WidthEntry-1:0] value_q;
      logic signed [WidthP-1:0] product_q;
      logic unused_sign;  // the exact result may be narrower than the product
      logic signed [WidthAcc-1:0] sum_q;

      always_ff @(posedge clk) begin
        along_q   <= {1'b0, code[LowBits-1:0]};
        value_q   <= value;
        product_q <= WidthP'(along_q) * WidthP'(rise);
        sum_q     <= (WidthAcc'(value_q) <<< LowBits) + WidthAcc'(product_q);
      end

      assign unused_sign = ^product_q;

      assign sum = sum_q;
    end else begin : g_direct
      logic unused_rise;
      assign unused_rise = ^rise;
      assign sum = WidthAcc'(value);
    end

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
    emit_q  <= rst_n ? Stages'({emit_q, enter}) : '0;
    token_q <= Stages'({token_q, x_last});
  end

  gg_outlet #(
    .Width(Lanes * WidthY),
    .Depth(8)
  ) u_outlet (
    .clk,
    .rst_n,
    .grant,
    .take   (enter),
    .x_valid(emit_q[Stages-1]),
    .x_last (token_q[Stages-1]),
    .x_data (result),
    .y_valid,
    .y_ready,
    .y_last,
    .y_data
  );

endmodule
