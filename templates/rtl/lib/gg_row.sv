// The row at work: its low Front bits are used, then it rotates. `may` says
// that the step at work is taken, `is_end` that it is the row's last one: then the next row comes,
// if there is one. What chooses a bit stays apart from what moves it: one LUT and a clock enable,
// and every 480 bits have a control of their own, which bounds its fan-out.
// A row is there 1 cycle after it was taken.
module gg_row #(
  parameter int unsigned Bits  = 64,
  parameter int unsigned Front = 16
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             x_valid,
  output logic             x_ready,
  input  logic [Bits-1:0]  x_data,
  input  logic             may,
  input  logic             is_end,
  output logic             is_busy,
  output logic [Front-1:0] y_data
);

  localparam int unsigned PartBits = 480;
  localparam int unsigned Parts = (Bits + PartBits - 1) / PartBits;

  logic [Parts-1:0] busy, is_over, move;
  logic [Bits-1:0] work_q, rotated;
  logic unused_busy;

  assign is_busy     = busy[0];
  assign unused_busy = ^busy;
  assign y_data      = work_q[Front-1:0];
  assign x_ready     = !is_busy || (may && is_end);

  if (Bits > Front) begin : g_rotate
    assign rotated = {work_q[Front-1:0], work_q[Bits-1:Front]};
  end else begin : g_hold
    assign rotated = work_q;
  end

  for (genvar p = 0; p < Parts; p++) begin : g_part
    localparam int unsigned Own = p + 1 < Parts ? PartBits : Bits - p * PartBits;

    gg_row_control u_control (
      .clk, .rst_n, .x_valid, .may, .is_end, .is_busy(busy[p]), .is_over(is_over[p]), .move(move[p])
    );

    always_ff @(posedge clk) begin
      if (move[p]) begin
        work_q[p*PartBits+:Own] <=
            is_over[p] ? x_data[p*PartBits+:Own] : rotated[p*PartBits+:Own];
      end
    end
  end

endmodule
