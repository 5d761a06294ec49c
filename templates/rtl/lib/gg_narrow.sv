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

  localparam int unsigned Total = Factor * Bits;
  localparam int unsigned Parts = (Total + 255) / 256;

  logic [Total-1:0] row_q, rotated;
  (* keep *) logic [Parts-1:0] valid_q;  // a copy for every 256 bits
  logic [CountBits-1:0] count_q;  // parts of the row that have left
  logic is_last;

  assign rotated = {row_q[Bits-1:0], row_q[Total-1:Bits]};
  assign y_valid = valid_q[0];
  assign is_last = y_last || count_q == CountBits'(Factor - 1);
  assign x_ready = !y_valid || (y_ready && is_last);
  assign y_data  = row_q[Bits-1:0];

  always_ff @(posedge clk) begin
    if (!rst_n || x_ready) begin
      count_q <= '0;
    end else if (y_ready) begin
      count_q <= count_q + 1'b1;
    end
  end

  always_ff @(posedge clk) if (x_ready) y_last <= x_last;

  // A new row comes next, if any; what chooses a bit of row_q stays apart from what moves it.
  for (genvar p = 0; p < Parts; p++) begin : g_part
    localparam int unsigned Own = p + 1 < Parts ? 256 : Total - p * 256;
    logic is_over, move;

    assign is_over = !valid_q[p] || is_last;
    assign move    = !valid_q[p] || y_ready;

    always_ff @(posedge clk) begin
      if (move) row_q[p*256+:Own] <= is_over ? x_data[p*256+:Own] : rotated[p*256+:Own];
      if (!rst_n) valid_q[p] <= 1'b0;
      else if (move && is_over) valid_q[p] <= x_valid;
    end
  end

endmodule
