// Moves a code up by `up` bits, at most Most; with Most = 0 these are wires.
// Latency 1, or 0; `up` comes a cycle before x.
module gg_align #(
  parameter int unsigned Width = 36,
  parameter int unsigned Most  = 1,
  localparam int unsigned UpBits = Most > 0 ? $clog2(Most + 1) : 1
) (
  input  logic              clk,
  input  logic [UpBits-1:0] up,
  input  logic [Width-1:0]  x,
  output logic [Width-1:0]  y
);

  if (Most > 0) begin : g_shift
    (* keep *) logic [UpBits-1:0] up_q;  // of this column alone

    (* keep *) always_ff @(posedge clk) up_q <= up;

    always_ff @(posedge clk) y <= x << up_q;
  end else begin : g_wires
    logic unused_pins;
    assign unused_pins = &{clk, up};
    assign y = x;
  end

endmodule
