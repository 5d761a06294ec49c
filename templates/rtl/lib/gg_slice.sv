// Slice: Lanes lanes of each row from lane Start on; whole rows. Latency 0.
module gg_slice #(
  parameter int unsigned LanesX = 4,
  parameter int unsigned Lanes  = 2,
  parameter int unsigned Start  = 1,
  parameter int unsigned Width  = 16
) (
  input  logic                    clk,
  input  logic                    rst_n,
  input  logic                    x_valid,
  output logic                    x_ready,
  input  logic                    x_last,
  input  logic [LanesX*Width-1:0] x_data,
  output logic                    y_valid,
  input  logic                    y_ready,
  output logic                    y_last,
  output logic [Lanes*Width-1:0]  y_data
);

  if (Start + Lanes > LanesX) begin : g_check
    $error("gg_slice: Start %0d, Lanes %0d, LanesX %0d", Start, Lanes, LanesX);
  end

  assign y_valid = x_valid;
  assign y_last  = x_last;
  assign y_data  = x_data[Start*Width+:Lanes*Width];
  assign x_ready = y_ready;

  logic unused_pins;
  assign unused_pins = &{clk, rst_n, x_data};

endmodule
