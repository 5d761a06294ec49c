// Gather: y[r] = x[index[r]]. The rows of x are stored; once the last is in, each index reads one.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class X, class I, class Y>
void gather(Stream<X>& x, Stream<I>& index, Stream<Y>& y) {
  static_assert(X::Lanes == Y::Lanes && X::Width == Y::Width, "rows pass unchanged");
  static_assert(I::Lanes == 1 && !I::Signed, "one index per row");
  // static: too large for the stack of a C-simulation; every word is written before it is read
  static typename X::Lane memory[C::Rows * C::Beats][X::Lanes];
#pragma HLS ARRAY_RESHAPE variable=memory complete dim=2
  int word = 0;
store:
  for (bool is_last = false; !is_last; ++word) {
#pragma HLS PIPELINE II=1
    const X in = x.read();
    is_last = in.last;
  store_lanes:
    for (int i = 0; i < X::Lanes; ++i) {
#pragma HLS UNROLL
      if (!in.last) memory[word][i] = in.lane[i];
    }
  }
  I at = end_token<I>();
  int beat = 0;
load:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (beat == 0) at = index.read();
    const int row = at.last ? 0 : at.lane[0].to_int();
    Y out;
  load_lanes:
    for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
      out.lane[i] = memory[row * C::Beats + beat][i];
    }
    out.last = is_last = at.last;
    beat = beat == C::Beats - 1 ? 0 : beat + 1;
    y.write(out);
  }
}

}  // namespace gg
