// Offset: the number of `rows` is added to every entry of x: a map into the rows that come behind
// those of another space.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class X, class R, class Y>
void offset(Stream<X>& x, Stream<R>& rows, Stream<Y>& y) {
  static_assert(X::Lanes == 1 && Y::Lanes == 1, "one index per row");
  static_assert(X::Width == C::WidthX && Y::Width == C::Width, "declared widths");
  static_assert(X::Width <= Y::Width, "a map into the whole has no fewer bits");
  typename Y::Lane count = 0;
rows:
  while (!rows.read().last) {
#pragma HLS PIPELINE II=1
    ++count;
  }
entries:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const X in = x.read();
    Y out;
    out.lane[0] = in.lane[0] + count;
    out.last = is_last = in.last;
    y.write(out);
  }
}

}  // namespace gg
