// Follows the beats of gg_scatter through its three stages (read, reduce, write) and tells the beat
// that enters where the value of its address will be: `from` 0 nowhere (just taken), 1 in memory,
// 2 the result of the beat before, 3 the result of the beat before that. `write` comes two cycles
// after `enter`.
module gg_forward #(
  parameter int unsigned AddrBits = 4
) (
  input  logic                clk,
  input  logic                rst_n,
  input  logic                enter,
  input  logic                is_take,
  input  logic [AddrBits-1:0] addr,
  output logic [1:0]          from,
  output logic                write,
  output logic                is_cleared,
  output logic [AddrBits-1:0] write_addr
);

  logic is_reducing_q, is_take_q;
  logic [AddrBits-1:0] addr_q;

  always_comb begin
    from = 2'd1;
    if (write && write_addr == addr) from = is_cleared ? 2'd0 : 2'd3;
    if (is_reducing_q && addr_q == addr) from = is_take_q ? 2'd0 : 2'd2;
  end

  always_ff @(posedge clk) begin
    is_reducing_q <= rst_n && enter;
    write         <= rst_n && is_reducing_q;
    is_take_q     <= is_take;
    is_cleared    <= is_take_q;
    addr_q        <= addr;
    write_addr    <= addr_q;
  end

endmodule
