// Takes a graph from `a` in each of the first Own of Iters turns and from `b` in the others,
// changing at end tokens. Latency 0. Every 480 bits count the turns for themselves, which bounds
// the fan-out.
module gg_turn #(
  parameter int unsigned Width = 16,
  parameter int unsigned Own   = 1,
  parameter int unsigned Iters = 2
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             a_valid,
  output logic             a_ready,
  input  logic             a_last,
  input  logic [Width-1:0] a_data,
  input  logic             b_valid,
  output logic             b_ready,
  input  logic             b_last,
  input  logic [Width-1:0] b_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [Width-1:0] y_data
);

  localparam int unsigned LayerBits = Iters > 1 ? $clog2(Iters) : 1;
  localparam int unsigned PartBits = 480;
  localparam int unsigned Parts = (Width + PartBits - 1) / PartBits;

  if (Own < 1 || Own > Iters) begin : g_check
    $error("gg_turn: Own is %0d, must be from 1 to %0d", Own, Iters);
  end

  logic [Parts-1:0] is_own;

  assign y_valid = is_own[0] ? a_valid : b_valid;
  assign y_last  = is_own[0] ? a_last : b_last;
  assign a_ready = is_own[0] && y_ready;
  assign b_ready = !is_own[0] && y_ready;

  for (genvar p = 0; p < Parts; p++) begin : g_part
    localparam int unsigned Bits = p + 1 < Parts ? PartBits : Width - p * PartBits;
    logic [LayerBits-1:0] layer;

    gg_layer #(
      .Iters(Iters)
    ) u_layer (
      .clk,
      .rst_n,
      .step(y_valid && y_ready && y_last),
      .layer
    );

    assign is_own[p] = layer <= LayerBits'(Own - 1);
    assign y_data[p*PartBits+:Bits] =
        is_own[p] ? a_data[p*PartBits+:Bits] : b_data[p*PartBits+:Bits];
  end

endmodule
