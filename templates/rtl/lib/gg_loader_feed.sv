// Feed: the rows of one space on their way into the machine, one beat each, then the end token.
// After `start` it takes `count` rows; rows of a packet that was not let in are dropped. There is
// room for the largest graph, so a packet never waits for the machine to take a part of itself.
// Latency 2, one row per cycle.
module gg_loader_feed #(
  parameter int unsigned Bits = 16,
  parameter int unsigned MaxRows = 64
) (
  input  logic            clk,
  input  logic            rst_n,
  input  logic            start,
  input  logic [20:0]     count,
  output logic            busy,       // the end token is still to come
  output logic            hold,       // there is no room for the row
  input  logic            row_valid,
  input  logic [Bits-1:0] row,
  output logic            y_valid,
  input  logic            y_ready,
  output logic            y_last,
  output logic [Bits-1:0] y_data
);

  localparam int unsigned RowBits = $clog2(MaxRows + 1);

  logic [RowBits-1:0] left_q;  // rows still to come
  logic is_end, push, has_room, unused_count;

  assign is_end       = left_q == '0;
  assign push         = busy && (row_valid || is_end);
  assign hold         = busy && row_valid && !has_room;
  assign unused_count = &count;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      busy <= 1'b0;
    end else if (start) begin
      busy <= 1'b1;
    end else if (push && has_room) begin
      busy <= !is_end;
    end
    if (start) begin
      left_q <= count[RowBits-1:0];
    end else if (push && has_room) begin
      left_q <= left_q - 1'b1;
    end
  end

  gg_fifo #(
    .Width (Bits),
    .Depth (MaxRows > 2 ? MaxRows : 2),
    .Direct(1'b0)
  ) u_fifo (
    .clk,
    .rst_n,
    .x_valid(push),
    .x_ready(has_room),
    .x_last (is_end),
    .x_data (row),
    .y_valid,
    .y_ready,
    .y_last,
    .y_data
  );

endmodule
