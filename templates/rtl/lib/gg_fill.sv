// Fill: the constant Code in every lane of every row. Latency 0.
module gg_fill #(
  parameter int          Code  = 1,
  parameter int unsigned Lanes = 1,
  parameter int unsigned Beats = 1,
  parameter int unsigned Width = 8
) (
  input  logic                   clk,
  input  logic                   rst_n,
  input  logic                   rows_valid,
  output logic                   rows_ready,
  input  logic                   rows_last,
  input  logic [0:0]             rows_data,
  output logic                   y_valid,
  input  logic                   y_ready,
  output logic                   y_last,
  output logic [Lanes*Width-1:0] y_data
);

  logic is_row_end;

  assign y_valid    = rows_valid;
  assign y_last     = rows_last;
  assign y_data     = {Lanes{Width'(Code)}};
  assign rows_ready = y_ready && (rows_last || is_row_end);

  logic [(Beats > 1 ? $clog2(Beats) : 1)-1:0] unused_beat;

  gg_beats #(.Beats(Beats)) u_beats (
    .clk, .rst_n, .step(rows_valid && y_ready && !rows_last), .is_end(is_row_end),
    .beat(unused_beat)
  );

  logic unused_data;
  assign unused_data = ^rows_data;

endmodule
