// Emitter: after `start`, one beat for each of `count` rows, then the end token. The data comes
// from a memory with a registered output, read with `re` and `raddr`.
// Latency 1, one row per cycle.
module gg_loader_emit #(
  parameter int unsigned MaxRows = 64,
  localparam int unsigned AddrBits = MaxRows > 1 ? $clog2(MaxRows) : 1
) (
  input  logic                clk,
  input  logic                rst_n,
  input  logic                start,
  input  logic [20:0]         count,
  output logic                busy,
  output logic                re,
  output logic [AddrBits-1:0] raddr,
  output logic                y_valid,
  input  logic                y_ready,
  output logic                y_last
);

  localparam int unsigned RowBits = $clog2(MaxRows + 1);

  logic [RowBits-1:0] row_q, row;  // the row to read next
  logic is_active_q, is_last;

  assign row     = start ? '0 : row_q;
  assign is_last = 21'(row) == count;
  assign re      = start || (is_active_q && (!y_valid || y_ready));
  assign raddr   = AddrBits'(row);
  assign busy    = is_active_q || y_valid;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      is_active_q <= 1'b0;
      y_valid     <= 1'b0;
    end else if (re) begin
      is_active_q <= !is_last;
      y_valid     <= 1'b1;
    end else if (y_ready) begin
      y_valid <= 1'b0;
    end
  end

  always_ff @(posedge clk) begin
    if (re) begin
      y_last <= is_last;
      row_q  <= row + 1'b1;
    end
  end

endmodule
