// Bench: random pauses at a rate that changes every 64 cycles or so, between none and almost all.
module gg_pauses (
  input  logic        clk,
  input  logic        rst_n,
  input  logic        enable,
  input  logic [31:0] seed,    // not 0
  output logic        pause
);

  logic [31:0] state_q, step1, step2, step3;
  logic [3:0] rate_q;

  // xorshift32 (Marsaglia, "Xorshift RNGs", 2003)
  assign step1 = state_q ^ (state_q << 13);
  assign step2 = step1 ^ (step1 >> 17);
  assign step3 = step2 ^ (step2 << 5);
  assign pause = enable && state_q[11:8] < rate_q;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      state_q <= seed;
      rate_q  <= 4'd8;
    end else begin
      state_q <= step3;
      if (state_q[31:26] == '0) rate_q <= state_q[3:0];
    end
  end

endmodule
