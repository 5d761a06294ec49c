// Resize: the same rows in beats of another number of lanes; the lanes of both divide the row.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class X, class Y>
void resize(Stream<X>& x, Stream<Y>& y) {
  static_assert(X::Width == Y::Width && X::Signed == Y::Signed, "resize keeps the format");
  // lanes that are in and not yet out, lane 0 first
  typename X::Lane held[X::Lanes + Y::Lanes];
#pragma HLS ARRAY_PARTITION variable=held complete
  int count = 0;
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (count < Y::Lanes) {
      const X in = x.read();
      is_last = in.last;
    append:
      for (int i = 0; i < X::Lanes; ++i) {
#pragma HLS UNROLL
        held[count + i] = in.lane[i];
      }
      count += X::Lanes;
    }
    if (count >= Y::Lanes || is_last) {
      Y out;
    emit:
      for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
        out.lane[i] = held[i];
      }
    advance:
      for (int i = 0; i < X::Lanes; ++i) {
#pragma HLS UNROLL
        held[i] = held[Y::Lanes + i];
      }
      count -= Y::Lanes;
      out.last = is_last;
      y.write(out);
    }
  }
}

}  // namespace gg
