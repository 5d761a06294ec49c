// What scatter and segment do to one lane when a row meets those before it.
#pragma once

#include "beat.hpp"
#include "cast.hpp"

namespace gg {

enum Mode { SUM, MAX, MIN, LAST };

// One lane of the reduction; a row that nothing met before starts from x itself.
template <class C>
ap_int<C::WidthAcc> reduce(bool is_first, ap_int<C::WidthAcc> old, ap_int<C::WidthAcc> x) {
#pragma HLS INLINE
  static_assert(C::Mode >= SUM && C::Mode <= LAST, "unknown reduction");
  if (is_first || C::Mode == LAST) return x;
  if (C::Mode == SUM) return old + x;
  const bool keeps_old = C::Mode == MAX ? old > x : old < x;
  return keeps_old ? old : x;
}

// A lane of the result: a sum is cast, the others keep the code of x, which may be unsigned.
template <class C, class T>
void hand_out(ap_int<C::WidthAcc> reduced, T& lane) {
#pragma HLS INLINE
  if (C::Mode == SUM) {
    lane = cast<C>(reduced);
  } else {
    lane = reduced;
  }
}

}  // namespace gg
