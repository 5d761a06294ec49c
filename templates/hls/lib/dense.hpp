// Dense: the rows of x with the same `index` side by side, each at its `slot`; Size slots per row
// of y, those that no row has are 0, rows of later slots are dropped.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class X, class S, class I, class R, class Y>
void dense(Stream<X>& x, Stream<S>& slot, Stream<I>& index, Stream<R>& rows, Stream<Y>& y) {
  static_assert(X::Lanes == Y::Lanes && X::Width == Y::Width, "rows pass unchanged");
  static_assert(S::Lanes == 1 && I::Lanes == 1, "one slot and one index per row");
  // static: too large for the stack of a C-simulation; `is_there` tells which rows are of this call
  static typename X::Lane memory[C::Rows * C::Size * C::Beats][X::Lanes];
  bool is_there[C::Rows * C::Size];
#pragma HLS ARRAY_RESHAPE variable=memory complete dim=2
#pragma HLS ARRAY_PARTITION variable=is_there complete
forget:
  for (int i = 0; i < C::Rows * C::Size; ++i) {
#pragma HLS UNROLL
    is_there[i] = false;
  }
  S at = end_token<S>();
  I to = end_token<I>();
  int beat = 0;
store:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const X in = x.read();
    if (beat == 0) at = slot.read();
    if (beat == 0) to = index.read();
    is_last = in.last;
    if (!in.last && at.lane[0].to_int() < C::Size) {
      const int place = to.lane[0].to_int() * C::Size + at.lane[0].to_int();
      is_there[place] = true;
    store_lanes:
      for (int i = 0; i < X::Lanes; ++i) {
#pragma HLS UNROLL
        memory[place * C::Beats + beat][i] = in.lane[i];
      }
    }
    beat = beat == C::Beats - 1 ? 0 : beat + 1;
  }
  R row = end_token<R>();
  int word = 0, place = 0, left = 0;
drain:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (left == 0) row = rows.read();
    left = left == 0 ? C::Size * C::Beats - 1 : left - 1;
    Y out = end_token<Y>();
    if (!row.last && is_there[place]) {
    drain_lanes:
      for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
        out.lane[i] = memory[word][i];
      }
    }
    out.last = is_last = row.last;
    ++word;
    place = left % C::Beats == 0 ? place + 1 : place;
    y.write(out);
  }
}

}  // namespace gg
