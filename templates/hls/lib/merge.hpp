// Merge: the rows of a in layer 0, those of b (what the layer before left) in the others.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class T>
void merge(int layer, Stream<T>& a, Stream<T>& b, Stream<T>& y) {
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const T in = layer == 0 ? a.read() : b.read();
    is_last = in.last;
    y.write(in);
  }
}

}  // namespace gg
