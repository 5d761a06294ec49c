// Data mover: packets from memory to the bus, packet k being beats[k] beats.
#include "gengnn_top.hpp"

extern "C" void mm2s(const ap_uint<Packet::Bus>* data, const unsigned* beats, unsigned packets,
                     Bus& m_axis) {
#pragma HLS INTERFACE m_axi port=data bundle=gmem0
#pragma HLS INTERFACE m_axi port=beats bundle=gmem1
#pragma HLS INTERFACE axis port=m_axis
  unsigned word = 0;
packets:
  for (unsigned packet = 0; packet < packets; ++packet) {
    const unsigned count = beats[packet];
  beats:
    for (unsigned beat = 0; beat < count; ++beat) {
#pragma HLS PIPELINE II=1
      gg::put_word<Packet::Bus>(m_axis, data[word++], beat == count - 1);
    }
  }
}
