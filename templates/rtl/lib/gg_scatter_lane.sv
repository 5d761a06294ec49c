// One lane of gg_scatter: the value of a row in memory is read, reduced with x and written back,
// one beat per cycle. `from` says where the value at work comes from: 0 nowhere (no row met yet),
// 1 memory, 2 the result of the beat before, 3 the result of the beat before that. x comes with the
// address; from, is_take, memory and is_touched one cycle later; the result another later.
// Mode: 0 sum, 1 max, 2 min, 3 last. is_take hands the value out unchanged, 0 where there is none.
module gg_scatter_lane #(
  parameter int unsigned WidthX = 16,
  parameter int unsigned Width  = 24,
  parameter int unsigned Mode   = 0
) (
  input  logic              clk,
  input  logic [WidthX-1:0] x,
  input  logic [1:0]        from,
  input  logic              is_take,
  input  logic [Width-1:0]  memory,
  input  logic              is_touched,
  output logic [Width-1:0]  result
);

  /*verilator no_inline_module*/

  logic signed [WidthX-1:0] x_q, x_used;
  logic signed [Width-1:0] value, result_d, result_q, before_q;
  logic [1:0] choice;

  assign choice = {from[1], from[0] && (from[1] || is_touched)};
  assign result = result_q;
  assign x_used = is_take ? '0 : x_q;

  always_comb begin
    case (choice)
      2'd0: value = '0;
      2'd1: value = memory;
      2'd2: value = result_q;
      default: value = before_q;
    endcase
  end

  if (Mode == 0) begin : g_sum
    gg_carry_select #(.Width(Width)) u_sum (.a(value), .b(Width'(x_used)), .y(result_d));
  end else begin : g_choose
    logic is_better;

    assign is_better = Mode == 1 ? x_q > value : Mode == 2 ? x_q < value : 1'b1;
    assign result_d = choice == 2'd0 || (is_better && !is_take) ? x_used : value;
  end

  always_ff @(posedge clk) begin
    x_q      <= x;
    result_q <= result_d;
    before_q <= result_q;
  end

endmodule
