// Turn: the rows of a in each of the first Own turns, those of b in the others.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class T>
void turn(int layer, Stream<T>& a, Stream<T>& b, Stream<T>& y) {
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const T in = layer < C::Own ? a.read() : b.read();
    is_last = in.last;
    y.write(in);
  }
}

}  // namespace gg
