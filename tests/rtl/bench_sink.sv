// Stream sink: compares every beat with a $readmemh file, a line {last, data} each; the data of end
// tokens is not compared. In about `stall` of 256 cycles it is not ready. It also checks that what
// is offered stays until it is taken.
module bench_sink #(
  parameter int unsigned Width = 16,
  parameter int unsigned Depth = 1,
  parameter int unsigned Seed  = 1,
  parameter File = "",
  parameter Name = ""
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic [7:0]       stall,
  input  logic             valid,
  output logic             ready,
  input  logic             last,
  input  logic [Width-1:0] data,
  output logic             is_done,
  output logic [31:0]      errors
);

  logic [Width:0] beats[Depth];
  logic [31:0] next_q, cycle_q, random_q;
  logic [Width:0] offered, offered_q, expected;
  logic is_held_q, is_wrong, is_moved;

  initial $readmemh(File, beats);

  assign offered  = {last, data};
  assign expected = is_done ? '0 : beats[next_q];
  assign is_done  = next_q >= Depth;
  assign is_moved = is_held_q && (!valid || offered_q != offered);
  assign is_wrong = is_done || (offered != expected && !(last && expected[Width]));

  always_ff @(posedge clk) begin
    random_q  <= {random_q[30:0], random_q[31] ^ random_q[21] ^ random_q[1] ^ random_q[0]};
    ready     <= random_q[7:0] >= stall;
    cycle_q   <= cycle_q + 1;
    is_held_q <= valid && !ready;
    offered_q <= offered;
    if (is_moved || (valid && ready && is_wrong)) errors <= errors + 1;
    if (valid && ready) next_q <= next_q + 1;
    if (errors == 0 && is_moved) $display("%s: beat %0d moved before it was taken", Name, next_q);
    if (errors == 0 && valid && ready && is_wrong) begin
      $display("%s: beat %0d is %h, expected %h", Name, next_q, offered, expected);
    end
    if (valid && ready && (next_q == 0 || next_q == Depth - 1)) begin
      $display("%s: beat %0d in cycle %0d", Name, next_q, cycle_q);
    end
    if (!rst_n) begin
      next_q    <= '0;
      cycle_q   <= '0;
      errors    <= '0;
      ready     <= 1'b0;
      is_held_q <= 1'b0;
      random_q  <= 32'h85ebca6b * (2 * Seed + 1);
    end
  end

endmodule
