// The sum of two signed codes. Latency 1; 2 where it is too wide for one carry chain (36 bits):
// then the low half is added first.
module gg_sum #(
  parameter int unsigned Width = 44
) (
  input  logic             clk,
  input  logic [Width-1:0] a,
  input  logic [Width-1:0] b,
  output logic [Width-1:0] y
);

  if (Width <= 36) begin : g_one
    always_ff @(posedge clk) y <= a + b;
  end else begin : g_two
    localparam int unsigned Low = Width / 2;

    logic [Low:0] low_q;  // with the carry
    logic [Width-Low-1:0] a_q, b_q;

    always_ff @(posedge clk) begin
      low_q <= (Low + 1)'(a[Low-1:0]) + (Low + 1)'(b[Low-1:0]);
      a_q   <= a[Width-1:Low];
      b_q   <= b[Width-1:Low];
      y     <= {a_q + b_q + (Width - Low)'(low_q[Low]), low_q[Low-1:0]};
    end
  end

endmodule
