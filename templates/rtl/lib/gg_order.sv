// Order: the positions of an index map sorted by where they point; equals keep their order.
// A list of rows per target is built while the map comes in; after its end token the lists are
// walked, one row per cycle, a target without rows taking a cycle where rows before it do not hide
// it. Walking a list forgets it; after reset a sweep forgets all. At most MaxX rows.
// Latency 3, from the end token to the first row.
module gg_order #(
  parameter int unsigned MaxX       = 32,
  parameter int unsigned WidthIndex = 4,
  parameter int unsigned Width      = 5
) (
  input  logic                  clk,
  input  logic                  rst_n,
  input  logic                  index_valid,
  output logic                  index_ready,
  input  logic                  index_last,
  input  logic [WidthIndex-1:0] index_data,
  output logic                  y_valid,
  input  logic                  y_ready,
  output logic                  y_last,
  output logic [Width-1:0]      y_data
);

  localparam int unsigned Targets = 1 << WidthIndex;

  (* ram_style = "distributed" *) logic some[Targets];
  (* ram_style = "distributed" *) logic [Width-1:0] head[Targets];
  (* ram_style = "distributed" *) logic [Width-1:0] tail[Targets];
  (* ram_style = "distributed" *) logic [Width-1:0] following[MaxX];

  typedef enum logic [1:0] {Sweep, Store, Walk} phase_t;
  phase_t phase_q;

  logic store, scan, step, take, finish, is_some;
  logic [WidthIndex-1:0] target_q, target;
  logic [Width:0] left_q;  // rows stored and not walked
  logic [Width-1:0] old_tail;

  assign index_ready = phase_q == Store;
  assign store       = index_valid && index_ready && !index_last;
  assign target      = phase_q == Store ? index_data : target_q;
  assign is_some     = some[target];
  assign old_tail    = tail[target];

  always_ff @(posedge clk) begin
    if (store || scan || phase_q == Sweep) some[target] <= store;
    if (store && !is_some) head[target] <= left_q[Width-1:0];
    if (store) tail[target] <= left_q[Width-1:0];
    if (store && is_some) following[old_tail] <= left_q[Width-1:0];
  end

  // The list that comes next, and the row at work with the last one of its list.
  logic slot_q, row_valid_q;
  logic [Width-1:0] slot_head_q, slot_tail_q, row_q, row_tail_q;

  assign y_valid = row_valid_q || y_last;
  assign y_last  = phase_q == Walk && left_q == '0;
  assign y_data  = row_q;
  assign step    = row_valid_q && y_ready;
  assign take    = slot_q && (!row_valid_q || (step && row_q == row_tail_q));
  assign scan    = phase_q == Walk && (!slot_q || take);
  assign finish  = y_last && y_ready;

  always_ff @(posedge clk) begin
    if (scan) begin
      slot_q      <= is_some;
      slot_head_q <= head[target];
      slot_tail_q <= old_tail;
    end
    if (take) begin
      row_q      <= slot_head_q;
      row_tail_q <= slot_tail_q;
    end else if (step) begin
      row_q <= following[row_q];
    end
    if (take || step) row_valid_q <= take || row_q != row_tail_q;
    if (store) left_q <= left_q + 1'b1;
    if (step) left_q <= left_q - 1'b1;
    if (scan || phase_q == Sweep) target_q <= target_q + 1'b1;
    if (phase_q == Sweep && &target_q) phase_q <= Store;
    if (index_valid && index_ready && index_last) phase_q <= Walk;
    if (finish) begin
      phase_q  <= Store;
      target_q <= '0;
    end
    if (!rst_n) begin
      phase_q     <= Sweep;
      target_q    <= '0;
      left_q      <= '0;
      slot_q      <= 1'b0;
      row_valid_q <= 1'b0;
    end
  end

endmodule
