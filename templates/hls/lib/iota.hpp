// Iota: the position of each row in its space.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class R, class Y>
void iota(Stream<R>& rows, Stream<Y>& y) {
  static_assert(Y::Lanes == 1 && Y::Width == C::Width && !Y::Signed, "one index per row");
  typename Y::Lane row = 0;
rows:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    Y out;
    out.lane[0] = row++;
    out.last = is_last = rows.read().last;
    y.write(out);
  }
}

}  // namespace gg
