// Splits a beat of Factor * Lanes lanes into Factor beats, the low lanes first.
// Takes the next wide beat while the last part of this one leaves: no pause. Latency 1. The end
// token passes as one beat.
module gg_narrow #(
  parameter int unsigned Lanes  = 1,
  parameter int unsigned Width  = 16,
  parameter int unsigned Factor = 2
) (
  input  logic                          clk,
  input  logic                          rst_n,
  input  logic                          x_valid,
  output logic                          x_ready,
  input  logic                          x_last,
  input  logic [Factor*Lanes*Width-1:0] x_data,
  output logic                          y_valid,
  input  logic                          y_ready,
  output logic                          y_last,
  output logic [Lanes*Width-1:0]        y_data
);

  localparam int unsigned Bits = Lanes * Width;
  localparam int unsigned CountBits = $clog2(Factor);

  if (Factor < 2) begin : g_check
    $error("gg_narrow: Factor is %0d, must be at least 2", Factor);
  end

  logic [CountBits-1:0] count_q;  // parts of the row that have left
  logic is_last;

  assign is_last = y_last || count_q == CountBits'(Factor - 1);

  gg_row #(
    .Bits (Factor * Bits),
    .Front(Bits)
  ) u_row (
    .clk,
    .rst_n,
    .x_valid,
    .x_ready,
    .x_data,
    .may    (y_ready),
    .is_end (is_last),
    .is_busy(y_valid),
    .y_data
  );

  always_ff @(posedge clk) begin
    if (!rst_n || x_ready) begin
      count_q <= '0;
    end else if (y_ready) begin
      count_q <= count_q + 1'b1;
    end
  end

  always_ff @(posedge clk) if (x_ready) y_last <= x_last;

endmodule
