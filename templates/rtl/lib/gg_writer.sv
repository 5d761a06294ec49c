// Writer: the words of every result in turn, up to its end token, then the status beat, which
// ends the packet. A status other than 0 is sent alone, and the results of a packet that had
// entered the machine are dropped. Latency 1, one word per cycle.
// Result i has bit i of the control signals and the i-th word of x_data.
module gg_writer #(
  parameter int unsigned Results = 1,
  parameter int unsigned TData = 64
) (
  input  logic                     clk,
  input  logic                     rst_n,
  input  logic [Results-1:0]       x_valid,
  output logic [Results-1:0]       x_ready,
  input  logic [Results-1:0]       x_last,
  input  logic [Results*TData-1:0] x_data,
  input  logic                     status_valid,
  output logic                     status_ready,
  input  logic [7:0]               status,
  input  logic                     is_let_in,
  input  logic [31:0]              cycles,
  output logic                     m_valid,
  input  logic                     m_ready,
  output logic                     m_last,
  output logic [TData-1:0]         m_data
);

  localparam int unsigned TurnBits = Results > 1 ? $clog2(Results) : 1;

  logic [TurnBits-1:0] turn_q;
  logic [TData-1:0] word;
  logic is_free, is_error, is_word, is_end, is_done;

  assign is_free  = !m_valid || m_ready;
  assign is_error = status != '0;
  assign is_word  = x_valid[turn_q] && !x_last[turn_q] && !is_error;
  assign is_end   = x_valid[turn_q] && x_last[turn_q] && is_let_in;
  assign is_done  = !is_let_in || (is_end && turn_q == TurnBits'(Results - 1));
  assign word     = x_data[turn_q*TData+:TData];

  assign status_ready = is_free && is_done;

  always_comb begin
    x_ready         = '0;
    x_ready[turn_q] = is_free && status_valid && is_let_in;
  end

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      m_valid <= 1'b0;
      turn_q  <= '0;
    end else if (is_free) begin
      m_valid <= status_valid && (is_word || is_done);
      if (status_valid && is_end) turn_q <= is_done ? '0 : turn_q + 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    if (is_free) begin
      m_last <= is_done;
      m_data <= is_done ? TData'({cycles, 24'd0, status}) : word;
    end
  end

endmodule
