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
constexpr int NO_SPACE = -1;
constexpr int WordBits = 64, CountBits = 21, CountsPerWord = WordBits / CountBits;

template <class... F>
struct Fields {};

template <class... L>
struct Layouts {};

template <int Bus, int Words>
struct Row {
  ap_uint<Bus> word[Words];

  Row() {
#pragma HLS ARRAY_PARTITION variable=word complete
    for (int i = 0; i < Words; ++i) word[i] = 0;
  }
};

// What goes from the loader to the sender of layout L: a row with their number, then the rows.
template <int Bus, class L>
using RowOf = Row<Bus, (L::BusBeats > 0 ? L::BusBeats : 1)>;

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

// Make Width bits of a row from bit `position` on zero.
template <int Width, int Bus, int Words>
void clear_bits(Row<Bus, Words>& row, int position) {
#pragma HLS INLINE
  static_assert(Width <= Bus, "a code spans two words at most");
  const int word = position / Bus, offset = position % Bus;
  const ap_uint<Bus> ones = ap_uint<Width>(-1);
  row.word[word] &= ~(ones << offset);
  if (offset + Width > Bus) row.word[word + 1] &= ~(ones >> (Bus - offset));
}

// Rows of the input spaces, from a packet's header: CountBits bits for each space in turn,
// CountsPerWord of them in each word of WordBits bits.
template <int Spaces, int Bus>
struct Sizes {
  static constexpr int PerBeat = Bus / WordBits * CountsPerWord;
  static constexpr int Beats = (Spaces + PerBeat - 1) / PerBeat;
  int of[Spaces];

  Sizes() {
#pragma HLS ARRAY_PARTITION variable=of complete
    for (int i = 0; i < Spaces; ++i) of[i] = 0;
  }

  // Takes one beat of the header.
  void take(const ap_uint<Bus>& data, int beat) {
#pragma HLS INLINE
  spaces:
    for (int i = 0; i < Spaces; ++i) {
#pragma HLS UNROLL
      const int place = i % PerBeat;
      const int offset = place / CountsPerWord * WordBits + place % CountsPerWord * CountBits;
      if (i / PerBeat == beat) of[i] = ap_uint<CountBits>(data >> offset).to_int();
    }
  }
};

}  // namespace gg
