// Table: a function of one lane. The code chooses an entry (value in the low WidthValue bits of a
// word, rise above) and goes along the straight line to the next entry.
#pragma once

#include "cast.hpp"
#include "map_lanes.hpp"

namespace gg {

// An entry, and how far the code lies along its line: 2^AlongBits steps to the next entry.
struct Place {
  int entry;
  long long along;
};

// Evenly spaced entries; codes before the first and after the last lie on their lines.
template <class C>
Place locate_evenly(long long distance) {
#pragma HLS INLINE
  const long long above = distance >> C::LowBits;
  const int entry = above < 0 ? 0 : above < C::Depth ? int(above) : C::Depth - 1;
  const long long start = (long long)entry * (1LL << C::AlongBits);
  return Place{entry, (distance >> (C::LowBits - C::AlongBits)) - start};
}

// By octave: the number of bits below the leading one and the Head bits after it, times the
// entries of an octave, plus these bits themselves; the bits below are moved up to LowBits.
template <class C>
Place locate_octave(long long distance) {
#pragma HLS INLINE
  constexpr int Head = C::WidthD - C::LowBits - 1;
  const long long most = (1LL << C::WidthD) - 1;
  const long long held = distance < 0 ? 0 : distance > most ? most : distance;
  int below = 0;
bits:
  for (int i = 1; i <= C::LowBits; ++i) {
#pragma HLS UNROLL
    if ((held >> (Head + i)) != 0) below = i;
  }
  const long long rest = (held << (C::LowBits - below)) & ((1LL << C::LowBits) - 1);
  return Place{(below << Head) + int(held >> below), rest >> (C::LowBits - C::AlongBits)};
}

template <class C, class X, class Y, class E, int Entries>
void table(Stream<X>& x, Stream<Y>& y, const E (&entry)[Entries][1]) {
// every lane looks up its own entry in every cycle
#pragma HLS BIND_STORAGE variable=entry type=rom_np
  static_assert(Entries == C::Depth, "entries as declared");
  static_assert(X::Width == C::WidthX && X::Signed, "x as declared");
  map_lanes(x, y, [&entry](typename X::Lane v) {
    const long long code = v.to_int64();
    const bool is_negative = C::Mirror != 0 && code < 0;
    const bool flips = (C::Reverse != 0) != is_negative;
    const long long distance = C::Offset + (flips ? -code : code);
    const Place place = C::Octave ? locate_octave<C>(distance) : locate_evenly<C>(distance);
    const long long word = entry[place.entry][0];
    const long long value = ap_int<C::WidthValue>(word).to_int64() * (1LL << C::AlongBits);
    const long long point = value + (word >> C::WidthValue) * place.along;
    return cast<C>(C::Mirror > 1 && is_negative ? -point : point);
  });
}

}  // namespace gg
