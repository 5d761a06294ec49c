// Joint: a * Radix + b, one integer for each pair of two; a one-lane operand is broadcast.
#pragma once

#include "map_lanes.hpp"

namespace gg {

template <class C, class A, class B, class Y>
void joint(Stream<A>& a, Stream<B>& b, Stream<Y>& y) {
  static_assert(!A::Signed && !B::Signed && !Y::Signed, "integers from 0 on");
  static_assert(Y::Width == C::WidthY, "y as declared");
  map_pairs<C>(a, b, y, [](typename A::Lane left, typename B::Lane right) {
    return left.to_int64() * C::Radix + right.to_int64();
  });
}

}  // namespace gg
