// Control of a part of gg_scatter: follows its beats through their three stages (read, reduce,
// write). A beat enters with the address of what is taken or of what is filled. A cycle later
// `is_taking` tells which, `from` where the value of its address is: 0 nowhere (just taken), 1 in
// memory, 2 the result of the beat before, 3 the result of the beat before that. `write` comes two
// cycles after `enter`. It is kept as a module, because tools make one of equal ones.
(* keep_hierarchy *)
module gg_forward #(
  parameter int unsigned AddrBits = 4
) (
  input  logic                clk,
  input  logic                rst_n,
  input  logic                enter,
  input  logic                is_take,
  input  logic [AddrBits-1:0] take_addr,
  input  logic [AddrBits-1:0] fill_addr,
  output logic [AddrBits-1:0] addr,
  output logic [1:0]          from,
  output logic                is_taking,
  output logic                write,
  output logic                is_cleared,
  output logic [AddrBits-1:0] write_addr
);

  logic is_reducing_q;
  logic [1:0] from_d;
  logic [AddrBits-1:0] addr_q;

  assign addr = is_take ? take_addr : fill_addr;

  always_comb begin
    from_d = 2'd1;
    if (write && write_addr == addr) from_d = is_cleared ? 2'd0 : 2'd3;
    if (is_reducing_q && addr_q == addr) from_d = is_taking ? 2'd0 : 2'd2;
  end

  always_ff @(posedge clk) begin
    is_reducing_q <= rst_n && enter;
    write         <= rst_n && is_reducing_q;
    is_taking     <= is_take;
    is_cleared    <= is_taking;
    from          <= from_d;
    addr_q        <= addr;
    write_addr    <= addr_q;
  end

endmodule
