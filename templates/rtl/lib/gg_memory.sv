// Constant memory of a unit: read every cycle, word valid one cycle after its address.
// Init names a $readmemh file of Depth words; "" leaves the contents to the write port, which
// may be left open. Latency 1, one read per cycle. Style: 0 by depth, 1 LUTs, 2 block RAM.
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

    // Every part has a copy of the address, and reads just its bits of the words.
    for (genvar i = 0; i < Width; i += PartBits) begin : g_part
      localparam int unsigned Bits = Width - i < PartBits ? Width - i : PartBits;
      localparam int unsigned Low = Init == "" ? i : 0;  // a file has whole words
      localparam int unsigned Kept = Init == "" ? Bits : Width;
      (* ram_style = "distributed" *) logic [Kept-1:0] mem[Depth];
      (* keep *) logic [AddrBits-1:0] addr_q;  // of this part alone

      if (Init != "") begin : g_init
        initial $readmemh(Init, mem);
      end

      always_ff @(posedge clk) begin
        if (we) mem[waddr] <= wdata[Low+:Kept];
      end

      initial addr_q = '0;  // with a start, so that no tool moves the register to `data`

      (* keep *) always_ff @(posedge clk) addr_q <= addr;

      assign data[i+:Bits] = mem[addr_q][i-Low+:Bits];
    end
  end else begin : g_block
    (* ram_style = "block" *) logic [Width-1:0] mem[Depth];

    if (Init != "") begin : g_init
      initial $readmemh(Init, mem);
    end

    always_ff @(posedge clk) begin
      if (we) mem[waddr] <= wdata;
      data <= mem[addr];
    end
  end

endmodule
