// Fill: the constant Code on every row. Latency 0.
module gg_fill #(
  parameter int          Code  = 1,
  parameter int unsigned Width = 8
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             rows_valid,
  output logic             rows_ready,
  input  logic             rows_last,
  input  logic [0:0]       rows_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [Width-1:0] y_data
);

  assign y_valid    = rows_valid;
  assign y_last     = rows_last;
  assign y_data     = Width'(Code);
  assign rows_ready = y_ready;

  logic unused_pins;
  assign unused_pins = &{clk, rst_n, rows_data};

endmodule
