// Filter: the rows of x whose mask is 1; one mask beat per row of Beats beats.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class X, class M, class Y>
void filter(Stream<X>& x, Stream<M>& mask, Stream<Y>& y) {
  static_assert(X::Lanes == Y::Lanes && X::Width == Y::Width, "rows pass unchanged");
  static_assert(M::Lanes == 1 && M::Width == 1, "one bit tells whether a row stays");
  int beat = 0;
  bool is_kept = false;
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const X in = x.read();
    if (beat == 0) is_kept = mask.read().lane[0] != 0;
    if (is_kept || in.last) y.write(in);
    beat = beat == C::Beats - 1 ? 0 : beat + 1;
    is_last = in.last;
  }
}

}  // namespace gg
