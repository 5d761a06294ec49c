// FIFO of Depth beats; behind 2 and more of them, one more in an output register.
// Depth 1: a spare place, latency 0. Direct: LUT RAM, latency 1, an empty FIFO passes the beat
// straight to the output register. Else a memory with a registered output, latency 2.
// One beat per cycle; no path from y_ready to x_ready.
module gg_fifo #(
  parameter int unsigned Width = 16,
  parameter int unsigned Depth = 16,
  parameter bit Direct = Depth <= 32
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             x_valid,
  output logic             x_ready,
  input  logic             x_last,
  input  logic [Width-1:0] x_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [Width-1:0] y_data
);

  localparam int unsigned Bits = Width + 1;

  if (Depth == 1) begin : g_spare
    gg_spare #(.Width(Bits)) u_spare (
      .clk, .rst_n, .x_valid, .x_ready, .x_data({x_last, x_data}), .y_valid, .y_ready,
      .y_data({y_last, y_data})
    );
  end else begin : g_queue
    gg_queue #(.Width(Bits), .Depth(Depth), .Direct(Direct)) u_queue (
      .clk, .rst_n, .x_valid, .x_ready, .x_data({x_last, x_data}), .y_valid, .y_ready,
      .y_data({y_last, y_data})
    );
  end

endmodule
