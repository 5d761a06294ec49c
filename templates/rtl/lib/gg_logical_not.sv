// Not: the opposite of a mask, lane by lane. Latency 0.
module gg_logical_not #(
  parameter int unsigned Lanes = 1
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             x_valid,
  output logic             x_ready,
  input  logic             x_last,
  input  logic [Lanes-1:0] x_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [Lanes-1:0] y_data
);

  assign y_valid = x_valid;
  assign y_last  = x_last;
  assign y_data  = ~x_data;
  assign x_ready = y_ready;

  logic unused_pins;
  assign unused_pins = &{clk, rst_n};

endmodule
