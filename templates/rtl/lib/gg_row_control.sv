// Control of a part of gg_row. It is kept as a module, so that no tool makes the choice of each bit
// of the row, in place of each part, hang on `is_end`.
(* keep_hierarchy *)
module gg_row_control (
  input  logic clk,
  input  logic rst_n,
  input  logic x_valid,
  input  logic may,
  input  logic is_end,
  output logic is_busy,
  output logic is_over,
  output logic move
);

  assign is_over = !is_busy || is_end;
  assign move    = !is_busy || may;

  always_ff @(posedge clk) begin
    if (!rst_n) is_busy <= 1'b0;
    else if (move && is_over) is_busy <= x_valid;
  end

endmodule
