// Joins two operands beat by beat. A broadcast operand has one lane and one beat per row, held for
// all Beats beats of the row and copied to all lanes. End tokens are taken together. Latency 0.
module gg_pair #(
  parameter int unsigned LanesA     = 4,
  parameter int unsigned LanesB     = 4,
  parameter int unsigned Lanes      = 4,
  parameter int unsigned Beats      = 1,
  parameter int unsigned BroadcastA = 0,
  parameter int unsigned BroadcastB = 0,
  parameter int unsigned WidthA     = 16,
  parameter int unsigned WidthB     = 16
) (
  input  logic                     clk,
  input  logic                     rst_n,
  input  logic                     a_valid,
  output logic                     a_ready,
  input  logic                     a_last,
  input  logic [LanesA*WidthA-1:0] a_data,
  input  logic                     b_valid,
  output logic                     b_ready,
  input  logic                     b_last,
  input  logic [LanesB*WidthB-1:0] b_data,
  output logic                     valid,
  input  logic                     ready,
  output logic                     last,
  output logic [Lanes*WidthA-1:0]  a_all,
  output logic [Lanes*WidthB-1:0]  b_all
);

  localparam int unsigned CopiesA = BroadcastA != 0 ? Lanes : 1;
  localparam int unsigned CopiesB = BroadcastB != 0 ? Lanes : 1;

  if (LanesA * CopiesA != Lanes || LanesB * CopiesB != Lanes) begin : g_check
    $error("gg_pair: LanesA %0d, LanesB %0d, Lanes %0d", LanesA, LanesB, Lanes);
  end

  logic is_row_end;

  assign valid   = a_valid && b_valid;
  assign last    = a_last;
  assign a_ready = ready && b_valid && (BroadcastA == 0 || last || is_row_end);
  assign b_ready = ready && a_valid && (BroadcastB == 0 || b_last || is_row_end);
  assign a_all   = {CopiesA{a_data}};
  assign b_all   = {CopiesB{b_data}};

  logic [(Beats > 1 ? $clog2(Beats) : 1)-1:0] unused_beat;

  gg_beats #(.Beats(Beats)) u_beats (
    .clk, .rst_n, .step(valid && ready && !last), .is_end(is_row_end), .beat(unused_beat)
  );

endmodule
