// Counts the bits of `hits` over the words that a row meets: `is_first` starts a new total.
// The total of a word is there 2 cycles later.
module gg_rank_total #(
  parameter int unsigned Parallel = 4,
  parameter int unsigned Width    = 4
) (
  input  logic                clk,
  input  logic                is_first,
  input  logic [Parallel-1:0] hits,
  output logic [Width-1:0]    total_q
);

  logic [Width-1:0] found, found_q;
  logic is_first_q;

  always_comb begin
    found = '0;
    for (int b = 0; b < Parallel; b++) found = found + Width'(hits[b]);
  end

  always_ff @(posedge clk) begin
    found_q    <= found;
    is_first_q <= is_first;
    total_q    <= found_q + (is_first_q ? '0 : total_q);
  end

endmodule
