// Constant memory of a unit: read every cycle, word valid one cycle after its address.
// Init is the start of the names of its $readmemh files, INIT_000.mem and on, one for each part
// of 480 bits in LUTs and one of whole words in block RAM; "" leaves the contents to the write
// port, which may be left open. Latency 1. Style: 0 by depth, 1 LUTs, 2 block RAM.
module gg_memory #(
  parameter int unsigned Width = 16,
  parameter int unsigned Depth = 64,
  parameter Init = "",
  parameter int unsigned Style = 0,
  localparam int unsigned AddrBits = Depth > 1 ? $clog2(Depth) : 1
) (
  input  logic                clk,
  input  logic [AddrBits-1:0] addr,
  output logic [Width-1:0]    data,
  input  logic                we = 1'b0,
  input  logic [AddrBits-1:0] waddr = '0,
  input  logic [Width-1:0]    wdata = Width'(0)
);

  if (Style == 1 || (Style == 0 && Depth <= 64)) begin : g_distributed
    localparam int unsigned PartBits = 480;

    if (Width > 1000 * PartBits) begin : g_check
      $error("gg_memory: Width is %0d, the names of its files have three digits", Width);
    end

    // Every part has its own bits of the words, and a copy of the address.
    for (genvar i = 0; i < (Width + PartBits - 1) / PartBits; i++) begin : g_part
      localparam int unsigned Low = i * PartBits;
      localparam int unsigned Bits = Width - Low < PartBits ? Width - Low : PartBits;
      localparam bit [23:0] Number = "000" + {8'(i / 100), 8'(i / 10 % 10), 8'(i % 10)};
      (* keep *) logic [AddrBits-1:0] addr_q;  // of this part alone

      initial addr_q = '0;  // with a start, so that no tool moves the register to `data`

      (* keep *) always_ff @(posedge clk) addr_q <= addr;

      if (Init != "") begin : g_rom
        logic [Bits-1:0] mem[Depth];  // LUTs in every tool: only the address is registered

        logic unused_write;
        assign unused_write = &{we, waddr, wdata};

        initial $readmemh({Init, "_", Number, ".mem"}, mem);

        assign data[Low+:Bits] = mem[addr_q];
      end else begin : g_ram
        (* ram_style = "distributed" *) logic [Bits-1:0] mem[Depth];

        always_ff @(posedge clk) begin
          if (we) mem[waddr] <= wdata[Low+:Bits];
        end

        assign data[Low+:Bits] = mem[addr_q];
      end
    end
  end else begin : g_block
    (* ram_style = "block", rom_style = "block" *) logic [Width-1:0] mem[Depth];

    if (Init != "") begin : g_init
      initial $readmemh({Init, "_000.mem"}, mem);
    end

    always_ff @(posedge clk) begin
      if (we) mem[waddr] <= wdata;
      data <= mem[addr];
    end
  end

endmodule
