// Round: a code without its Drop fraction bits (rounded by Mode), in the format of the result.
#pragma once

#include "cast.hpp"
#include "map_lanes.hpp"

namespace gg {

// The cast to integers; WidthAcc bits hold them all.
template <class C>
struct Integers {
  static constexpr int WidthAcc = C::WidthX, Shift = C::Drop, WidthY = C::WidthAcc;
  static constexpr int Rounding = C::Mode, Overflow = WRAP;
};

template <class C, class X, class Y>
void round(Stream<X>& x, Stream<Y>& y) {
  static_assert(X::Width == C::WidthX, "x as declared");
  map_lanes(x, y, [](typename X::Lane v) { return cast<C>(cast<Integers<C>>(v)); });
}

}  // namespace gg
