// Odd: the bit of a code at Place, which is that of the ones; below it there is none, so no code
// with a Place below 0 is odd.
#pragma once

#include "map_lanes.hpp"

namespace gg {

template <class C, class X, class Y>
void odd(Stream<X>& x, Stream<Y>& y) {
  static_assert(X::Width == C::WidthX && C::Place < C::WidthX, "x as declared");
  map_lanes(x, y, [](typename X::Lane v) {
    return C::Place >= 0 && ((v.to_int64() >> (C::Place >= 0 ? C::Place : 0)) & 1) != 0;
  });
}

}  // namespace gg
