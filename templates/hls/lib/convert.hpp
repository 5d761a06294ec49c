// Convert: the same numbers in another format.
#pragma once

#include "cast.hpp"
#include "map_lanes.hpp"

namespace gg {

template <class C, class X, class Y>
void convert(Stream<X>& x, Stream<Y>& y) {
  static_assert(X::Width == C::WidthX && X::Signed == bool(C::SignedX), "x as declared");
  map_lanes(x, y, [](typename X::Lane v) { return cast<C>(v); });
}

}  // namespace gg
