// Concat: the lanes of a, then the lanes of b; whole rows. Latency 0.
module gg_concat #(
  parameter int unsigned LanesA = 2,
  parameter int unsigned LanesB = 2,
  parameter int unsigned Width  = 16
) (
  input  logic                             clk,
  input  logic                             rst_n,
  input  logic                             a_valid,
  output logic                             a_ready,
  input  logic                             a_last,
  input  logic [LanesA*Width-1:0]          a_data,
  input  logic                             b_valid,
  output logic                             b_ready,
  input  logic                             b_last,
  input  logic [LanesB*Width-1:0]          b_data,
  output logic                             y_valid,
  input  logic                             y_ready,
  output logic                             y_last,
  output logic [(LanesA+LanesB)*Width-1:0] y_data
);

  assign y_valid = a_valid && b_valid;
  assign y_last  = a_last;
  assign y_data  = {b_data, a_data};
  assign a_ready = y_ready && b_valid;
  assign b_ready = y_ready && a_valid;

  logic unused_pins;
  assign unused_pins = &{clk, rst_n, b_last};

endmodule
