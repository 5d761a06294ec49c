// Fill: the constant Code for every row.
#pragma once

#include "map_lanes.hpp"

namespace gg {

template <class C, class R, class Y>
void fill(Stream<R>& rows, Stream<Y>& y) {
  static_assert(Y::Lanes == 1 && Y::Width == C::Width, "one constant per row");
  map_lanes(rows, y, [](typename R::Lane) { return typename Y::Lane(C::Code); });
}

}  // namespace gg
