// The angle of the vector (b, a), by Steps rotations onto the x axis (CORDIC); 0 where a is 0 and
// b is not negative. ShiftA and ShiftB bring both to one binary point; the larger magnitude is
// moved up to WidthV bits first. Angles holds the angle of each rotation, HalfTurn is pi.
// Latency Steps + 4; one vector per cycle.
module gg_angle #(
  parameter int unsigned         WidthA   = 16,
  parameter int unsigned         WidthB   = 16,
  parameter int unsigned         ShiftA   = 0,
  parameter int unsigned         ShiftB   = 0,
  parameter int unsigned         WidthV   = 16,
  parameter int unsigned         Steps    = 3,
  parameter logic [Steps*32-1:0] Angles   = {32'd251, 32'd475, 32'd804},
  parameter int unsigned         HalfTurn = 3217,
  parameter int unsigned         WidthZ   = 13
) (
  input  logic                     clk,
  input  logic        [WidthA-1:0] a,
  input  logic        [WidthB-1:0] b,
  output logic signed [WidthZ-1:0] y
);

  localparam int unsigned WidthS = WidthV + 3;  // rotations lengthen a vector by 1.65
  localparam int unsigned CountBits = $clog2(WidthV + 1);

  // Magnitudes, and how many bits the larger one leaves free.
  logic [WidthA-1:0] size_a;
  logic [WidthB-1:0] size_b;
  logic [WidthV-1:0] up_q, across_q, up_qq, across_qq;
  logic [CountBits-1:0] free, free_q;
  logic [WidthV:0] reaches;  // bit i: there are at least i bits

  assign size_a = (a ^ {WidthA{a[WidthA-1]}}) + WidthA'(a[WidthA-1]);
  assign size_b = (b ^ {WidthB{b[WidthB-1]}}) + WidthB'(b[WidthB-1]);

  always_ff @(posedge clk) begin
    up_q      <= WidthV'(size_a) << ShiftA;
    across_q  <= WidthV'(size_b) << ShiftB;
    up_qq     <= up_q;
    across_qq <= across_q;
    free_q    <= free;
  end

  always_comb begin
    reaches[0] = 1'b1;
    for (int unsigned i = 1; i <= WidthV; i++) reaches[i] = |((up_q | across_q) >> (i - 1));
  end

  // `reaches` is ones from bit 0 up: exactly one i is the last of them.
  always_comb begin
    free = '0;
    for (int unsigned i = 0; i <= WidthV; i++) begin
      if (reaches[i] && (i == WidthV || !reaches[i+1])) free |= CountBits'(WidthV - i);
    end
  end

  // After k rotations: the vector, the angle turned, and where the vector came from.
  logic [Steps:0][WidthS-1:0] x_q, y_q;
  logic [Steps:0][WidthZ-1:0] z_q;
  logic [Steps+2:0] left_q, low_q, flat_q;

  always_ff @(posedge clk) begin
    x_q[0] <= WidthS'(WidthV'(across_qq << free_q));
    y_q[0] <= WidthS'(WidthV'(up_qq << free_q));
    z_q[0] <= '0;
    left_q <= {left_q[Steps+1:0], b[WidthB-1]};
    low_q  <= {low_q[Steps+1:0], a[WidthA-1]};
    flat_q <= {flat_q[Steps+1:0], a == '0};
  end

  for (genvar k = 0; k < Steps; k++) begin : g_step
    localparam logic [WidthZ-1:0] Angle = WidthZ'(Angles[k*32+:32]);

    logic turns;  // below the axis: turn back
    logic signed [WidthS-1:0] down_x, down_y;

    assign turns  = y_q[k][WidthS-1];
    assign down_x = signed'(x_q[k]) >>> k;
    assign down_y = signed'(y_q[k]) >>> k;

    always_ff @(posedge clk) begin
      x_q[k+1] <= x_q[k] + (down_y ^ {WidthS{turns}}) + WidthS'(turns);
      y_q[k+1] <= y_q[k] + (down_x ^ {WidthS{!turns}}) + WidthS'(!turns);
      z_q[k+1] <= z_q[k] + (Angle ^ {WidthZ{turns}}) + WidthZ'(turns);
    end
  end

  logic unused_vector;  // the last rotation tells only the angle
  assign unused_vector = ^{x_q[Steps], y_q[Steps]};

  // The quadrant: z, pi - z, -z or z - pi.
  logic is_left, is_low, flips;
  logic [WidthZ-1:0] start, turned;

  assign is_left = left_q[Steps+2];
  assign is_low  = low_q[Steps+2];
  assign flips   = is_left ^ is_low;
  assign start   = !is_left ? '0 : is_low ? -WidthZ'(HalfTurn) : WidthZ'(HalfTurn);
  assign turned  = flat_q[Steps+2] ? '0 : z_q[Steps];

  always_ff @(posedge clk) y <= signed'(start + (turned ^ {WidthZ{flips}}) + WidthZ'(flips));

endmodule
