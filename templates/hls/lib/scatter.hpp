// Scatter: y[t] = reduce of x[r] over all r with index[r] = t, 0 where no row meets. Rows are
// reduced in the order they come; once the last is in, the rows of the target space leave in order.
#pragma once

#include "beat.hpp"
#include "cast.hpp"

namespace gg {

enum Mode { SUM, MAX, MIN, LAST };

// One lane of the reduction; a row that nothing met before starts from x itself.
template <class C>
ap_int<C::WidthAcc> reduce(bool is_first, ap_int<C::WidthAcc> old, ap_int<C::WidthAcc> x) {
#pragma HLS INLINE
  static_assert(C::Mode >= SUM && C::Mode <= LAST, "unknown reduction");
  if (is_first || C::Mode == LAST) return x;
  if (C::Mode == SUM) return old + x;
  const bool keeps_old = C::Mode == MAX ? old > x : old < x;
  return keeps_old ? old : x;
}

// The words written last, newest first: a word on its way to the memory is taken from here.
template <class C>
struct Recent {
  static constexpr int Depth = 3;
  int word[Depth];
  ap_int<C::WidthAcc> lane[Depth][C::Lanes];

  Recent() {
#pragma HLS ARRAY_PARTITION variable=word complete
#pragma HLS ARRAY_PARTITION variable=lane complete dim=0
    for (int i = 0; i < Depth; ++i) word[i] = -1;
  }

  int find(int wanted) const {
    for (int i = 0; i < Depth; ++i) {
#pragma HLS UNROLL
      if (word[i] == wanted) return i;
    }
    return -1;
  }

  void push(int newest, const ap_int<C::WidthAcc> (&value)[C::Lanes]) {
    for (int i = Depth - 1; i >= 0; --i) {
#pragma HLS UNROLL
      word[i] = i == 0 ? newest : word[i - 1];
      for (int j = 0; j < C::Lanes; ++j) {
#pragma HLS UNROLL
        lane[i][j] = i == 0 ? value[j] : lane[i - 1][j];
      }
    }
  }
};

template <class C, class X, class I, class R, class Y>
void scatter(Stream<X>& x, Stream<I>& index, Stream<R>& rows, Stream<Y>& y) {
  static_assert(X::Lanes == C::Lanes && Y::Lanes == C::Lanes, "a lane in, a lane out");
  static_assert(I::Lanes == 1 && !I::Signed, "one index per row");
  using Sum = ap_int<C::WidthAcc>;
  // static: too large for the stack of a C-simulation; `is_met` tells which rows are of this call
  static Sum memory[C::Rows * C::Beats][C::Lanes];
  bool is_met[C::Rows];
#pragma HLS ARRAY_RESHAPE variable=memory complete dim=2
#pragma HLS ARRAY_PARTITION variable=is_met complete
forget:
  for (int i = 0; i < C::Rows; ++i) {
#pragma HLS UNROLL
    is_met[i] = false;
  }
  Recent<C> recent;
  I at = end_token<I>();
  int beat = 0;
  bool is_first = true;
accumulate:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
// a word is read from memory at the earliest four beats after it was written: the three beats
// between are answered by `recent`
#pragma HLS DEPENDENCE variable=memory type=inter direction=RAW distance=4 true
    const X in = x.read();
    if (beat == 0) at = index.read();
    is_last = in.last;
    if (!in.last) {
      const int target = at.lane[0].to_int();
      const int word = target * C::Beats + beat;
      if (beat == 0) is_first = !is_met[target];
      is_met[target] = true;
      const int hit = recent.find(word);
      Sum next[C::Lanes];
    accumulate_lanes:
      for (int i = 0; i < C::Lanes; ++i) {
#pragma HLS UNROLL
        const Sum old = hit < 0 ? memory[word][i] : recent.lane[hit][i];
        next[i] = reduce<C>(is_first, old, in.lane[i]);
        memory[word][i] = next[i];
      }
      recent.push(word, next);
    }
    beat = beat == C::Beats - 1 ? 0 : beat + 1;
  }
  R row = end_token<R>();
  int target = 0;
  beat = 0;
drain:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (beat == 0) row = rows.read();
    Y out = end_token<Y>();
    if (!row.last && is_met[target]) {
    drain_lanes:
      for (int i = 0; i < C::Lanes; ++i) {
#pragma HLS UNROLL
        out.lane[i] = cast<C>(memory[target * C::Beats + beat][i]);
      }
    }
    out.last = is_last = row.last;
    beat = beat == C::Beats - 1 ? 0 : beat + 1;
    target += beat == 0 ? 1 : 0;
    y.write(out);
  }
}

}  // namespace gg
