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

  logic [Factor*Bits-1:0] row_q;
  logic [CountBits-1:0] count_q;  // parts of the row that have left
  logic is_over, move;

  // A new row comes next, if any; what chooses a bit of row_q stays apart from what moves it.
  assign is_over = !y_valid || y_last || count_q == CountBits'(Factor - 1);
  assign move    = !y_valid || y_ready;
  assign x_ready = move && is_over;
  assign y_data  = row_q[Bits-1:0];

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      y_valid <= 1'b0;
      count_q <= '0;
    end else if (x_ready) begin
      y_valid <= x_valid;
      count_q <= '0;
    end else if (y_ready) begin
      count_q <= count_q + 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    if (move) row_q <= is_over ? x_data : {row_q[Bits-1:0], row_q[Factor*Bits-1:Bits]};
    if (x_ready) y_last <= x_last;
  end

endmodule
