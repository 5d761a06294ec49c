// Odd: the bit of each code at Place, which is that of the ones; 0 if Place is below 0. Latency 0.
module gg_odd #(
  parameter int unsigned Lanes  = 4,
  parameter int unsigned WidthX = 16,
  parameter int          Place  = 0
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
  output logic [Lanes-1:0]        y_data
);

  if (Place >= int'(WidthX)) begin : g_check
    $error("gg_odd: Place is %0d, must be below %0d", Place, WidthX);
  end

  assign y_valid = x_valid;
  assign y_last  = x_last;
  assign x_ready = y_ready;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    if (Place >= 0) begin : g_bit
      assign y_data[i] = x_data[i*WidthX+Place];
    end else begin : g_even
      assign y_data[i] = 1'b0;
    end
  end

  logic unused_pins;
  assign unused_pins = &{clk, rst_n, x_data};

endmodule
