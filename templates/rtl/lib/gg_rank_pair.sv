// One row against another, each {index, keys}, with their places in the stream: whether the one
// that is met is another row of the same group (and among the Count stored), and in which lanes it
// comes before the row. Equal keys keep their order in the stream. Latency 1.
module gg_rank_pair #(
  parameter int unsigned Lanes      = 2,
  parameter int unsigned WidthX     = 16,
  parameter int unsigned WidthIndex = 4,
  parameter int unsigned PlaceBits  = 5,
  parameter int unsigned Descending = 0
) (
  input  logic                               clk,
  input  logic [WidthIndex+Lanes*WidthX-1:0] row,
  input  logic [PlaceBits-1:0]               row_place,
  input  logic [WidthIndex+Lanes*WidthX-1:0] met,
  input  logic [PlaceBits-1:0]               met_place,
  input  logic [PlaceBits-1:0]               count,
  output logic [Lanes:0]                     is_hit
);

  localparam int unsigned KeyBits = Lanes * WidthX;

  logic is_same_q, is_there_q, is_early_q, is_other;
  logic [Lanes-1:0] is_less_q, is_equal_q;

  assign is_other = is_same_q && is_there_q;
  assign is_hit   = {is_other,
                     {Lanes{is_other}} & (is_less_q | (is_equal_q & {Lanes{is_early_q}}))};

  always_ff @(posedge clk) begin
    is_same_q  <= row[KeyBits+:WidthIndex] == met[KeyBits+:WidthIndex];
    is_there_q <= met_place < count && met_place != row_place;
    is_early_q <= met_place < row_place;
  end

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic signed [WidthX-1:0] low, high;

    assign low  = Descending != 0 ? row[i*WidthX+:WidthX] : met[i*WidthX+:WidthX];
    assign high = Descending != 0 ? met[i*WidthX+:WidthX] : row[i*WidthX+:WidthX];

    always_ff @(posedge clk) begin
      is_less_q[i]  <= low < high;
      is_equal_q[i] <= low == high;
    end
  end

endmodule
