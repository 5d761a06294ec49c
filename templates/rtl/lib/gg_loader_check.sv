// Check: whether every lane of every row since `clear` was below `limit`; lanes that are not
// become 0 in `kept`. Latency 1, that of `kept` 0. `limit` is at most 2^Width.
module gg_loader_check #(
  parameter int unsigned Lanes = 1,
  parameter int unsigned Width = 8
) (
  input  logic                   clk,
  input  logic                   clear,
  input  logic                   row_valid,
  input  logic [Lanes*Width-1:0] row,
  input  logic [31:0]            limit,
  output logic [Lanes*Width-1:0] kept,
  output logic                   is_bad
);

  if (Width > 31) begin : g_check
    $error("gg_loader_check: Width is %0d, must be at most 31", Width);
  end

  logic [Lanes-1:0] is_over;
  logic unused_limit;

  assign unused_limit = &limit;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    assign is_over[i] = {1'b0, row[i*Width+:Width]} >= limit[Width:0];
    assign kept[i*Width+:Width] = is_over[i] ? '0 : row[i*Width+:Width];
  end

  always_ff @(posedge clk) begin
    if (clear) begin
      is_bad <= 1'b0;
    end else if (row_valid && is_over != '0) begin
      is_bad <= 1'b1;
    end
  end

endmodule
