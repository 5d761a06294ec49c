// Segment: y[t] = reduce of x[r] over all r with index[r] = t, 0 where no row meets; the indices
// never go down. A row leaves when the first row for a later one comes, or the end token.
#pragma once

#include "beat.hpp"
#include "reduction.hpp"

namespace gg {

template <class C, class X, class I, class R, class Y>
void segment(Stream<X>& x, Stream<I>& index, Stream<R>& rows, Stream<Y>& y) {
  static_assert(X::Lanes == C::Lanes && Y::Lanes == C::Lanes, "a lane in, a lane out");
  static_assert(I::Lanes == 1 && !I::Signed, "one index per row");
  ap_int<C::WidthAcc> held[C::Beats][C::Lanes];
#pragma HLS ARRAY_PARTITION variable=held complete dim=2
  X in = end_token<X>();
  I at = end_token<I>();
  R row = rows.read();
  int target = 0, beat = 0;
  bool is_open = false, is_taken = true;
flow:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (is_taken) {
      in = x.read();
      if (beat == 0) at = index.read();
    }
    const int wanted = at.last ? -1 : at.lane[0].to_int();
    const bool adds = wanted == target, swaps = wanted == target + 1;
    Y out = end_token<Y>();
    ap_int<C::WidthAcc> next[C::Lanes];
  lanes:
    for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
      if (is_open && !row.last) hand_out<C>(held[beat][i], out.lane[i]);
      next[i] = reduce<C>(swaps || !is_open, held[beat][i], in.lane[i]);
      if (adds || swaps) held[beat][i] = next[i];
    }
    out.last = row.last;
    is_taken = adds || swaps;
    is_last = row.last;
    if (!adds) y.write(out);
    beat = is_last || beat == C::Beats - 1 ? 0 : beat + 1;
    if (beat == 0 && !is_last) {
      if (!adds) {
        row = rows.read();
        ++target;
      }
      is_open = is_taken;
    }
  }
}

}  // namespace gg
