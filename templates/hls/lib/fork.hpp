// Fork: a copy of every beat to each port whose bit, Mask[layer * Ports + port], is set.
#pragma once

#include "beat.hpp"

namespace gg {

template <class C, int Port, class T>
void fork_to(int, const T&) {
  static_assert(Port == C::Ports, "a stream for each port");
}

template <class C, int Port, class T, class... Rest>
void fork_to(int layer, const T& beat, Stream<T>& y, Stream<Rest>&... rest) {
#pragma HLS INLINE
  const int bit = layer * C::Ports + Port;
  if (((unsigned long long)C::Mask >> bit & 1) != 0) y.write(beat);
  fork_to<C, Port + 1>(layer, beat, rest...);
}

template <class C, class T, class... Ports>
void fork(int layer, Stream<T>& x, Stream<Ports>&... y) {
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    const T in = x.read();
    is_last = in.last;
    fork_to<C, 0>(layer, in, y...);
  }
}

}  // namespace gg
