// What x was Depth enabled cycles ago: a shift register. Depth 0 is a wire.
module gg_delay #(
  parameter int unsigned Width = 16,
  parameter int unsigned Depth = 4
) (
  input  logic             clk,
  input  logic             enable,
  input  logic [Width-1:0] x,
  output logic [Width-1:0] y
);

  if (Depth == 0) begin : g_wire
    logic unused;
    assign unused = &{clk, enable};
    assign y = x;
  end else begin : g_shift
    logic [Depth*Width-1:0] held_q;

    assign y = held_q[(Depth-1)*Width+:Width];

    always_ff @(posedge clk) begin
      if (enable) held_q <= (Depth * Width)'({held_q, x});
    end
  end

endmodule
