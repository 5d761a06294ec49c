// Share: the weight of a row by its rank among the n rows of its group; `others` is n - 1. A table
// has for each n the place of the row that counts, its weight and that of the row behind it; all
// other rows get 0. With IsMask the result tells whether the rank is at most that place instead.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class R, class O, class Y, class T, int Words>
void share(Stream<R>& rank, Stream<O>& others, Stream<Y>& y, const T (&entry)[Words][3]) {
#pragma HLS ARRAY_RESHAPE variable=entry complete dim=2
  static_assert(Words == C::Rows, "an entry for each size of a group");
  static_assert(R::Lanes == Y::Lanes && O::Lanes == 1, "a lane in, a lane out; one size per row");
  O size = end_token<O>();
  int beat = 0;
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (beat == 0) size = others.read();
    const R in = rank.read();
    // the size of an end token means nothing: read word 0
    const int word = size.last ? 0 : size.lane[0].to_int();
    const int place = int(entry[word][0]);
    Y out;
  lanes:
    for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
      const int at = in.lane[i].to_int();
      const int weight = at == place ? int(entry[word][1])
                                     : at == place + 1 ? int(entry[word][2]) : 0;
      out.lane[i] = C::IsMask ? int(at <= place) : weight;
    }
    out.last = is_last = in.last;
    beat = beat == C::Beats - 1 ? 0 : beat + 1;
    y.write(out);
  }
}

}  // namespace gg
