// Simple dual-port memory: one write port, one registered read port, no contents at start.
// A read of the address written in the same cycle gives the old word.
// Latency 1, one read and one write per cycle. Style: 0 by depth, 1 LUT RAM, 2 block RAM,
// 3 UltraRAM.
module gg_ram #(
  parameter int unsigned Width = 16,
  parameter int unsigned Depth = 64,
  parameter int unsigned Style = 0,
  localparam int unsigned AddrBits = Depth > 1 ? $clog2(Depth) : 1
) (
  input  logic                clk,
  input  logic                we,
  input  logic [AddrBits-1:0] waddr,
  input  logic [Width-1:0]    wdata,
  input  logic                re,
  input  logic [AddrBits-1:0] raddr,
  output logic [Width-1:0]    rdata
);

  if (Style == 1 || (Style == 0 && Depth <= 64)) begin : g_distributed
    (* ram_style = "distributed" *) logic [Width-1:0] mem[Depth];

    always_ff @(posedge clk) begin
      if (we) mem[waddr] <= wdata;
      if (re) rdata <= mem[raddr];
    end
  end else if (Style == 3) begin : g_ultra
    (* ram_style = "ultra" *) logic [Width-1:0] mem[Depth];

    always_ff @(posedge clk) begin
      if (we) mem[waddr] <= wdata;
      if (re) rdata <= mem[raddr];
    end
  end else begin : g_block
    (* ram_style = "block" *) logic [Width-1:0] mem[Depth];

    always_ff @(posedge clk) begin
      if (we) mem[waddr] <= wdata;
      if (re) rdata <= mem[raddr];
    end
  end

endmodule
