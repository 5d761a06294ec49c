// Lanes: lane i of y is lane Source(i) of x; whole rows in one beat.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class X, class Y>
void lanes(Stream<X>& x, Stream<Y>& y) {
  static_assert(X::Lanes == C::LanesX && Y::Lanes == C::Lanes, "whole rows");
  static_assert(X::Width == Y::Width, "lanes keeps the format");
rows:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const X in = x.read();
    Y out;
  lanes:
    for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
      out.lane[i] = in.lane[C::Source(i)];
    }
    out.last = is_last = in.last;
    y.write(out);
  }
}

}  // namespace gg
