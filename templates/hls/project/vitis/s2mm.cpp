// Data mover: answers from the bus to memory, one after the other; beats[k] beats for packet k.
#include "gengnn_top.hpp"

extern "C" void s2mm(ap_uint<Packet::Bus>* data, unsigned* beats, unsigned packets, Bus& s_axis) {
#pragma HLS INTERFACE m_axi port=data bundle=gmem0
#pragma HLS INTERFACE m_axi port=beats bundle=gmem1
#pragma HLS INTERFACE axis port=s_axis
  unsigned word = 0;
packets:
  for (unsigned packet = 0; packet < packets; ++packet) {
    unsigned count = 0;
  beats:
    for (bool is_last = false; !is_last; ++count) {
#pragma HLS PIPELINE II=1
      const gg::Axis<Packet::Bus> beat = s_axis.read();
      is_last = beat.last;
      data[word++] = beat.data;
    }
    beats[packet] = count;
  }
}
