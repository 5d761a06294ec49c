// Embedding: a row of a trained table for each index; one word of the table per beat.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class I, class Y, class T, int Words>
void embedding(int layer, Stream<I>& index, Stream<Y>& y, const T (&table)[Words][C::Lanes]) {
#pragma HLS ARRAY_RESHAPE variable=table complete dim=2
  static_assert(Words == C::Iters * C::Depth * C::Beats, "a word for each beat of each row");
  static_assert(Y::Lanes == C::Lanes && Y::Width == C::Width, "y as declared");
  I in = end_token<I>();
  int beat = 0;
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (beat == 0) in = index.read();
    // the index of an end token means nothing: read word 0
    const int row = in.last ? 0 : layer * C::Depth + in.lane[0].to_int();
    Y out;
  lanes:
    for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
      out.lane[i] = table[row * C::Beats + beat][i];
    }
    out.last = is_last = in.last;
    beat = beat == C::Beats - 1 ? 0 : beat + 1;
    y.write(out);
  }
}

}  // namespace gg
