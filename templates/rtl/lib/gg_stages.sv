// Control of a pipeline of Stages registers that never stops: `enter` says that a beat goes in
// (with `last`: an end token), which it may while `grant` is high, and `result` is what came out of
// the last register. The FIFO behind it has a place for every stage, and two for the way back of
// the grant. One beat per cycle. Latency Stages + 1.
module gg_stages #(
  parameter int unsigned Stages = 3,
  parameter int unsigned Width  = 16
) (
  input  logic             clk,
  input  logic             rst_n,
  output logic             grant,
  input  logic             enter,
  input  logic             last,
  input  logic [Width-1:0] result,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [Width-1:0] y_data
);

  localparam int unsigned Places = 1 << $clog2(Stages + 2);

  logic [Stages-1:0] emit_q, token_q;

  always_ff @(posedge clk) begin
    emit_q  <= rst_n ? Stages'({emit_q, enter}) : '0;
    token_q <= Stages'({token_q, last});
  end

  gg_outlet #(
    .Width(Width),
    .Depth(Places < 8 ? 8 : Places)
  ) u_outlet (
    .clk,
    .rst_n,
    .grant,
    .take   (enter),
    .x_valid(emit_q[Stages-1]),
    .x_last (token_q[Stages-1]),
    .x_data (result),
    .y_valid,
    .y_ready,
    .y_last,
    .y_data
  );

endmodule
