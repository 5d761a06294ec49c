// Concat: the features of a row of a, then those of a row of b; whole rows in one beat.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class A, class B, class Y>
void concat(Stream<A>& a, Stream<B>& b, Stream<Y>& y) {
  static_assert(A::Lanes + B::Lanes == Y::Lanes, "y holds both rows");
  static_assert(A::Width == Y::Width && B::Width == Y::Width, "concat keeps the format");
rows:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const A left = a.read();
    const B right = b.read();
    Y out;
  lanes_a:
    for (int i = 0; i < A::Lanes; ++i) {
#pragma HLS UNROLL
      out.lane[i] = left.lane[i];
    }
  lanes_b:
    for (int i = 0; i < B::Lanes; ++i) {
#pragma HLS UNROLL
      out.lane[A::Lanes + i] = right.lane[i];
    }
    out.last = is_last = left.last;
    y.write(out);
  }
}

}  // namespace gg
