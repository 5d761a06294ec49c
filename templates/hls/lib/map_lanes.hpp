// What the row ops share: the same function on every lane of every beat.
#pragma once

#include "beat.hpp"

namespace gg {

template <class X, class Y, class F>
void map_lanes(Stream<X>& x, Stream<Y>& y, F function) {
  static_assert(X::Lanes == Y::Lanes, "a lane in, a lane out");
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const X in = x.read();
    Y out;
  lanes:
    for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
      out.lane[i] = function(in.lane[i]);
    }
    out.last = is_last = in.last;
    y.write(out);
  }
}

// An operand with one lane per row (C::BroadcastA, C::BroadcastB) is read with the first of the
// row's C::Beats beats and held for the others. Both streams end at the same row.
template <class C, class A, class B, class Y, class F>
void map_pairs(Stream<A>& a, Stream<B>& b, Stream<Y>& y, F function) {
  static_assert(A::Lanes == (C::BroadcastA ? 1 : Y::Lanes), "a has the lanes of y, or one");
  static_assert(B::Lanes == (C::BroadcastB ? 1 : Y::Lanes), "b has the lanes of y, or one");
  A left;
  B right;
  int beat = 0;
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (!C::BroadcastA || beat == 0) left = a.read();
    if (!C::BroadcastB || beat == 0) right = b.read();
    Y out;
  lanes:
    for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
      out.lane[i] = function(left.lane[C::BroadcastA ? 0 : i], right.lane[C::BroadcastB ? 0 : i]);
    }
    out.last = is_last = left.last;
    beat = beat == C::Beats - 1 ? 0 : beat + 1;
    y.write(out);
  }
}

}  // namespace gg
