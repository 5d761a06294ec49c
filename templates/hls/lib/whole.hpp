// Whole: a code without its Shift fraction bits, between 0 and Most.
#pragma once

#include "map_lanes.hpp"

namespace gg {

template <class C, class X, class Y>
void whole(Stream<X>& x, Stream<Y>& y) {
  static_assert(X::Width == C::WidthX && Y::Width == C::WidthY, "x and y as declared");
  constexpr int Down = C::Shift > 0 ? C::Shift : 0;
  constexpr int Up = C::Shift < 0 ? -C::Shift : 0;
  map_lanes(x, y, [](typename X::Lane v) {
    const long long code = v.to_int64();
    const long long kept = code < 0 ? 0 : (code >> Down) * (1LL << Up);
    return kept > C::Most ? (long long)C::Most : kept;
  });
}

}  // namespace gg
