// Bench: sends the packets of the file +packets=, a line "tlast tdata" (hexadecimal) per beat, and
// writes the cycle in which each packet's first beat is taken to the file +begins=.
// With +single a packet waits for the answer to the one before it.
module gg_source #(
  parameter int unsigned TData = 64
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic [31:0]      now,
  input  logic             pause,     // send nothing new in the next cycle
  input  logic             answered,  // the last beat of an answer is taken in this cycle
  output logic             valid,
  input  logic             ready,
  output logic             last,
  output logic [TData-1:0] data,
  output logic [31:0]      sent,      // packets sent in whole
  output logic             is_done
);

  string name;
  int packets, begins;
  logic is_single;
  logic is_first_q, is_waiting_q;
  logic has_read_q, has_next_q, next_last_q;
  logic [TData-1:0] next_q;
  logic is_taken, is_blocked, is_sending;

  initial begin
    is_single = $test$plusargs("single") != 0;
    packets   = 0;
    begins    = 0;
    if ($value$plusargs("packets=%s", name)) packets = $fopen(name, "r");
    if ($value$plusargs("begins=%s", name)) begins = $fopen(name, "w");
  end

  assign is_taken   = valid && ready;
  assign is_blocked = is_single && (valid ? last : is_waiting_q && !answered);
  assign is_done    = packets == 0 || (has_read_q && !has_next_q && !valid);
  assign is_sending = (!valid || ready) && has_next_q && !pause && !is_blocked;

  always @(posedge clk) begin
    if (!rst_n) begin
      valid        <= 1'b0;
      has_read_q   <= 1'b0;
      has_next_q   <= 1'b0;
      is_first_q   <= 1'b1;
      is_waiting_q <= 1'b0;
      sent         <= '0;
    end else begin
      if (is_taken) begin
        is_first_q <= last;
        if (last) sent <= sent + 1;
        if (is_first_q) $fwrite(begins, "%0d\n", now);
      end
      if (is_taken && last) is_waiting_q <= 1'b1;
      else if (answered) is_waiting_q <= 1'b0;
      if (!valid || ready) valid <= is_sending;
      if (is_sending) begin
        last <= next_last_q;
        data <= next_q;
      end
      if (packets != 0 && (is_sending || !has_read_q)) begin
        has_read_q <= 1'b1;
        has_next_q <= $fscanf(packets, "%b %h\n", next_last_q, next_q) == 2;
      end
    end
  end

endmodule
