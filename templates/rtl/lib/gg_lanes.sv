// Lanes: lane i of y is lane Source[32*i+:32] of x; whole rows, wires only. Latency 0.
module gg_lanes #(
  parameter int unsigned         LanesX = 4,
  parameter int unsigned         Lanes  = 3,
  parameter logic [Lanes*32-1:0] Source = {32'd0, 32'd2, 32'd3},
  parameter int unsigned         Width  = 16
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

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    localparam int unsigned From = Source[i*32+:32];

    if (From >= LanesX) begin : g_check
      $error("gg_lanes: lane %0d of y is lane %0d of x, which has %0d", i, From, LanesX);
    end

    assign y_data[i*Width+:Width] = x_data[From*Width+:Width];
  end

  assign y_valid = x_valid;
  assign y_last  = x_last;
  assign x_ready = y_ready;

  logic unused_pins;
  assign unused_pins = &{clk, rst_n, x_data};

endmodule
