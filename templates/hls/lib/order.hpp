// Order: the positions of an index map sorted by where they point; equals keep their order.
// A list of rows per target is built while the map comes in, then the lists are walked.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class I, class Y>
void order(Stream<I>& index, Stream<Y>& y) {
  static_assert(I::Lanes == 1 && I::Width == C::WidthIndex, "one index per row");
  static_assert(Y::Lanes == 1 && Y::Width == C::Width, "one position per row");
  constexpr int Targets = 1 << C::WidthIndex;
  // static: too large for the stack of a C-simulation; `some` is cleared by the walk
  static bool some[Targets];
  static int head[Targets], tail[Targets], next[C::MaxX];
  int count = 0;
store:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const I in = index.read();
    is_last = in.last;
    if (!in.last) {
      const int at = in.lane[0].to_int();
      if (some[at]) {
        next[tail[at]] = count;
      } else {
        head[at] = count;
      }
      some[at] = true;
      tail[at] = count++;
    }
  }
  int target = 0, row = 0;
  bool is_inside = false;
walk:
  for (int left = count; left > 0;) {
#pragma HLS PIPELINE II=1
    if (!is_inside && some[target]) row = head[target];
    if (some[target]) {
      Y out;
      out.lane[0] = row;
      out.last = false;
      y.write(out);
      --left;
      is_inside = row != tail[target];
      row = next[row];
      some[target] = is_inside;
    }
    if (!is_inside) ++target;
  }
  y.write(end_token<Y>());
}

}  // namespace gg
