// FIFO of Depth beats; behind 2 and more of them, one more in an output register.
// Depth 1: a spare place, latency 0. Direct: LUT RAM, latency 1, an empty FIFO passes the beat
// straight to the output register. Else a memory with a registered output, latency 2; its Style is
// that of gg_ram.
// One beat per cycle; no path from y_ready to x_ready.
// A wide beat is kept in parts of at most 480 bits, in block RAM 112 blocks, each with a control of
// its own, which bounds its fan-out; all parts do the same.
module gg_fifo #(
  parameter int unsigned Width = 16,
  parameter int unsigned Depth = 16,
  parameter int unsigned Style = 0,
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
  localparam int unsigned PartBits = 480, Each = Depth > 64 ? 4032 : PartBits;
  localparam int unsigned Parts = (Bits + Each - 1) / Each;

  logic [Parts-1:0] ready, valid;
  logic [Bits-1:0] x_all, y_all;
  logic unused_parts;

  assign x_all            = {x_last, x_data};
  assign {y_last, y_data} = y_all;
  assign x_ready          = ready[0];
  assign y_valid          = valid[0];
  assign unused_parts     = ^{ready, valid};

  for (genvar p = 0; p < Parts; p++) begin : g_part
    localparam int unsigned Own = p + 1 < Parts ? Each : Bits - p * Each;

    if (Depth == 1) begin : g_spare
      gg_spare #(.Width(Own)) u_spare (
        .clk, .rst_n, .x_valid, .x_ready(ready[p]), .x_data(x_all[p*Each+:Own]),
        .y_valid(valid[p]), .y_ready, .y_data(y_all[p*Each+:Own])
      );
    end else begin : g_queue
      gg_queue #(.Width(Own), .Depth(Depth), .Style(Style), .Direct(Direct)) u_queue (
        .clk, .rst_n, .x_valid, .x_ready(ready[p]), .x_data(x_all[p*Each+:Own]),
        .y_valid(valid[p]), .y_ready, .y_data(y_all[p*Each+:Own])
      );
    end
  end

endmodule
