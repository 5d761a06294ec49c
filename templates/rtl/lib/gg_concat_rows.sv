// Concat_rows: the rows of a, then the rows of b, as one graph. Latency 0.
module gg_concat_rows #(
  parameter int unsigned Lanes = 4,
  parameter int unsigned Width = 16
) (
  input  logic                   clk,
  input  logic                   rst_n,
  input  logic                   a_valid,
  output logic                   a_ready,
  input  logic                   a_last,
  input  logic [Lanes*Width-1:0] a_data,
  input  logic                   b_valid,
  output logic                   b_ready,
  input  logic                   b_last,
  input  logic [Lanes*Width-1:0] b_data,
  output logic                   y_valid,
  input  logic                   y_ready,
  output logic                   y_last,
  output logic [Lanes*Width-1:0] y_data
);

  logic is_second_q;  // the rows of a are through

  assign y_valid = is_second_q ? b_valid : a_valid && !a_last;
  assign y_last  = is_second_q && b_last;
  assign y_data  = is_second_q ? b_data : a_data;
  assign a_ready = !is_second_q && (y_ready || a_last);
  assign b_ready = is_second_q && y_ready;

  always_ff @(posedge clk) begin
    if (!rst_n) is_second_q <= 1'b0;
    else if (!is_second_q) is_second_q <= a_valid && a_last;
    else if (b_valid && y_ready) is_second_q <= !b_last;
  end

endmodule
