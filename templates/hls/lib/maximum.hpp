// Maximum: the larger (with Minimum, the smaller) of two lanes; a one-lane operand is broadcast.
#pragma once

#include "map_lanes.hpp"

namespace gg {

template <class C, class A, class B, class Y>
void maximum(Stream<A>& a, Stream<B>& b, Stream<Y>& y) {
  static_assert(A::Width == Y::Width && B::Width == Y::Width, "maximum keeps the format");
  map_pairs<C>(a, b, y, [](typename A::Lane left, typename B::Lane right) {
    const bool takes_left = C::Minimum ? left < right : left > right;
    return takes_left ? left : right;
  });
}

}  // namespace gg
