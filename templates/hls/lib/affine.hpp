// Affine: x * scale + shift, lane by lane; one word of both memories per (layer, beat).
#pragma once

#include "beat.hpp"
#include "cast.hpp"

namespace gg {

template <class C, class X, class Y, class S, class T, int Words>
void affine(int layer, Stream<X>& x, Stream<Y>& y, const S (&scale)[Words][C::Lanes],
            const T (&shift)[Words][C::Lanes]) {
#pragma HLS ARRAY_RESHAPE variable=scale complete dim=2
#pragma HLS ARRAY_RESHAPE variable=shift complete dim=2
  static_assert(Words == C::Iters * C::Beats, "a word for each beat of each layer");
  int beat = 0;
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const X in = x.read();
    const int word = layer * C::Beats + beat;
    Y out;
  lanes:
    for (int i = 0; i < C::Lanes; ++i) {
#pragma HLS UNROLL
      const long long product = in.lane[i].to_int64() * scale[word][i];
      out.lane[i] = cast<C>(product + shift[word][i]);
    }
    beat = beat == C::Beats - 1 ? 0 : beat + 1;
    out.last = is_last = in.last;
    y.write(out);
  }
}

}  // namespace gg
