// Divide: a / b, correctly rounded, and 0 where b is 0; a one-lane operand is broadcast.
#pragma once

#include "cast.hpp"
#include "map_lanes.hpp"

namespace gg {

// Bits of the dividend's magnitude after its shift, and the type that holds it.
template <class C>
struct Dividend {
  static constexpr int Up = C::ShiftA > 0 ? C::ShiftA : 0;
  static constexpr int Down = C::ShiftA < 0 ? -C::ShiftA : 0;
  using Type = typename std::conditional<(C::WidthA + Up <= 63), unsigned long long,
                                         ap_uint<C::WidthA + Up>>::type;
};

// |a| * 2^ShiftA / |b|, rounded down to at most Bits bits; the last bit is also set when
// something remains, so that the rounding after it cannot tell the quotient from the exact one.
template <class C>
long long magnitude(unsigned long long a, unsigned long long b) {
#pragma HLS INLINE
  using Wide = typename Dividend<C>::Type;
  const long long most = (1LL << C::Bits) - 1;
  const Wide shifted = Wide(a >> Dividend<C>::Down) << Dividend<C>::Up;
  const bool is_lost = (a & ((1ULL << Dividend<C>::Down) - 1)) != 0;
  const Wide quotient = shifted / Wide(b);
  const bool is_rest = shifted != Wide(quotient * Wide(b));
  if (quotient > Wide(most)) return most;
  return (long long)quotient | (is_lost || is_rest);
}

template <class C, class A, class B, class Y>
void divide(Stream<A>& a, Stream<B>& b, Stream<Y>& y) {
  static_assert(A::Width == C::WidthA && B::Width == C::WidthB, "operands as declared");
  map_pairs<C>(a, b, y, [](typename A::Lane left, typename B::Lane right) {
    const long long p = left.to_int64(), q = right.to_int64();
    const long long size = q == 0 ? 0 : magnitude<C>(p < 0 ? -p : p, q < 0 ? -q : q);
    return cast<C>((p < 0) != (q < 0) ? -size : size);
  });
}

}  // namespace gg
