// Compare: a mask of a against b, lane by lane (Relation: 0 eq 1 ne 2 lt 3 le 4 gt 5 ge). Signed
// tells how the codes are read. One beat per cycle. Latency 1.
module gg_compare #(
  parameter int unsigned Lanes    = 1,
  parameter int unsigned WidthA   = 8,
  parameter int unsigned WidthB   = 8,
  parameter int unsigned Signed   = 0,
  parameter int unsigned Relation = 0
) (
  input  logic                    clk,
  input  logic                    rst_n,
  input  logic                    a_valid,
  output logic                    a_ready,
  input  logic                    a_last,
  input  logic [Lanes*WidthA-1:0] a_data,
  input  logic                    b_valid,
  output logic                    b_ready,
  input  logic                    b_last,
  input  logic [Lanes*WidthB-1:0] b_data,
  output logic                    y_valid,
  input  logic                    y_ready,
  output logic                    y_last,
  output logic [Lanes-1:0]        y_data
);

  localparam int unsigned Width = (WidthA > WidthB ? WidthA : WidthB) + 1;

  if (Relation > 5) begin : g_check
    $error("gg_compare: Relation is %0d, must be at most 5", Relation);
  end

  logic ready;
  logic [Lanes-1:0] mask;

  assign a_ready = ready && b_valid;
  assign b_ready = ready && a_valid;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic signed [Width-1:0] a, b;
    logic is_less;

    assign a = Width'(signed'({Signed != 0 && a_data[(i+1)*WidthA-1], a_data[i*WidthA+:WidthA]}));
    assign b = Width'(signed'({Signed != 0 && b_data[(i+1)*WidthB-1], b_data[i*WidthB+:WidthB]}));
    assign is_less = Relation == 2 || Relation == 5 ? a < b : b < a;
    assign mask[i] = Relation < 2 ? (a == b) == (Relation == 0)
        : is_less == (Relation == 2 || Relation == 4);
  end

  gg_reg #(
    .Width(Lanes)
  ) u_reg (
    .clk,
    .rst_n,
    .x_valid(a_valid && b_valid),
    .x_ready(ready),
    .x_last (a_last || b_last),
    .x_data (mask),
    .y_valid,
    .y_ready,
    .y_last,
    .y_data
  );

endmodule
