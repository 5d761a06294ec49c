// Memory of gg_scatter and what follows its beats: a word has the values of all lanes, Bits bits,
// and for each of Parts parts of the lanes whether a row met them. Each part has a control of its
// own, which bounds its fan-out, and so has every 490 bits of the memory (4032 of block RAM).
module gg_scatter_memory #(
  parameter int unsigned Bits     = 96,
  parameter int unsigned Parts    = 1,
  parameter int unsigned AddrBits = 6
) (
  input  logic                clk,
  input  logic                rst_n,
  input  logic                enter,
  input  logic                is_take,
  input  logic [AddrBits-1:0] take_addr,
  input  logic [AddrBits-1:0] fill_addr,
  input  logic [Bits-1:0]     result,
  output logic [Bits-1:0]     held,
  output logic [Parts-1:0]    is_touched,
  output logic [2*Parts-1:0]  from,
  output logic [Parts-1:0]    is_taking
);

  localparam int unsigned WordBits = Bits + Parts;
  localparam int unsigned Each = AddrBits > 6 ? 4032 : 490;
  localparam int unsigned Memories = (WordBits + Each - 1) / Each;

  if (Memories > Parts) begin : g_check
    $error("gg_scatter_memory: Bits %0d, Parts %0d, must be %0d at least", Bits, Parts, Memories);
  end

  logic [Parts-1:0] write, is_cleared;
  logic [Parts*AddrBits-1:0] addr, write_addr;
  logic [WordBits-1:0] word, given;
  logic unused_parts;

  assign given              = {~is_cleared, result};
  assign {is_touched, held} = word;
  assign unused_parts       = ^{write, addr, write_addr};

  for (genvar p = 0; p < Parts; p++) begin : g_part
    gg_forward #(.AddrBits(AddrBits)) u_forward (
      .clk, .rst_n, .enter, .is_take, .take_addr, .fill_addr, .addr(addr[p*AddrBits+:AddrBits]),
      .from(from[2*p+:2]), .is_taking(is_taking[p]), .write(write[p]), .is_cleared(is_cleared[p]),
      .write_addr(write_addr[p*AddrBits+:AddrBits])
    );
  end

  for (genvar m = 0; m < Memories; m++) begin : g_memory
    localparam int unsigned Own = m + 1 < Memories ? Each : WordBits - m * Each;

    gg_ram #(.Width(Own), .Depth(1 << AddrBits)) u_ram (
      .clk, .we(write[m]), .waddr(write_addr[m*AddrBits+:AddrBits]), .wdata(given[m*Each+:Own]),
      .re(1'b1), .raddr(addr[m*AddrBits+:AddrBits]), .rdata(word[m*Each+:Own])
    );
  end

endmodule
