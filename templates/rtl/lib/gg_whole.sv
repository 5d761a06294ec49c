// Whole: each code without its Shift fraction bits (Shift < 0: with as many zeros more), brought
// between 0 and Most. One beat per cycle. Latency 1.
module gg_whole #(
  parameter int unsigned Lanes  = 4,
  parameter int unsigned WidthX = 16,
  parameter int          Shift  = 8,
  parameter int unsigned WidthY = 4,
  parameter int unsigned Most   = 9
) (
  input  logic                    clk,
  input  logic                    rst_n,
  input  logic                    x_valid,
  output logic                    x_ready,
  input  logic                    x_last,
  input  logic [Lanes*WidthX-1:0] x_data,
  output logic                    y_valid,
  input  logic                    y_ready,
  output logic                    y_last,
  output logic [Lanes*WidthY-1:0] y_data
);

  localparam int unsigned Down = Shift > 0 ? unsigned'(Shift) : 0;
  localparam int unsigned Up = Shift < 0 ? unsigned'(-Shift) : 0;
  localparam int unsigned Width = (WidthX + Up > WidthY ? WidthX + Up : WidthY) + 1;

  logic [Lanes*WidthY-1:0] result;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic [WidthX-1:0] x;
    logic [Width-1:0] kept;

    assign x    = x_data[i*WidthX+:WidthX];
    assign kept = Width'(x >> Down) << Up;
    assign result[i*WidthY+:WidthY] = x[WidthX-1] ? '0
        : kept > Width'(Most) ? WidthY'(Most) : kept[WidthY-1:0];
  end

  gg_reg #(.Width(Lanes * WidthY)) u_reg (
    .clk, .rst_n, .x_valid, .x_ready, .x_last, .x_data(result),
    .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
