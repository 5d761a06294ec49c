// Stores the rows of a graph and emits them Repeat times, an end token after each time. The first
// pass runs while the rows still come in; room of the last pass is free again at once, so that the
// next graph can be stored. Depth: beats of the largest graph without its end token.
// Latency 2, one beat per cycle, one idle cycle after the end token of each pass.
module gg_replay #(
  parameter int unsigned Width  = 16,
  parameter int unsigned Depth  = 64,
  parameter int unsigned Repeat = 2
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             x_valid,
  output logic             x_ready,
  input  logic             x_last,
  input  logic [Width-1:0] x_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic             y_last,
  output logic [Width-1:0] y_data
);

  localparam int unsigned Places = Depth + 1;
  localparam int unsigned AddrBits = $clog2(Places);
  localparam int unsigned CountBits = $clog2(Places + 1);
  localparam int unsigned PassBits = Repeat > 1 ? $clog2(Repeat) : 1;
  localparam logic [AddrBits-1:0] Top = AddrBits'(Places - 1);

  logic [AddrBits-1:0] write_q, read_q;
  logic [AddrBits-1:0] start_q;  // first beat of the graph that is being emitted
  logic [CountBits-1:0] held_q, held_d;  // beats that still have to be emitted, now or later
  logic [CountBits-1:0] unread_q, unread_d;  // those that this pass has not read yet
  logic [PassBits-1:0] pass;
  logic has_unread_q;
  logic push, pull, rewind, is_free, is_final;

  gg_layer #(
    .Iters(Repeat)
  ) u_pass (
    .clk,
    .rst_n,
    .step (rewind),
    .layer(pass)
  );

  assign is_final = pass == PassBits'(Repeat - 1);
  assign is_free  = !y_valid || y_ready;
  assign rewind   = y_valid && y_ready && y_last;
  assign x_ready  = held_q != CountBits'(Places);
  assign push     = x_valid && x_ready;
  assign pull     = has_unread_q && is_free && !(y_valid && y_last);

  // What comes late in a cycle, y_ready, chooses only between sums that are there.
  logic [CountBits-1:0] held_up, held_down, unread_up, unread_down;
  logic drop;

  assign held_up     = held_q + 1'b1;
  assign held_down   = held_q - 1'b1;
  assign unread_up   = unread_q + 1'b1;
  assign unread_down = unread_q - 1'b1;
  assign drop        = pull && is_final;

  always_comb begin
    held_d   = held_q;
    unread_d = unread_q;
    if (push && !drop) held_d = held_up;
    if (!push && drop) held_d = held_down;
    if (push && !pull) unread_d = unread_up;
    if (!push && pull) unread_d = unread_down;
    if (rewind && !is_final) unread_d = push ? held_up : held_q;  // nothing is dropped then
  end

  always_ff @(posedge clk) begin
    held_q   <= held_d;
    unread_q <= unread_d;
    y_valid  <= is_free ? pull : 1'b1;
    if (push || (rewind && !is_final)) has_unread_q <= 1'b1;
    else if (pull) has_unread_q <= unread_q != CountBits'(1);
    if (push) write_q <= (write_q == Top) ? '0 : write_q + 1'b1;
    if (pull) read_q <= (read_q == Top) ? '0 : read_q + 1'b1;
    if (rewind && is_final) start_q <= read_q;
    if (rewind && !is_final) read_q <= start_q;
    if (!rst_n) begin
      held_q       <= '0;
      unread_q     <= '0;
      has_unread_q <= 1'b0;
      y_valid      <= 1'b0;
      write_q      <= '0;
      read_q       <= '0;
      start_q      <= '0;
    end
  end

  gg_ram #(
    .Width(Width + 1),
    .Depth(Places)
  ) u_ram (
    .clk,
    .we   (push),
    .waddr(write_q),
    .wdata({x_last, x_data}),
    .re   (pull),
    .raddr(read_q),
    .rdata({y_last, y_data})
  );

endmodule
