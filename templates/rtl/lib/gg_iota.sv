// Iota: the number of each row, from 0 in every graph. Latency 0.
module gg_iota #(
  parameter int unsigned Width = 8
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             rows_valid,
  output logic             rows_ready,
  input  logic             rows_last,
  input  logic [0:0]       rows_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [Width-1:0] y_data
);

  logic [Width-1:0] count_q;
  logic unused_data;

  assign unused_data = rows_data;
  assign y_valid     = rows_valid;
  assign y_last      = rows_last;
  assign y_data      = count_q;
  assign rows_ready  = y_ready;

  always_ff @(posedge clk) begin
    if (!rst_n) count_q <= '0;
    else if (y_valid && y_ready) count_q <= y_last ? '0 : count_q + 1'b1;
  end

endmodule
