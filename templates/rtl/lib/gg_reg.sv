// Register slice: one beat of storage between two streams.
// Latency 1, one beat per cycle. x_ready depends on y_ready in the same cycle.
module gg_reg #(
  parameter int unsigned Width = 16
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             x_valid,
  output logic             x_ready,
  input  logic             x_last,
  input  logic [Width-1:0] x_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [Width-1:0] y_data
);

  localparam int unsigned Bits = Width + 1;
  localparam int unsigned PartBits = 480;
  localparam int unsigned Parts = (Bits + PartBits - 1) / PartBits;

  (* keep *) logic [Parts-1:0] valid_q;  // a copy for every 480 bits
  logic [Bits-1:0] x_all, all_q;

  assign x_all            = {x_last, x_data};
  assign x_ready          = !valid_q[0] || y_ready;
  assign y_valid          = valid_q[0];
  assign {y_last, y_data} = all_q;

  for (genvar p = 0; p < Parts; p++) begin : g_part
    localparam int unsigned Own = p + 1 < Parts ? PartBits : Bits - p * PartBits;

    always_ff @(posedge clk) begin
      if (x_valid && (!valid_q[p] || y_ready)) begin
        all_q[p*PartBits+:Own] <= x_all[p*PartBits+:Own];
      end
      if (!rst_n) valid_q[p] <= 1'b0;
      else if (!valid_q[p] || y_ready) valid_q[p] <= x_valid;
    end
  end

endmodule
