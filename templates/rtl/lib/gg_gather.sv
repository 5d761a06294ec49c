// Gather: stores the rows of `x` and reads them in the order of `index`: y[r] = x[index[r]].
// A row can be read as soon as it is stored, so reading overlaps storing. Two banks: the next
// graph's rows are stored while this one's are read. At most Rows rows each. One beat per cycle on
// both sides. Latency 2, from the index (or the stored row, if that is later) to the first beat.
// Every 480 bits, 4032 in block RAM, have a control of their own, which bounds its fan-out.
module gg_gather #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned Rows       = 16,
  parameter int unsigned WidthIndex = 4,
  parameter int unsigned Width      = 16
) (
  input  logic                   clk,
  input  logic                   rst_n,
  input  logic                   x_valid,
  output logic                   x_ready,
  input  logic                   x_last,
  input  logic [Lanes*Width-1:0] x_data,
  input  logic                   index_valid,
  output logic                   index_ready,
  input  logic                   index_last,
  input  logic [WidthIndex-1:0]  index_data,
  output logic                   y_valid,
  input  logic                   y_ready,
  output logic                   y_last,
  output logic [Lanes*Width-1:0] y_data
);

  localparam int unsigned RowBits = Rows > 1 ? $clog2(Rows) : 1;
  localparam int unsigned PartBits = 480;
  localparam int unsigned Most = (2 << (RowBits + $clog2(Beats))) > 64 ? 4032 : PartBits;
  localparam int unsigned Each = Width < Most ? Most / Width : 1;
  localparam int unsigned Parts = (Lanes + Each - 1) / Each;

  logic [Parts-1:0] x_free, index_free, valid, last;  // all parts do the same
  logic unused_parts;

  assign x_ready      = x_free[0];
  assign index_ready  = index_free[0];
  assign y_valid      = valid[0];
  assign y_last       = last[0];
  assign unused_parts = ^{x_free, index_free, valid, last};

  for (genvar p = 0; p < Parts; p++) begin : g_part
    localparam int unsigned Own = p + 1 < Parts ? Each : Lanes - p * Each;

    gg_gather_part #(
      .Lanes(Own), .Beats(Beats), .Rows(Rows), .WidthIndex(WidthIndex), .Width(Width)
    ) u_part (
      .clk, .rst_n, .x_valid, .x_ready(x_free[p]), .x_last,
      .x_data(x_data[p*Each*Width+:Own*Width]), .index_valid, .index_ready(index_free[p]),
      .index_last, .index_data, .y_valid(valid[p]), .y_ready, .y_last(last[p]),
      .y_data(y_data[p*Each*Width+:Own*Width])
    );
  end

endmodule
