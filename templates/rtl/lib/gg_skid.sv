// Skid buffer: two beats of storage, so that no path leads from y_ready to x_ready.
// Latency 1, one beat per cycle.
module gg_skid #(
  parameter int unsigned Width = 16
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             x_valid,
  output logic             x_ready,
  input  logic             x_last,
  input  logic [Width-1:0] x_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [Width-1:0] y_data
);

  logic             is_held_q;  // a beat waits behind the output register
  logic                 held_last_q;
  logic [Width-1:0] held_q;
  logic is_free;

  assign x_ready = !is_held_q;
  assign is_free = !y_valid || y_ready;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      y_valid   <= 1'b0;
      is_held_q <= 1'b0;
    end else if (is_free) begin
      y_valid   <= x_valid || is_held_q;
      is_held_q <= 1'b0;
    end else if (x_valid) begin
      is_held_q <= 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    if (is_free) begin
      y_last <= is_held_q ? held_last_q : x_last;
      y_data <= is_held_q ? held_q : x_data;
    end
    if (!is_held_q) begin
      held_last_q <= x_last;
      held_q      <= x_data;
    end
  end

endmodule
