// End of a free-running pipeline: a FIFO whose places are handed out at the pipeline's entry.
// `grant` says that a place is free, `take` takes it for a beat that will be pushed later, so the
// pipeline never has to stop. Latency 1; one beat per cycle while Depth covers the pipeline.
module gg_outlet #(
  parameter int unsigned Width = 16,
  parameter int unsigned Depth = 16
) (
  input  logic             clk,
  input  logic             rst_n,
  output logic             grant,
  input  logic             take,
  input  logic             x_valid,
  input  logic             x_last,
  input  logic [Width-1:0] x_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [Width-1:0] y_data
);

  localparam int unsigned CountBits = $clog2(Depth + 1);

  logic [CountBits-1:0] places_q;
  logic give, unused_ready;

  assign give = y_valid && y_ready;

  // What comes late in a cycle, y_ready, chooses only between what is there.
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      places_q <= CountBits'(Depth);
      grant    <= 1'b0;
    end else if (take && !give) begin
      places_q <= places_q - 1'b1;
      grant    <= places_q != CountBits'(1);
    end else if (give && !take) begin
      places_q <= places_q + 1'b1;
      grant    <= 1'b1;
    end else begin
      grant    <= places_q != '0;
    end
  end

  gg_fifo #(
    .Width(Width),
    .Depth(Depth)
  ) u_fifo (
    .clk,
    .rst_n,
    .x_valid,
    .x_ready(unused_ready),
    .x_last,
    .x_data,
    .y_valid,
    .y_ready,
    .y_last,
    .y_data
  );

endmodule
