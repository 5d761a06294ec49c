// Filter: the rows of x whose mask is 1. The end tokens pass together. Latency 0.
module gg_filter #(
  parameter int unsigned Lanes = 4,
  parameter int unsigned Beats = 1,
  parameter int unsigned Width = 16
) (
  input  logic                   clk,
  input  logic                   rst_n,
  input  logic                   x_valid,
  output logic                   x_ready,
  input  logic                   x_last,
  input  logic [Lanes*Width-1:0] x_data,
  input  logic                   mask_valid,
  output logic                   mask_ready,
  input  logic                   mask_last,
  input  logic [0:0]             mask_data,
  output logic                   y_valid,
  input  logic                   y_ready,
  output logic                   y_last,
  output logic [Lanes*Width-1:0] y_data
);

  logic is_kept, is_row_end;

  assign is_kept    = x_last || mask_data[0];
  assign y_valid    = x_valid && mask_valid && is_kept;
  assign y_last     = x_last;
  assign y_data     = x_data;
  assign x_ready    = mask_valid && (y_ready || !is_kept);
  assign mask_ready = x_valid && (y_ready || !is_kept) && (mask_last || is_row_end);

  logic [(Beats > 1 ? $clog2(Beats) : 1)-1:0] unused_beat;

  gg_beats #(.Beats(Beats)) u_beats (
    .clk, .rst_n, .step(x_valid && x_ready && !x_last), .is_end(is_row_end), .beat(unused_beat)
  );

endmodule
