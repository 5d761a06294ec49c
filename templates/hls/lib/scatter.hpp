// Scatter: y[t] = reduce of x[r] over all r with index[r] = t, 0 where no row meets. Rows are
// reduced in the order they come; at their end token all rows leave.
#pragma once

#include "beat.hpp"
#include "reduction.hpp"

namespace gg {

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

// Whether any row met each row of the target; taking a row out forgets it.
template <class C>
struct Touched {
  bool word[C::Rows];

  Touched() {
    for (int i = 0; i < C::Rows; ++i) word[i] = false;
  }
};

template <class C, class X, class I, class R, class Y>
void scatter(Stream<X>& x, Stream<I>& index, Stream<R>& rows, Stream<Y>& y) {
  static_assert(X::Lanes == C::Lanes && Y::Lanes == C::Lanes, "a lane in, a lane out");
  static_assert(I::Lanes == 1 && !I::Signed, "one index per row");
  using Sum = ap_int<C::WidthAcc>;
  // static: too large for the stack of a C-simulation; `touched` tells which rows are of this call
  static Sum memory[C::Rows * C::Beats][C::Lanes];
#pragma HLS ARRAY_RESHAPE variable=memory complete dim=2
  Touched<C> touched;
  Recent<C> recent;
  R row = rows.read();
  I at = end_token<I>();
  int to = 0, fill_beat = 0, take_beat = 0;
  bool is_filled = false;
flow:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
// a word is read from memory at the earliest four beats after it was written: the three beats
// between are answered by `recent`
#pragma HLS DEPENDENCE variable=memory type=inter direction=RAW distance=4 true
    if (is_filled) {
      Y out = end_token<Y>();
      const int word = to * C::Beats + take_beat;
      const int hit = recent.find(word);
      const bool is_met = !row.last && touched.word[to];
    take_lanes:
      for (int i = 0; i < C::Lanes && is_met; ++i) {
#pragma HLS UNROLL
        hand_out<C>(hit < 0 ? memory[word][i] : recent.lane[hit][i], out.lane[i]);
      }
      out.last = is_last = row.last;
      y.write(out);
      take_beat = take_beat == C::Beats - 1 ? 0 : take_beat + 1;
      if (take_beat == 0 && !row.last) {
        row = rows.read();
        ++to;
      }
    } else {
      const X in = x.read();
      if (fill_beat == 0) at = index.read();
      is_filled = in.last;
      const int target = in.last ? 0 : at.lane[0].to_int();
      const int word = target * C::Beats + fill_beat;
      const int hit = recent.find(word);
      Sum next[C::Lanes];
    fill_lanes:
      for (int i = 0; i < C::Lanes && !in.last; ++i) {
#pragma HLS UNROLL
        const Sum old = hit < 0 ? memory[word][i] : recent.lane[hit][i];
        next[i] = reduce<C>(!touched.word[target], old, in.lane[i]);
        memory[word][i] = next[i];
      }
      if (!in.last) {
        recent.push(word, next);
        fill_beat = fill_beat == C::Beats - 1 ? 0 : fill_beat + 1;
        if (fill_beat == 0) touched.word[target] = true;
      }
    }
  }
}

}  // namespace gg
