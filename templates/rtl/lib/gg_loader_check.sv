// Check: whether every lane of every row since `clear` was below `limit`. Latency 1.
module gg_loader_check #(
  parameter int unsigned Lanes = 1,
  parameter int unsigned Width = 8
) (
  input  logic                   clk,
  input  logic                   clear,
  input  logic                   row_valid,
  input  logic [Lanes*Width-1:0] row,
  input  logic [31:0]            limit,
  output logic                   is_bad
);

  if (Width > 32) begin : g_check
    $error("gg_loader_check: Width is %0d, must be at most 32", Width);
  end

  logic [Lanes-1:0] is_over;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    assign is_over[i] = 32'(row[i*Width+:Width]) >= limit;
  end

  always_ff @(posedge clk) begin
    if (clear) begin
      is_bad <= 1'b0;
    end else if (row_valid && is_over != '0) begin
      is_bad <= 1'b1;
    end
  end

endmodule
