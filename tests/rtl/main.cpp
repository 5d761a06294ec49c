// Gives the bench its clock until it calls $finish.
#include "Vgg_bench.h"
#include "verilated.h"

int main(int argc, char** argv) {
  VerilatedContext context;
  context.commandArgs(argc, argv);
  Vgg_bench bench{&context};
  while (!context.gotFinish()) {
    bench.clk = !bench.clk;
    bench.eval();
  }
  bench.final();
}
