// Replay: the rows of a graph, Repeat times, each time followed by an end token. The first pass
// leaves while the rows arrive; they are stored for the others.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, class T>
void replay(Stream<T>& x, Stream<T>& y) {
  // static: too large for the stack of a C-simulation; every word is written before it is read
  static typename T::Lane memory[C::Depth][T::Lanes];
#pragma HLS ARRAY_RESHAPE variable=memory complete dim=2
  int count = 0;
store:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const T in = x.read();
    is_last = in.last;
  store_lanes:
    for (int i = 0; i < T::Lanes; ++i) {
#pragma HLS UNROLL
      if (!in.last) memory[count][i] = in.lane[i];
    }
    count += in.last ? 0 : 1;
    y.write(in);
  }
  int pass = 1, word = 0;
load:
  while (pass < C::Repeat) {
#pragma HLS PIPELINE II=1
    T out = end_token<T>();
    out.last = word == count;
  load_lanes:
    for (int i = 0; i < T::Lanes; ++i) {
#pragma HLS UNROLL
      if (!out.last) out.lane[i] = memory[word][i];
    }
    pass += out.last ? 1 : 0;
    word = out.last ? 0 : word + 1;
    y.write(out);
  }
}

}  // namespace gg
