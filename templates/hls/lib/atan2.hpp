// Atan2: the angle of the vector (x = b, y = a), 0 for the zero vector; a one-lane operand is
// broadcast. Steps rotations by Angles(i) bring the vector onto the x axis (CORDIC).
#pragma once

#include "cast.hpp"
#include "map_lanes.hpp"

namespace gg {

// The angle of a vector in the first quadrant, 0 where y is 0. The larger of both, moved up to
// WidthV bits, keeps its precision.
template <class C>
long long angle(long long x, long long y) {
#pragma HLS INLINE
  if (y == 0) return 0;
  int length = 0;
bits:
  for (int i = 0; i < C::WidthV; ++i) {
#pragma HLS UNROLL
    if (((x | y) >> i) != 0) length = i + 1;
  }
  x <<= C::WidthV - length;
  y <<= C::WidthV - length;
  long long z = 0;
rotations:
  for (int i = 0; i < C::Steps; ++i) {
#pragma HLS UNROLL
    const bool is_above = y >= 0;
    const long long down_x = x >> i, down_y = y >> i;
    x = is_above ? x + down_y : x - down_y;
    y = is_above ? y - down_x : y + down_x;
    z = is_above ? z + C::Angles(i) : z - C::Angles(i);
  }
  return z;
}

template <class C, class A, class B, class Y>
void atan2(Stream<A>& a, Stream<B>& b, Stream<Y>& y) {
  static_assert(A::Width == C::WidthA && B::Width == C::WidthB, "operands as declared");
  map_pairs<C>(a, b, y, [](typename A::Lane above, typename B::Lane right) {
    const long long p = above.to_int64(), q = right.to_int64();
    const long long z = angle<C>((q < 0 ? -q : q) << C::ShiftB, (p < 0 ? -p : p) << C::ShiftA);
    const long long half = q < 0 ? C::HalfTurn - z : z;
    return cast<C>(p < 0 ? -half : half);
  });
}

}  // namespace gg
