// A register whose value others hold too, each for a part of a wide row, which bounds the fan-out.
// It is kept as a module, because tools make one register of equal ones. Latency 1.
(* keep_hierarchy *)
module gg_copy #(
  parameter int unsigned Width = 1
) (
  input  logic             clk,
  input  logic [Width-1:0] x,
  output logic [Width-1:0] y
);

  always_ff @(posedge clk) y <= x;

endmodule
