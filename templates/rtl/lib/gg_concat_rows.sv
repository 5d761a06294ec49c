// Concat_rows: the rows of a, then the rows of b, as one graph. Latency 0. Every 480 bits
// have a control of their own, which bounds its fan-out.
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

  localparam int unsigned Bits = Lanes * Width;
  localparam int unsigned PartBits = 480;
  localparam int unsigned Parts = (Bits + PartBits - 1) / PartBits;

  (* keep *) logic [Parts-1:0] second_q;  // the rows of a are through

  assign y_valid = second_q[0] ? b_valid : a_valid && !a_last;
  assign y_last  = second_q[0] && b_last;
  assign a_ready = !second_q[0] && (y_ready || a_last);
  assign b_ready = second_q[0] && y_ready;

  for (genvar p = 0; p < Parts; p++) begin : g_part
    localparam int unsigned Own = p + 1 < Parts ? PartBits : Bits - p * PartBits;

    assign y_data[p*PartBits+:Own] =
        second_q[p] ? b_data[p*PartBits+:Own] : a_data[p*PartBits+:Own];

    always_ff @(posedge clk) begin
      if (!rst_n) second_q[p] <= 1'b0;
      else if (!second_q[p]) second_q[p] <= a_valid && a_last;
      else if (b_valid && y_ready) second_q[p] <= !b_last;
    end
  end

endmodule
