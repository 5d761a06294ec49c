// Packets: what the loader and the writer share. A row of a space is its fields side by side,
// lowest bits first, in BusBeats words of the bus.
#pragma once

#include <ap_axi_sdata.h>
#include <ap_int.h>
#include <hls_stream.h>

namespace gg {

template <int Bus>
using Axis = ap_axiu<Bus, 0, 0, 0>;

enum Status { OK, TOO_MANY_ROWS, BAD_INDEX, SHORT_PACKET, LONG_PACKET };
enum Space { NODES, EDGES, GRAPHS, NO_SPACE };

template <int Bus, int Words>
struct Row {
  ap_uint<Bus> word[Words];

  Row() {
#pragma HLS ARRAY_PARTITION variable=word complete
    for (int i = 0; i < Words; ++i) word[i] = 0;
  }
};

// Width bits of a row from bit `position` on.
template <int Width, int Bus, int Words>
ap_uint<Width> get_bits(const Row<Bus, Words>& row, int position) {
#pragma HLS INLINE
  static_assert(Width <= Bus, "a code spans two words at most");
  const int word = position / Bus, offset = position % Bus;
  ap_uint<Width> bits = row.word[word] >> offset;
  if (offset + Width > Bus) bits |= ap_uint<Width>(row.word[word + 1]) << (Bus - offset);
  return bits;
}

// Place Width bits of a row, which is zero there, at bit `position`.
template <int Width, int Bus, int Words>
void put_bits(Row<Bus, Words>& row, int position, ap_uint<Width> bits) {
#pragma HLS INLINE
  static_assert(Width <= Bus, "a code spans two words at most");
  const int word = position / Bus, offset = position % Bus;
  row.word[word] |= ap_uint<Bus>(bits) << offset;
  if (offset + Width > Bus) row.word[word + 1] |= ap_uint<Bus>(bits >> (Bus - offset));
}

// Rows of the base spaces, from a packet's header.
struct Sizes {
  int of[3];

  template <int Bus>
  explicit Sizes(const ap_uint<Bus>& header) {
#pragma HLS ARRAY_PARTITION variable=of complete
    of[NODES] = ap_uint<24>(header).to_int();
    of[EDGES] = ap_uint<24>(header >> 24).to_int();
    of[GRAPHS] = ap_uint<16>(header >> 48).to_int();
  }
};

}  // namespace gg
