// Rows of BeatsX beats of LanesX lanes as rows of BeatsY beats of LanesY lanes: what a beat or a
// row lacks at its end is zero, what is too much is left out. Latency 0. Every 480 bits count the
// beats for themselves, which bounds the fan-out.
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
  localparam int unsigned Kept = (LanesX < LanesY ? LanesX : LanesY) * Width;
  localparam int unsigned PartBits = 480;
  localparam int unsigned Parts = (Kept + PartBits - 1) / PartBits;

  logic [Parts-1:0] is_given;  // for each part: the beat at work comes from x
  logic [Parts*BeatBits-1:0] beat;
  logic is_wanted, is_token, done;

  for (genvar p = 0; p < Parts; p++) begin : g_part
    localparam int unsigned Own = p + 1 < Parts ? PartBits : Kept - p * PartBits;

    gg_layer #(.Iters(Beats)) u_beats (
      .clk, .rst_n, .step(done && !is_token), .layer(beat[p*BeatBits+:BeatBits])
    );

    if (BeatsX < Beats) begin : g_longer
      assign is_given[p] = beat[p*BeatBits+:BeatBits] <= BeatBits'(BeatsX - 1);
    end else begin : g_given
      assign is_given[p] = 1'b1;
    end

    assign y_data[p*PartBits+:Own] = is_given[p] ? x_data[p*PartBits+:Own] : '0;
  end

  if (BeatsY < Beats) begin : g_shorter
    assign is_wanted = is_token || beat[BeatBits-1:0] <= BeatBits'(BeatsY - 1);
  end else begin : g_wanted
    assign is_wanted = 1'b1;
  end

  assign is_token = is_given[0] && x_last;
  assign y_valid  = (x_valid || !is_given[0]) && is_wanted;
  assign y_last   = is_token;
  assign x_ready  = is_given[0] && (y_ready || !is_wanted);
  assign done     = (x_valid || !is_given[0]) && (y_ready || !is_wanted);

  if (LanesY * Width > Kept) begin : g_zero
    assign y_data[LanesY*Width-1:Kept] = '0;
  end

  logic unused_bits;
  assign unused_bits = ^{beat, x_data};

endmodule
