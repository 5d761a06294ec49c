// Share: the weight of a row by its rank among the n rows of its group; `others` is n - 1. A table
// has for each n the place of the row that counts, its weight and that of the row behind it; all
// other rows get 0. With IsMask the result tells whether the rank is at most that place instead.
// One beat per cycle, one beat of `others` per row. Latency 4.
module gg_share #(
  parameter int unsigned Lanes       = 4,
  parameter int unsigned Beats       = 1,
  parameter int unsigned Rows        = 16,
  parameter int unsigned WidthRank   = 4,
  parameter int unsigned WidthOthers = 4,
  parameter int unsigned WidthEntry  = 16,
  parameter int unsigned WidthY      = 16,
  parameter int unsigned IsMask      = 0,
  localparam int unsigned AddrBits = Rows > 1 ? $clog2(Rows) : 1
) (
  input  logic                       clk,
  input  logic                       rst_n,
  input  logic                       rank_valid,
  output logic                       rank_ready,
  input  logic                       rank_last,
  input  logic [Lanes*WidthRank-1:0] rank_data,
  input  logic                       others_valid,
  output logic                       others_ready,
  input  logic                       others_last,
  input  logic [WidthOthers-1:0]     others_data,
  output logic [AddrBits-1:0]        entry_addr,
  input  logic [3*WidthEntry-1:0]    entry_data,
  output logic                       y_valid,
  input  logic                       y_ready,
  output logic                       y_last,
  output logic [Lanes*WidthY-1:0]    y_data
);

  logic valid, last, grant, enter;
  logic [Lanes*WidthRank-1:0] ranks, ranks1_q, ranks2_q;
  logic [Lanes*WidthOthers-1:0] others;
  logic [AddrBits-1:0] addr_q;
  logic [Lanes*WidthY-1:0] result_q;

  assign enter      = valid && grant;
  assign entry_addr = addr_q;

  gg_pair #(
    .LanesA(Lanes), .LanesB(1), .Lanes(Lanes), .Beats(Beats), .BroadcastA(0), .BroadcastB(1),
    .WidthA(WidthRank), .WidthB(WidthOthers)
  ) u_pair (
    .clk, .rst_n, .a_valid(rank_valid), .a_ready(rank_ready), .a_last(rank_last),
    .a_data(rank_data), .b_valid(others_valid), .b_ready(others_ready), .b_last(others_last),
    .b_data(others_data), .valid, .ready(grant), .last, .a_all(ranks), .b_all(others)
  );

  always_ff @(posedge clk) begin
    addr_q   <= AddrBits'(others[WidthOthers-1:0]);
    ranks1_q <= ranks;
    ranks2_q <= ranks1_q;
  end

  logic [WidthRank-1:0] place;
  logic [WidthY-1:0] here, after;

  assign place = entry_data[WidthRank-1:0];
  assign here  = entry_data[WidthEntry+:WidthY];
  assign after = entry_data[2*WidthEntry+:WidthY];

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    logic [WidthRank-1:0] rank;
    assign rank = ranks2_q[i*WidthRank+:WidthRank];

    always_ff @(posedge clk) begin
      if (IsMask != 0) result_q[i*WidthY+:WidthY] <= WidthY'(rank <= place);
      else if (rank == place) result_q[i*WidthY+:WidthY] <= here;
      else if ({1'b0, rank} == place + 1'b1) result_q[i*WidthY+:WidthY] <= after;
      else result_q[i*WidthY+:WidthY] <= '0;
    end
  end

  gg_stages #(.Stages(3), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter, .last, .result(result_q), .y_valid, .y_ready, .y_last, .y_data
  );

  logic unused_bits;
  assign unused_bits = ^{others, entry_data, here, after};

endmodule
