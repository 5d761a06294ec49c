// Bench: writes every beat to the file +responses=, a line "tlast tdata" (hexadecimal) each, and
// the cycle in which each answer's last beat is taken to the file +ends=.
module gg_sink #(
  parameter int unsigned TData = 64
) (
  input  logic             clk,
  input  logic             rst_n,
  input  logic [31:0]      now,
  input  logic             pause,     // take nothing in the next cycle
  input  logic             valid,
  output logic             ready,
  input  logic             last,
  input  logic [TData-1:0] data,
  output logic             answered,  // the last beat of an answer is taken in this cycle
  output logic [31:0]      answers    // answers taken in whole
);

  string name;
  int responses, ends;

  initial begin
    responses = 0;
    ends      = 0;
    if ($value$plusargs("responses=%s", name)) responses = $fopen(name, "w");
    if ($value$plusargs("ends=%s", name)) ends = $fopen(name, "w");
  end

  assign answered = valid && ready && last;

  always @(posedge clk) begin
    if (!rst_n) begin
      ready   <= 1'b0;
      answers <= '0;
    end else begin
      ready <= !pause;
      if (valid && ready) $fwrite(responses, "%b %h\n", last, data);
      if (answered) begin
        answers <= answers + 1;
        $fwrite(ends, "%0d\n", now);
      end
    end
  end

endmodule
