// ConcatRows: the rows of a, then the rows of b.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class X, class Y>
void concat_rows(Stream<X>& a, Stream<X>& b, Stream<Y>& y) {
  static_assert(X::Lanes == Y::Lanes && X::Width == Y::Width, "rows pass unchanged");
  bool is_second = false;
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const X in = is_second ? b.read() : a.read();
    is_last = in.last && is_second;
    is_second = is_second || in.last;
    if (!in.last || is_last) y.write(in);
  }
}

}  // namespace gg
