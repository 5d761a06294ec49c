// Reduce: the sum (Mode 0), the largest (1) or the smallest (2) of each group of lanes. A beat
// holds Lanes whole groups, or a group comes in Beats beats. One beat per cycle in. Latency, from
// the last beat of a group: clog2(LanesX / Lanes), 1 if Beats > 1, 1 or 2 for a sum's cast, 1.
module gg_reduce #(
  parameter int unsigned LanesX   = 12,
  parameter int unsigned Lanes    = 2,
  parameter int unsigned Beats    = 1,
  parameter int unsigned WidthX   = 16,
  parameter int unsigned Mode     = 0,
  parameter int unsigned WidthAcc = 19,
  parameter int unsigned WidthY   = 16,
  parameter int          Shift    = 3,
  parameter int unsigned Rounding = 2,
  parameter int unsigned Overflow = 1
) (
  input  logic                     clk,
  input  logic                     rst_n,
  input  logic                     x_valid,
  output logic                     x_ready,
  input  logic                     x_last,
  input  logic [LanesX*WidthX-1:0] x_data,
  output logic                     y_valid,
  input  logic                     y_ready,
  output logic                     y_last,
  output logic [Lanes*WidthY-1:0]  y_data
);

  localparam int unsigned Terms = LanesX / Lanes;
  localparam int unsigned Levels = $clog2(Terms);
  localparam int unsigned CastStages = Mode != 0 ? 0 : Shift > 0 ? 2 : 1;
  localparam int unsigned Stages = Levels + unsigned'(Beats > 1) + CastStages;
  localparam int unsigned CountBits = Beats > 1 ? $clog2(Beats) : 1;

  if (Terms * Lanes != LanesX || Terms * Beats < 2 || (Lanes > 1 && Beats > 1)
      || (Mode != 0 && WidthX != WidthY)) begin : g_check
    $error("gg_reduce: LanesX %0d, Lanes %0d, Beats %0d, WidthX %0d, WidthY %0d, Mode %0d",
           LanesX, Lanes, Beats, WidthX, WidthY, Mode);
  end

  logic enter, grant, is_end;
  logic [CountBits-1:0] count_q;  // beats of the group that are in
  logic [Lanes*WidthY-1:0] result;

  assign x_ready = grant;
  assign enter   = x_valid && grant;
  assign is_end  = x_last || count_q == CountBits'(Beats - 1);

  always_ff @(posedge clk) begin
    if (!rst_n) count_q <= '0;
    else if (enter) count_q <= is_end ? '0 : count_q + 1'b1;
  end

  for (genvar g = 0; g < Lanes; g++) begin : g_group
    logic signed [WidthAcc-1:0] part, value;

    gg_tree #(
      .Terms (Terms),
      .WidthX(WidthX),
      .Width (WidthAcc),
      .Mode  (Mode)
    ) u_tree (
      .clk,
      .x(x_data[g*Terms*WidthX+:Terms*WidthX]),
      .y(part)
    );

    if (Beats > 1) begin : g_parts
      logic [Levels:0] valid, first;  // of the beat at each level of the tree
      logic signed [WidthAcc-1:0] value_q;

      assign valid[0] = enter;
      assign first[0] = count_q == '0;

      if (Levels > 0) begin : g_delay
        always_ff @(posedge clk) begin
          valid[Levels:1] <= valid[Levels-1:0];
          first[Levels:1] <= first[Levels-1:0];
        end
      end

      always_ff @(posedge clk) begin
        if (valid[Levels]) begin
          if (first[Levels]) value_q <= part;
          else if (Mode == 0) value_q <= value_q + part;
          else value_q <= (value_q > part) == (Mode == 1) ? value_q : part;
        end
      end

      assign value = value_q;
    end else begin : g_whole
      assign value = part;
    end

    if (Mode == 0) begin : g_cast
      gg_cast #(
        .WidthAcc(WidthAcc),
        .WidthY  (WidthY),
        .Shift   (Shift),
        .Rounding(Rounding),
        .Overflow(Overflow),
        .Stages  (CastStages)
      ) u_cast (
        .clk,
        .x(value),
        .y(result[g*WidthY+:WidthY])
      );
    end else begin : g_as_is
      assign result[g*WidthY+:WidthY] = value;
    end
  end

  gg_stages #(.Stages(Stages), .Width(Lanes * WidthY)) u_stages (
    .clk, .rst_n, .grant, .enter(enter && is_end), .last(x_last), .result,
    .y_valid, .y_ready, .y_last, .y_data
  );

endmodule
