// Add: a * 2^ShiftA plus (or, with Subtract, minus) b * 2^ShiftB; a one-lane operand is broadcast.
#pragma once

#include "cast.hpp"
#include "map_lanes.hpp"

namespace gg {

template <class C, class A, class B, class Y>
void add(Stream<A>& a, Stream<B>& b, Stream<Y>& y) {
  static_assert(C::ShiftA >= 0 && C::ShiftB >= 0, "operands are aligned by left shifts");
  map_pairs<C>(a, b, y, [](typename A::Lane left, typename B::Lane right) {
    const long long p = left.to_int64() * (1LL << C::ShiftA);
    const long long q = right.to_int64() * (1LL << C::ShiftB);
    return cast<C>(C::Subtract ? p - q : p + q);
  });
}

}  // namespace gg
