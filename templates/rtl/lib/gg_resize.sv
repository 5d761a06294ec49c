// Changes the lanes per beat of rows. Middle lanes are collected, then handed out: the fewest that
// are whole beats on both sides. The end token passes as one beat. No pause between rows. Latency 1
// for each step there is, and the beats that a wider beat waits for.
module gg_resize #(
  parameter int unsigned LanesX = 2,
  parameter int unsigned LanesY = 3,
  parameter int unsigned Middle = 6,
  parameter int unsigned Width  = 16
) (
  input  logic                    clk,
  input  logic                    rst_n,
  input  logic                    x_valid,
  output logic                    x_ready,
  input  logic                    x_last,
  input  logic [LanesX*Width-1:0] x_data,
  output logic                    y_valid,
  input  logic                    y_ready,
  output logic                    y_last,
  output logic [LanesY*Width-1:0] y_data
);

  if (Middle % LanesX != 0 || Middle % LanesY != 0) begin : g_check
    $error("gg_resize: LanesX %0d, LanesY %0d, Middle %0d", LanesX, LanesY, Middle);
  end

  logic mid_valid, mid_ready, mid_last;
  logic [Middle*Width-1:0] mid_data;

  if (Middle > LanesX) begin : g_widen
    gg_widen #(
      .Lanes (LanesX),
      .Width (Width),
      .Factor(Middle / LanesX)
    ) u_widen (
      .clk,
      .rst_n,
      .x_valid,
      .x_ready,
      .x_last,
      .x_data,
      .y_valid(mid_valid),
      .y_ready(mid_ready),
      .y_last (mid_last),
      .y_data (mid_data)
    );
  end else begin : g_same_x
    assign {mid_valid, mid_last, mid_data} = {x_valid, x_last, x_data};
    assign x_ready = mid_ready;
  end

  if (Middle > LanesY) begin : g_narrow
    gg_narrow #(
      .Lanes (LanesY),
      .Width (Width),
      .Factor(Middle / LanesY)
    ) u_narrow (
      .clk,
      .rst_n,
      .x_valid(mid_valid),
      .x_ready(mid_ready),
      .x_last (mid_last),
      .x_data (mid_data),
      .y_valid,
      .y_ready,
      .y_last,
      .y_data
    );
  end else begin : g_same_y
    assign {y_valid, y_last, y_data} = {mid_valid, mid_last, mid_data};
    assign mid_ready = y_ready;
  end

endmodule
