// Slice: lanes Start .. Start + Lanes of every row; whole rows in one beat.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class X, class Y>
void slice(Stream<X>& x, Stream<Y>& y) {
  static_assert(C::Start >= 0 && C::Start + Y::Lanes <= X::Lanes, "the range lies in the row");
  static_assert(X::Width == Y::Width, "slice keeps the format");
rows:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const X in = x.read();
    Y out;
  lanes:
    for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
      out.lane[i] = in.lane[C::Start + i];
    }
    out.last = is_last = in.last;
    y.write(out);
  }
}

}  // namespace gg
