// Bench: watches both ends of the design. A beat that it offers must stay as it is until it is
// taken; after +patience= cycles in which no beat moves the design counts as hung.
module gg_watch #(
  parameter int unsigned TData = 64
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             is_sent,   // a beat goes into the design in this cycle
  input  logic             valid,
  input  logic             ready,
  input  logic             last,
  input  logic [TData-1:0] data,
  output logic             is_broken, // a beat was taken back or changed since the reset
  output logic             is_stuck
);

  logic [31:0] patience, quiet_q;
  logic is_held_q, last_q;
  logic [TData-1:0] data_q;

  initial begin
    patience = 32'd1000000;
    void'($value$plusargs("patience=%d", patience));
  end

  assign is_stuck = quiet_q >= patience;

  always_ff @(posedge clk) begin
    last_q <= last;
    data_q <= data;
    if (!rst_n) begin
      is_held_q <= 1'b0;
      is_broken <= 1'b0;
      quiet_q   <= '0;
    end else begin
      is_held_q <= valid && !ready;
      quiet_q   <= is_sent || (valid && ready) ? '0 : quiet_q + 1;
      if (is_held_q && (!valid || last != last_q || data != data_q)) is_broken <= 1'b1;
    end
  end

endmodule
