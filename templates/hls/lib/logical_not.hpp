// Not: the complement of every lane of a mask.
#pragma once

#include "map_lanes.hpp"

namespace gg {

template <class C, class X, class Y>
void logical_not(Stream<X>& x, Stream<Y>& y) {
  static_assert(X::Width == 1 && X::Lanes == C::Lanes, "masks have one bit per lane");
  map_lanes(x, y, [](typename X::Lane v) { return typename Y::Lane(v == 0); });
}

}  // namespace gg
