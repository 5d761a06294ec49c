// The lanes of an operand a cycle later. If all are copies of one value (Broadcast), every 24 lanes
// have a register of their own, which bounds its fan-out: a sign drives many pins of a multiplier.
// Latency 1.
module gg_operand #(
  parameter int unsigned Lanes     = 4,
  parameter int unsigned Width     = 16,
  parameter int unsigned Broadcast = 0
) (
  input  logic                   clk,
  input  logic [Lanes*Width-1:0] x,
  output logic [Lanes*Width-1:0] y
);

  if (Broadcast != 0) begin : g_one
    logic unused_copies;
    assign unused_copies = ^x;

    for (genvar first = 0; first < Lanes; first += 24) begin : g_part
      localparam int unsigned Own = first + 24 < Lanes ? 24 : Lanes - first;
      logic [Width-1:0] value;

      gg_copy #(.Width(Width)) u_copy (.clk, .x(x[Width-1:0]), .y(value));

      assign y[first*Width+:Own*Width] = {Own{value}};
    end
  end else begin : g_many
    always_ff @(posedge clk) y <= x;
  end

endmodule
