// Joins Factor beats of Lanes lanes into one wide beat, the first beat in the low lanes.
// Takes one beat per cycle without pause: the wide beat leaves while the next one's first beat
// comes in. The end token passes alone. Latency: 1 cycle after the last of the Factor beats.
module gg_widen #(
  parameter int unsigned Lanes  = 1,
  parameter int unsigned Width  = 16,
  parameter int unsigned Factor = 2
) (
  input  logic                          clk,
  input  logic                          rst_n,
  input  logic                          x_valid,
  output logic                          x_ready,
  input  logic                          x_last,
  input  logic [Lanes*Width-1:0]        x_data,
  output logic                          y_valid,
  input  logic                          y_ready,
  output logic                          y_last,
  output logic [Factor*Lanes*Width-1:0] y_data
);

  localparam int unsigned Bits = Lanes * Width;
  localparam int unsigned CountBits = $clog2(Factor);

  if (Factor < 2) begin : g_check
    $error("gg_widen: Factor is %0d, must be at least 2", Factor);
  end

  logic [CountBits-1:0] count_q;  // beats of the row at work that are in
  logic fire, is_whole;

  assign x_ready  = !y_valid || y_ready;
  assign fire     = x_valid && x_ready;
  assign is_whole = x_last || count_q == CountBits'(Factor - 1);

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      count_q <= '0;
      y_valid <= 1'b0;
    end else if (x_ready) begin
      y_valid <= fire && is_whole;
      if (fire) count_q <= is_whole ? '0 : count_q + 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    if (fire) begin
      y_last <= x_last;
      y_data <= {x_data, y_data[Factor*Bits-1:Bits]};
    end
  end

endmodule
