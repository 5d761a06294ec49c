// Sender: lets the stored rows of a space into the machine. Layouts and fields are those of the
// loader.
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
template <class L, int Bus, class... Streams>
void send(const ap_uint<Bus> (&store)[L::Words], int count, Streams&... y) {
  constexpr int Steps = L::BusBeats > 0 ? L::BusBeats : 1;
  Row<Bus, Steps> row;
  int word = 0, step = 0;
  const int words = count * Steps;
rows:
  for (bool is_last = false; !is_last; ++word) {
#pragma HLS PIPELINE II=1
    is_last = word == words;
    if (L::BusBeats > 0 && !is_last) row.word[step] = store[word];
    if (step == Steps - 1 || is_last) send_row(row, is_last, typename L::Sent(), y...);
    step = step == Steps - 1 ? 0 : step + 1;
  }
}

}  // namespace gg
