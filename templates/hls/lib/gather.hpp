// Gather: y[r] = x[index[r]]. The rows of x are stored; an index reads its row as soon as it is
// there, so that reading overlaps storing.
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
  I at = index.read();
  int stored = 0, store_beat = 0, read_beat = 0;
  bool is_all = false;
flow:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (at.last ? is_all : is_all || at.lane[0].to_int() < stored) {
      const int row = at.last ? 0 : at.lane[0].to_int();
      Y out;
    read_lanes:
      for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
        out.lane[i] = memory[row * C::Beats + read_beat][i];
      }
      out.last = is_last = at.last;
      y.write(out);
      read_beat = read_beat == C::Beats - 1 ? 0 : read_beat + 1;
      if (read_beat == 0 && !at.last) at = index.read();
    } else {
      const X in = x.read();
      is_all = in.last;
    store_lanes:
      for (int i = 0; i < X::Lanes && !in.last; ++i) {
#pragma HLS UNROLL
        memory[stored * C::Beats + store_beat][i] = in.lane[i];
      }
      if (!in.last) store_beat = store_beat == C::Beats - 1 ? 0 : store_beat + 1;
      if (!in.last && store_beat == 0) ++stored;
    }
  }
}

}  // namespace gg
