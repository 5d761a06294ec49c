// Sender: gives the rows of a space to the streams of the machine. Layouts and fields are those of
// the loader.
#pragma once

#include "beat.hpp"
#include "packet.hpp"

namespace gg {

template <class R>
void send_row(const R&, bool, Fields<>) {}

template <class R, class F, class... Rest, class T, class... Streams>
void send_row(const R& row, bool is_last, Fields<F, Rest...>, Stream<T>& y, Streams&... others) {
#pragma HLS INLINE
  static_assert(F::Lanes == 0 || F::Lanes == T::Lanes, "a whole row in one beat");
  T out = end_token<T>();
lanes:
  for (int i = 0; i < F::Lanes; ++i) {
#pragma HLS UNROLL
    out.lane[i] = typename T::Lane(get_bits<F::Width>(row, F::Offset + i * F::Width));
  }
  out.last = is_last;
  y.write(out);
  send_row(row, is_last, Fields<Rest...>(), others...);
}

// The rows of layout L, one beat per row on the stream of each field in L::Sent.
template <class L, int Bus, int Words, class... Streams>
void send(Stream<Row<Bus, Words>>& x, Streams&... y) {
  const int count = x.read().word[0].to_int();
rows:
  for (int i = 0; i <= count; ++i) {
#pragma HLS PIPELINE II=1
    Row<Bus, Words> row;
    if (L::BusBeats > 0 && i < count) row = x.read();
    send_row(row, i == count, typename L::Sent(), y...);
  }
}

}  // namespace gg
