// Rows of BeatsX beats of LanesX lanes as rows of BeatsY beats of LanesY lanes: what a beat or a
// row lacks at its end is zero, what is too much is left out. Latency 0.
module gg_fit #(
  parameter int unsigned LanesX = 2,
  parameter int unsigned LanesY = 4,
  parameter int unsigned BeatsX = 1,
  parameter int unsigned BeatsY = 3,
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

  localparam int unsigned Beats = BeatsX > BeatsY ? BeatsX : BeatsY;
  localparam int unsigned BeatBits = Beats > 1 ? $clog2(Beats) : 1;
  localparam int unsigned Kept = LanesX < LanesY ? LanesX : LanesY;

  logic [BeatBits-1:0] beat;
  logic is_given, is_wanted, is_token, done, unused_end;

  gg_beats #(.Beats(Beats)) u_beats (
    .clk, .rst_n, .step(done && !is_token), .is_end(unused_end), .beat
  );

  if (BeatsX < Beats) begin : g_longer
    assign is_given  = beat <= BeatBits'(BeatsX - 1);
    assign is_wanted = 1'b1;
  end else if (BeatsY < Beats) begin : g_shorter
    assign is_given  = 1'b1;
    assign is_wanted = is_token || beat <= BeatBits'(BeatsY - 1);
  end else begin : g_as_long
    logic unused_beat;
    assign unused_beat = ^beat;
    assign {is_given, is_wanted} = '1;
  end

  assign is_token = is_given && x_last;
  assign y_valid  = (x_valid || !is_given) && is_wanted;
  assign y_last   = is_token;
  assign x_ready  = is_given && (y_ready || !is_wanted);
  assign done     = (x_valid || !is_given) && (y_ready || !is_wanted);

  for (genvar i = 0; i < LanesY; i++) begin : g_lane
    if (i < Kept) begin : g_kept
      assign y_data[i*Width+:Width] = is_given ? x_data[i*Width+:Width] : '0;
    end else begin : g_zero
      assign y_data[i*Width+:Width] = '0;
    end
  end

  if (LanesX > Kept) begin : g_left_out
    logic unused_lanes;
    assign unused_lanes = ^x_data[LanesX*Width-1:Kept*Width];
  end

endmodule
