// Fit: rows of BeatsX beats as rows of BeatsY beats of other lanes: what a beat or a row lacks at
// its end is zero, what is too much is left out.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class X, class Y>
void fit(Stream<X>& x, Stream<Y>& y) {
  static_assert(X::Lanes == C::LanesX && Y::Lanes == C::LanesY, "lanes as declared");
  static_assert(X::Width == Y::Width && X::Signed == Y::Signed, "fit keeps the format");
  constexpr int Beats = C::BeatsX > C::BeatsY ? C::BeatsX : C::BeatsY;
  int beat = 0;
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    X in;
    if (beat < C::BeatsX) {
      in = x.read();
      is_last = in.last;
    }
    Y out;
  lanes:
    for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
      const bool is_given = i < X::Lanes && beat < C::BeatsX;
      out.lane[i] = is_given ? in.lane[i < X::Lanes ? i : 0] : typename X::Lane(0);
    }
    out.last = is_last;
    if (is_last || beat < C::BeatsY) y.write(out);
    beat = beat == Beats - 1 ? 0 : beat + 1;
  }
}

}  // namespace gg
