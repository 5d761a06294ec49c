// Stream source: the beats of a $readmemh file, a line {last, data} each. In about `idle` of 256
// cycles, chosen by a shift register, it offers nothing new.
module bench_source #(
  parameter int unsigned Width = 16,
  parameter int unsigned Depth = 1,
  parameter int unsigned Seed  = 1,
  parameter File = ""
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic [7:0]       idle,
  output logic             valid,
  input  logic             ready,
  output logic             last,
  output logic [Width-1:0] data
);

  logic [Width:0] beats[Depth];
  logic [31:0] next_q, random_q;

  initial $readmemh(File, beats);

  always_ff @(posedge clk) begin
    random_q <= {random_q[30:0], random_q[31] ^ random_q[21] ^ random_q[1] ^ random_q[0]};
    if (!valid || ready) begin
      valid <= 1'b0;
      if (next_q < Depth && random_q[7:0] >= idle) begin
        valid        <= 1'b1;
        {last, data} <= beats[next_q];
        next_q       <= next_q + 1;
      end
    end
    if (!rst_n) begin
      valid    <= 1'b0;
      next_q   <= '0;
      random_q <= 32'h9e3779b9 * (2 * Seed + 1);
    end
  end

endmodule
