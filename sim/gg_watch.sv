// Bench: watches that a beat which is offered stays as it is until it is taken.
module gg_watch #(
  parameter int unsigned TData = 64
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             valid,
  input  logic             ready,
  input  logic             last,
  input  logic [TData-1:0] data,
  output logic             is_broken  // a beat was taken back or changed since the reset
);

  logic is_held_q, last_q;
  logic [TData-1:0] data_q;

  always_ff @(posedge clk) begin
    last_q <= last;
    data_q <= data;
    if (!rst_n) begin
      is_held_q <= 1'b0;
      is_broken <= 1'b0;
    end else begin
      is_held_q <= valid && !ready;
      if (is_held_q && (!valid || last != last_q || data != data_q)) is_broken <= 1'b1;
    end
  end

endmodule
