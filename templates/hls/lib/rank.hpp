// Rank: how many rows of the same group (equal `index`) come before each row in a stable order of
// the lanes of x, lane by lane, and in the last lane of y how many other rows the group has. The
// rows are stored; then each is compared with all, Parallel of them in a cycle.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class X, class I, class Y>
void rank(Stream<X>& x, Stream<I>& index, Stream<Y>& y) {
  static_assert(Y::Lanes == X::Lanes + 1, "a lane more than x: the others of the group");
  static_assert(X::Signed && I::Lanes == 1 && !I::Signed, "numbers, and one index per row");
  // static: too large for the stack of a C-simulation; every row is written before it is read
  static typename X::Lane key[C::Rows][X::Lanes];
  static typename I::Lane group[C::Rows];
#pragma HLS ARRAY_PARTITION variable=key cyclic factor=C::Parallel dim=1
#pragma HLS ARRAY_PARTITION variable=key complete dim=2
#pragma HLS ARRAY_PARTITION variable=group cyclic factor=C::Parallel
  int count = 0;
store:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const X in = x.read();
    const I at = index.read();
    is_last = in.last;
    if (!in.last) {
      group[count] = at.lane[0];
    store_lanes:
      for (int i = 0; i < X::Lanes; ++i) {
#pragma HLS UNROLL
        key[count][i] = in.lane[i];
      }
      ++count;
    }
  }
rows:
  for (int row = 0; row < count; ++row) {
    Y out = end_token<Y>();
    out.last = false;
  words:
    for (int word = 0; word < count; word += C::Parallel) {
#pragma HLS PIPELINE II=1
    banks:
      for (int b = 0; b < C::Parallel; ++b) {
#pragma HLS UNROLL
        const int met = word + b;
        const int at = met < count ? met : 0;
        const bool is_other = met < count && met != row && group[at] == group[row];
        out.lane[X::Lanes] += is_other ? 1 : 0;
      compare_lanes:
        for (int i = 0; i < X::Lanes; ++i) {
#pragma HLS UNROLL
          const bool is_less = C::Descending ? key[row][i] < key[at][i] : key[at][i] < key[row][i];
          const bool is_tie = key[at][i] == key[row][i] && met < row;
          out.lane[i] += is_other && (is_less || is_tie) ? 1 : 0;
        }
      }
    }
    y.write(out);
  }
  y.write(end_token<Y>());
}

}  // namespace gg
