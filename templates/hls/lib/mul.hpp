// Mul: the product of two rows, lane by lane; a one-lane operand is broadcast.
#pragma once

#include "cast.hpp"
#include "map_lanes.hpp"

namespace gg {

template <class C, class A, class B, class Y>
void mul(Stream<A>& a, Stream<B>& b, Stream<Y>& y) {
  static_assert(A::Width == C::WidthA && B::Width == C::WidthB, "operands as declared");
  map_pairs<C>(a, b, y, [](typename A::Lane left, typename B::Lane right) {
    return cast<C>(left.to_int64() * right.to_int64());
  });
}

}  // namespace gg
