// Counts the beats of a row: `step` goes to the next one and behind the last back to the first.
// `beat` is the one at work, `is_end`, from a register, tells that it is the last of the row.
module gg_beats #(
  parameter int unsigned Beats = 1,
  localparam int unsigned BeatBits = Beats > 1 ? $clog2(Beats) : 1
) (
  input  logic                clk,
  input  logic                rst_n,
  input  logic                step,
  output logic                is_end,
  output logic [BeatBits-1:0] beat
);

  if (Beats > 1) begin : g_beats
    logic [BeatBits-1:0] beat_q;
    logic is_end_q;

    assign is_end = is_end_q;
    assign beat   = beat_q;

    always_ff @(posedge clk) begin
      if (step) begin
        beat_q   <= is_end_q ? '0 : beat_q + 1'b1;
        is_end_q <= beat_q == BeatBits'(Beats - 2);
      end
      if (!rst_n) begin
        beat_q   <= '0;
        is_end_q <= 1'b0;
      end
    end
  end else begin : g_whole
    logic unused_pins;
    assign unused_pins = &{clk, rst_n, step};
    assign is_end      = 1'b1;
    assign beat        = '0;
  end

endmodule
