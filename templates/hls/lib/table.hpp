// Table: a function of one lane. The high bits of the code choose an entry (value, rise), the
// LowBits low bits go along the straight line to the next entry.
#pragma once

#include "cast.hpp"
#include "map_lanes.hpp"

namespace gg {

template <class C, class X, class Y, class E, int Depth>
void table(Stream<X>& x, Stream<Y>& y, const E (&entry)[Depth][2]) {
// every lane looks up its own entry in every cycle
#pragma HLS BIND_STORAGE variable=entry type=rom_np
#pragma HLS ARRAY_RESHAPE variable=entry complete dim=2
  static_assert(Depth == 1 << (C::WidthX - C::LowBits), "an entry for each high part of x");
  static_assert(X::Width == C::WidthX && X::Signed, "x as declared");
  map_lanes(x, y, [&entry](typename X::Lane v) {
    const long long code = v.to_int64() + (1LL << (C::WidthX - 1));
    const int index = int(code >> C::LowBits);
    const long long along = code & ((1LL << C::LowBits) - 1);
    const long long value = (long long)entry[index][0] * (1LL << C::LowBits);
    return cast<C>(value + entry[index][1] * along);
  });
}

}  // namespace gg
