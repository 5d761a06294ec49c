// Queue of Depth beats and one more in its output register: a part of gg_fifo from two places on.
// Direct: LUT RAM, latency 1, an empty queue passes the beat straight to the output register.
// Else a memory with a registered output, latency 2; its Style is that of gg_ram. One beat per
// cycle; no path from y_ready to x_ready.
module gg_queue #(
  parameter int unsigned Width = 16,
  parameter int unsigned Depth = 16,
  parameter int unsigned Style = 0,
  parameter bit Direct = Depth <= 32
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic             x_valid,
  output logic             x_ready,
  input  logic [Width-1:0] x_data,
  output logic             y_valid,
  input  logic             y_ready,
  output logic [Width-1:0] y_data
);

  /*verilator no_inline_module*/

  localparam int unsigned AddrBits = $clog2(Depth);
  localparam logic [AddrBits-1:0] Top = AddrBits'(Depth - 1);

  if (Depth < 2) begin : g_check
    $error("gg_queue: Depth is %0d, must be at least 2", Depth);
  end

  (* keep *) logic [AddrBits-1:0] write_q, read_q;  // equal to those of the other parts
  (* keep *) logic is_full_q, is_empty_q, valid_q;
  logic push, pop, is_free;

  assign y_valid = valid_q;
  assign is_free = !valid_q || y_ready;
  assign x_ready = !is_full_q;
  assign pop     = !is_empty_q && is_free;

  // What comes late in a cycle, y_ready, chooses only between what is there.
  logic [AddrBits-1:0] write_next, read_next;

  assign write_next = (write_q == Top) ? '0 : write_q + 1'b1;
  assign read_next  = (read_q == Top) ? '0 : read_q + 1'b1;

  always_ff @(posedge clk) begin
    if (push) write_q <= write_next;
    if (pop) read_q <= read_next;
    if (push && !pop) begin
      is_full_q  <= write_next == read_q;
      is_empty_q <= 1'b0;
    end
    if (pop && !push) begin
      is_full_q  <= 1'b0;
      is_empty_q <= read_next == write_q;
    end
    if (!rst_n) begin
      write_q    <= '0;
      read_q     <= '0;
      is_full_q  <= 1'b0;
      is_empty_q <= 1'b1;
    end
  end

  if (Direct) begin : g_direct
    (* ram_style = "distributed" *) logic [Width-1:0] mem[Depth];
    logic is_some;  // a beat for the output register: an empty queue is not full

    assign push    = x_valid && x_ready && !(is_empty_q && is_free);
    assign is_some = !is_empty_q || x_valid;

    always_ff @(posedge clk) begin
      if (push) mem[write_q] <= x_data;
      if (is_free && is_some) y_data <= is_empty_q ? x_data : mem[read_q];
    end

    always_ff @(posedge clk) begin
      if (!rst_n) begin
        valid_q <= 1'b0;
      end else if (is_free) begin
        valid_q <= is_some;
      end
    end
  end else begin : g_memory
    assign push = x_valid && x_ready;

    gg_ram #(
      .Width(Width),
      .Depth(Depth),
      .Style(Style)
    ) u_ram (
      .clk,
      .we   (push),
      .waddr(write_q),
      .wdata(x_data),
      .re   (pop),
      .raddr(read_q),
      .rdata(y_data)
    );

    always_ff @(posedge clk) begin
      if (!rst_n) begin
        valid_q <= 1'b0;
      end else if (is_free) begin
        valid_q <= pop;
      end
    end
  end

endmodule
