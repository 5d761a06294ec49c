// The row at work: its low Front bits are used, then it rotates. `may` says
// that the step at work is taken, `is_end` that it is the row's last one: then the next row comes,
// if there is one. What chooses a bit stays apart from what moves it: one LUT and a clock enable.
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

  localparam int unsigned Parts = (Bits + 255) / 256;

  (* keep *) logic [Parts-1:0] busy_q;  // a copy for every 256 bits
  logic [Bits-1:0] work_q, rotated;

  assign is_busy = busy_q[0];
  assign y_data  = work_q[Front-1:0];
  assign x_ready = !busy_q[0] || (may && is_end);

  if (Bits > Front) begin : g_rotate
    assign rotated = {work_q[Front-1:0], work_q[Bits-1:Front]};
  end else begin : g_hold
    assign rotated = work_q;
  end

  for (genvar p = 0; p < Parts; p++) begin : g_part
    localparam int unsigned Own = p + 1 < Parts ? 256 : Bits - p * 256;
    logic is_over, move;

    assign is_over = !busy_q[p] || is_end;
    assign move    = !busy_q[p] || may;

    always_ff @(posedge clk) begin
      if (move) work_q[p*256+:Own] <= is_over ? x_data[p*256+:Own] : rotated[p*256+:Own];
      if (!rst_n) busy_q[p] <= 1'b0;
      else if (move && is_over) busy_q[p] <= x_valid;
    end
  end

endmodule
