// Prefix: a map into the first rows of a larger space, its entries in more bits.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class X, class Y>
void prefix(Stream<X>& x, Stream<Y>& y) {
  static_assert(X::Lanes == 1 && Y::Lanes == 1, "one index per row");
  static_assert(X::Width == C::WidthX && Y::Width == C::Width, "declared widths");
  static_assert(X::Width <= Y::Width, "a map into the whole has no fewer bits");
entries:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const X in = x.read();
    Y out;
    out.lane[0] = in.lane[0];
    out.last = is_last = in.last;
    y.write(out);
  }
}

}  // namespace gg
