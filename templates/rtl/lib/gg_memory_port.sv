// Address of a part of gg_memory: of the word that is written or, if none is, read. It is kept as a
// module, because tools make one of equal ones. Latency 0.
(* keep_hierarchy *)
module gg_memory_port #(
  parameter int unsigned AddrBits = 6
) (
  input  logic                we,
  input  logic [AddrBits-1:0] waddr,
  input  logic [AddrBits-1:0] addr,
  output logic [AddrBits-1:0] at
);

  assign at = we ? waddr : addr;

endmodule
