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

  localparam int unsigned Total = Factor * Bits;
  localparam int unsigned PartBits = 480;
  localparam int unsigned Parts = (Total + PartBits - 1) / PartBits;

  logic [CountBits-1:0] count_q;  // beats of the row at work that are in
  (* keep *) logic [Parts-1:0] valid_q;  // a copy for every 480 bits
  logic [Total-1:0] shifted;
  logic fire, is_whole;

  assign shifted  = {x_data, y_data[Total-1:Bits]};
  assign y_valid  = valid_q[0];
  assign x_ready  = !valid_q[0] || y_ready;
  assign fire     = x_valid && x_ready;
  assign is_whole = x_last || count_q == CountBits'(Factor - 1);

  always_ff @(posedge clk) begin
    if (fire) count_q <= is_whole ? '0 : count_q + 1'b1;
    if (!rst_n) count_q <= '0;
  end

  always_ff @(posedge clk) if (fire) y_last <= x_last;

  for (genvar p = 0; p < Parts; p++) begin : g_part
    localparam int unsigned Own = p + 1 < Parts ? PartBits : Total - p * PartBits;
    logic is_free;

    assign is_free = !valid_q[p] || y_ready;

    always_ff @(posedge clk) begin
      if (x_valid && is_free) y_data[p*PartBits+:Own] <= shifted[p*PartBits+:Own];
      if (!rst_n) valid_q[p] <= 1'b0;
      else if (is_free) valid_q[p] <= x_valid && is_whole;
    end
  end

endmodule
