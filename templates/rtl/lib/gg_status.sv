// Status of every packet on its way from the loader to the writer, whether it entered the machine,
// and its cycle count: from the header beat to the status beat, both included, if the writer takes
// it at once.
module gg_status #(
  parameter int unsigned Depth = 16
) (
  input  logic        clk,
  input  logic        rst_n,
  input  logic        is_header,  // the header of a packet is taken in this cycle
  input  logic        x_valid,
  output logic        x_ready,
  input  logic [7:0]  x_status,
  input  logic        x_is_let_in,
  output logic        y_valid,
  input  logic        y_ready,
  output logic [7:0]  y_status,
  output logic        y_is_let_in,
  output logic [31:0] y_cycles
);

  // The status beat is on the bus in the cycle after it is taken from here.
  localparam logic [31:0] Offset = 32'd2;

  logic [31:0] now_q, before_q, y_before;  // the cycles before the header, negative
  logic unused_last;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      now_q <= '0;
    end else begin
      now_q <= now_q + 1'b1;
    end
    if (is_header) before_q <= Offset - now_q;
  end

  gg_carry_select #(.Width(32), .Chain(16)) u_cycles (.a(now_q), .b(y_before), .y(y_cycles));

  gg_fifo #(
    .Width(41),
    .Depth(Depth)
  ) u_fifo (
    .clk,
    .rst_n,
    .x_valid,
    .x_ready,
    .x_last (1'b0),
    .x_data ({before_q, x_is_let_in, x_status}),
    .y_valid,
    .y_ready,
    .y_last (unused_last),
    .y_data ({y_before, y_is_let_in, y_status})
  );

endmodule
