// Fill: the constant Code in every lane of every row.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class R, class Y>
void fill(Stream<R>& rows, Stream<Y>& y) {
  static_assert(Y::Lanes == C::Lanes && Y::Width == C::Width, "y as declared");
  R in = end_token<R>();
  int beat = 0;
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (beat == 0) in = rows.read();
    Y out;
  lanes:
    for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
      out.lane[i] = typename Y::Lane(C::Code);
    }
    out.last = is_last = in.last;
    beat = beat == C::Beats - 1 ? 0 : beat + 1;
    y.write(out);
  }
}

}  // namespace gg
