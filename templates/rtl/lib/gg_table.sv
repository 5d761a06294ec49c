// Table: a function of one number, lane by lane. The code chooses an entry {rise, value} of the
// lane's own copy of the memory (gg_locate) and goes along the straight line to the next one, where
// there are lines (AlongBits > 0). Mirror: 1 even, 2 odd function of the code's magnitude. One beat
// per cycle. Latency 3; 2 more with lines, or 1 more if odd without; 1 more if Shift > 0; and what
// gg_locate takes.
module gg_table #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned WidthX     = 16,
  parameter int unsigned Octave     = 0,
  parameter int unsigned Reverse    = 0,
  parameter int unsigned Mirror     = 0,
  parameter int          Offset     = 32768,
  parameter int unsigned WidthD     = 16,
  parameter int unsigned LowBits    = 6,
  parameter int unsigned AlongBits  = 6,
  parameter int unsigned WidthAlong = 7,
  parameter int unsigned Depth      = 1024,
  parameter int unsigned WidthValue = 19,
  parameter int unsigned WidthRise  = 12,
  parameter int unsigned WidthAcc   = 25,
  parameter int unsigned WidthY     = 16,
  parameter int          Shift      = 9,
  parameter int unsigned Rounding   = 2,
  parameter int unsigned Overflow   = 1,
  localparam int unsigned AddrBits  = Depth > 1 ? $clog2(Depth) : 1,
  localparam int unsigned WidthWord = WidthValue + WidthRise
) (
  input  logic                       clk,
  input  logic                       rst_n,
  input  logic                       x_valid,
  output logic                       x_ready,
  input  logic                       x_last,
  input  logic [Lanes*WidthX-1:0]    x_data,
  output logic [Lanes*AddrBits-1:0]  entry_addr,
  input  logic [Lanes*WidthWord-1:0] entry_data,
  output logic                       y_valid,
  input  logic                       y_ready,
  output logic                       y_last,
  output logic [Lanes*WidthY-1:0]    y_data
);

  localparam bit Given = Mirror == 0 && (Octave != 0
      ? Reverse == 0 && Offset == 0 : WidthD == WidthX);
  localparam int unsigned LocateStages = (Given ? 0 : 1) + (Octave != 0 ? 2 : 0);
  localparam int unsigned LineStages = AlongBits > 0 ? 2 : Mirror > 1 ? 1 : 0;
  localparam int unsigned CastStages = Shift > 0 ? 2 : 1;
  localparam int unsigned Stages = LocateStages + 1 + LineStages + CastStages;

  logic grant, enter;
  logic [Lanes*WidthY-1:0] result;

  assign x_ready = grant;
  assign enter   = x_valid && grant;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic signed [WidthValue-1:0] value;
    logic signed [WidthRise-1:0] rise;
    logic signed [WidthAlong-1:0] along;
    logic signed [WidthAcc-1:0] sum;
    logic negative;

    assign {rise, value} = entry_data[i*WidthWord+:WidthWord];

    gg_locate #(
      .WidthX    (WidthX),
      .Octave    (Octave),
      .Reverse   (Reverse),
      .Mirror    (Mirror),
      .Offset    (Offset),
      .WidthD    (WidthD),
      .LowBits   (LowBits),
      .AlongBits (AlongBits),
      .WidthAlong(WidthAlong),
      .Depth     (Depth)
    ) u_locate (
      .clk,
      .x(x_data[i*WidthX+:WidthX]),
      .addr(entry_addr[i*AddrBits+:AddrBits]),
      .along,
      .negative
    );

    gg_line #(
      .Mirror    (Mirror),
      .AlongBits (AlongBits),
      .WidthAlong(WidthAlong),
      .WidthValue(WidthValue),
      .WidthRise (WidthRise),
      .WidthSum  (WidthAcc)
    ) u_line (
      .clk,
      .value,
      .rise,
      .along,
      .negative,
      .sum
    );

    gg_cast #(
      .WidthAcc(WidthAcc),
      .WidthY  (WidthY),
      .Shift   (Shift),
      .Rounding(Rounding),
      .Overflow(Overflow),
      .Stages  (CastStages)
    ) u_cast (
      .clk,
      .x(sum),
      .y(result[i*WidthY+:WidthY])
    );
  end

  gg_stages #(.Stages(Stages), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter, .last(x_last), .result, .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
