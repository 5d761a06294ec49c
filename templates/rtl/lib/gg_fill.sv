// Fill: the constant Code in every lane of every row. Latency 0.
module gg_fill #(
  parameter int          Code  = 1,
  parameter int unsigned Lanes = 1,
  parameter int unsigned Beats = 1,
  parameter int unsigned Width = 8
) (
  input  logic                   clk,
  input  logic                   rst_n,
  input  logic                   rows_valid,
  output logic                   rows_ready,
  input  logic                   rows_last,
  input  logic [0:0]             rows_data,
  output logic                   y_valid,
  input  logic                   y_ready,
  output logic                   y_last,
  output logic [Lanes*Width-1:0] y_data
);

  logic is_row_end;

  assign y_valid    = rows_valid;
  assign y_last     = rows_last;
  assign y_data     = {Lanes{Width'(Code)}};
  assign rows_ready = y_ready && (rows_last || is_row_end);

  if (Beats > 1) begin : g_beats
    localparam int unsigned BeatBits = $clog2(Beats);
    logic [BeatBits-1:0] beat_q;

    assign is_row_end = beat_q == BeatBits'(Beats - 1);

    always_ff @(posedge clk) begin
      if (!rst_n) beat_q <= '0;
      else if (rows_valid && y_ready && !rows_last) beat_q <= is_row_end ? '0 : beat_q + 1'b1;
    end
  end else begin : g_whole
    logic unused_clock;
    assign unused_clock = &{clk, rst_n};
    assign is_row_end   = 1'b1;
  end

  logic unused_data;
  assign unused_data = ^rows_data;

endmodule
