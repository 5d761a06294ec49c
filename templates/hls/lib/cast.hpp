// Cast: the only place where bits are dropped. An exact code of WidthAcc bits loses Shift
// fraction bits (or gains -Shift) and is brought into WidthY bits.
#pragma once

#include <ap_int.h>

#include <type_traits>

namespace gg {

enum Rounding { TRN, TRN_ZERO, RND, RND_ZERO, RND_INF, RND_MIN_INF, RND_CONV };
enum Overflow { WRAP, SAT, SAT_SYM };

// Bits that the widest intermediate of the cast needs.
template <class C>
struct CastWidth {
  static constexpr int Up = C::Shift < 0 ? -C::Shift : 0;
  static constexpr int Down = C::Shift > 0 ? C::Shift : 0;
  static constexpr int Wide = C::WidthAcc > Down ? C::WidthAcc : Down;
  static constexpr int Value = (Wide > C::WidthY ? Wide : C::WidthY) + Up + 2;
};

template <class C>
using CastCode =
    typename std::conditional<(CastWidth<C>::Value <= 64), long long,
                              ap_int<CastWidth<C>::Value>>::type;

// v / 2^Shift, rounded.
template <class C, class T>
T round_code(T v) {
  static_assert(C::Rounding >= TRN && C::Rounding <= RND_CONV, "unknown rounding mode");
  constexpr int Down = CastWidth<C>::Down;
  if (Down == 0) return v;
  const T half = T(1) << (Down > 0 ? Down - 1 : 0);
  const T whole = v >> Down;
  const T rest = v - T(whole * (T(1) << Down));
  const bool is_odd = (whole & T(1)) != 0;
  switch (C::Rounding) {
    case TRN_ZERO: return whole + (v < 0 && rest != 0);
    case RND: return whole + (rest >= half);
    case RND_ZERO: return whole + (rest > half || (rest == half && v < 0));
    case RND_INF: return whole + (rest > half || (rest == half && v >= 0));
    case RND_MIN_INF: return whole + (rest > half);
    case RND_CONV: return whole + (rest > half || (rest == half && is_odd));
    default: return whole;
  }
}

template <class C, class E>
ap_int<C::WidthY> cast(const E& exact) {
#pragma HLS INLINE
  static_assert(C::Overflow >= WRAP && C::Overflow <= SAT_SYM, "unknown overflow mode");
  using T = CastCode<C>;
  const T aligned = T(ap_int<C::WidthAcc>(exact)) * (T(1) << CastWidth<C>::Up);
  const T v = round_code<C>(aligned);
  const T high = (T(1) << (C::WidthY - 1)) - 1;
  const T low = C::Overflow == SAT_SYM ? T(-high) : T(-high - 1);
  if (C::Overflow != WRAP && v > high) return ap_int<C::WidthY>(high);
  if (C::Overflow != WRAP && v < low) return ap_int<C::WidthY>(low);
  return ap_int<C::WidthY>(v);
}

}  // namespace gg
