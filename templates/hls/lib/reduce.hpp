// Reduce: the sum, the largest or the smallest of each group of lanes. A beat holds Lanes whole
// groups, or a group comes in Beats beats.
#pragma once

#include "beat.hpp"
#include "cast.hpp"

namespace gg {

enum ReduceMode { REDUCE_SUM, REDUCE_MAX, REDUCE_MIN };

template <class C>
long long merge_two(long long a, long long b) {
#pragma HLS INLINE
  if (C::Mode == REDUCE_SUM) return a + b;
  return (C::Mode == REDUCE_MAX) == (a > b) ? a : b;
}

template <class C, class X, class Y>
void reduce(Stream<X>& x, Stream<Y>& y) {
  static_assert(X::Lanes == C::LanesX && X::Width == C::WidthX, "x as declared");
  static_assert(Y::Lanes == C::Lanes && Y::Width == C::WidthY, "y as declared");
  static_assert(X::Lanes % Y::Lanes == 0, "whole groups, or parts of one");
  static_assert(Y::Lanes == 1 || C::Beats == 1, "whole groups, or parts of one");
  static_assert(C::Mode == REDUCE_SUM || X::Width == Y::Width, "choosing keeps the format");
  constexpr int Terms = X::Lanes / Y::Lanes;
  long long value[Y::Lanes] = {};
#pragma HLS ARRAY_PARTITION variable=value complete
  int beat = 0;
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const X in = x.read();
  groups:
    for (int g = 0; g < Y::Lanes; ++g) {
#pragma HLS UNROLL
      long long total = in.lane[g * Terms].to_int64();
    terms:
      for (int i = 1; i < Terms; ++i) {
#pragma HLS UNROLL
        total = merge_two<C>(total, in.lane[g * Terms + i].to_int64());
      }
      value[g] = beat == 0 ? total : merge_two<C>(value[g], total);
    }
    is_last = in.last;
    if (is_last || beat == C::Beats - 1) {
      Y out;
    cast_lanes:
      for (int g = 0; g < Y::Lanes; ++g) {
#pragma HLS UNROLL
        out.lane[g] = C::Mode == REDUCE_SUM ? cast<C>(value[g]) : ap_int<Y::Width>(value[g]);
      }
      out.last = is_last;
      y.write(out);
      beat = 0;
    } else {
      ++beat;
    }
  }
}

}  // namespace gg
