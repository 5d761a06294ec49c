// Writer: the rows of every result in turn, then a status beat that ends the packet. A status other
// than OK goes alone.
#pragma once

#include "beat.hpp"
#include "packet.hpp"

namespace gg {

template <int Bus>
void put_word(Stream<Axis<Bus>>& out, const ap_uint<Bus>& data, bool is_last) {
#pragma HLS INLINE
  Axis<Bus> beat;
  beat.data = data;
  beat.keep = -1;
  beat.strb = -1;
  beat.last = is_last;
  out.write(beat);
}

// The rows of result R, whose row takes Beats beats of its stream and BusBeats words of the bus.
template <class R, int Bus, class T>
void write_rows(Stream<T>& x, Stream<Axis<Bus>>& out, bool is_good) {
  constexpr int Bits = T::Lanes * T::Width;
  Row<Bus, R::BusBeats> row;
  int beat = 0;
rows:
  for (bool is_last = false; !is_last;) {
    const T in = x.read();
    is_last = in.last;
  lanes:
    for (int i = 0; i < T::Lanes; ++i) {
#pragma HLS UNROLL
      put_bits<T::Width>(row, beat * Bits + i * T::Width, ap_uint<T::Width>(in.lane[i]));
    }
    beat = beat == R::Beats - 1 ? 0 : beat + 1;
    if (beat == 0 && !is_last) {
    words:
      for (int w = 0; w < R::BusBeats; ++w) {
#pragma HLS PIPELINE II=1
        if (is_good) put_word<Bus>(out, row.word[w], false);
        row.word[w] = 0;
      }
    }
  }
}

template <int Bus>
void write_results(Stream<Axis<Bus>>&, bool) {}

template <int Bus, class R, class... Rest, class T, class... Streams>
void write_results(Stream<Axis<Bus>>& out, bool is_good, Stream<T>& x, Streams&... others) {
#pragma HLS INLINE
  write_rows<R, Bus>(x, out, is_good);
  write_results<Bus, Rest...>(out, is_good, others...);
}

// P names the Bus width; R... the results in the order of their streams. The cycles that the
// status beat has room for are counted by the RTL design only.
template <class P, class... R, class... Streams>
void respond(int status, Stream<Axis<P::Bus>>& out, Streams&... results) {
  write_results<P::Bus, R...>(out, status == OK, results...);
  put_word<P::Bus>(out, ap_uint<P::Bus>(status), true);
}

}  // namespace gg
