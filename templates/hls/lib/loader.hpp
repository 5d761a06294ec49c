// Loader: takes a packet from the bus, checks it as a whole and only then lets its rows into the
// machine. A packet that breaks a rule becomes an empty graph and a status other than OK.
//
// A layout L, the rows of one space, has MaxRows, BusBeats, Words (to store them all) and two
// lists of fields: Checked (indices) and Sent (one per stream). A field F has Offset, Lanes and
// Width in bits; one of indices has a Target, the space whose rows bound it, or else a Bound.
#pragma once

#include "beat.hpp"
#include "packet.hpp"

namespace gg {

template <class R, class S>
bool are_valid(const R&, const S&, Fields<>) {
  return true;
}

// Whether every index of a row is within its bound.
template <class R, class S, class F, class... Rest>
bool are_valid(const R& row, const S& sizes, Fields<F, Rest...>) {
#pragma HLS INLINE
  const unsigned bound = F::Target == NO_SPACE ? F::Bound : sizes.of[F::Target < 0 ? 0 : F::Target];
  bool is_valid = are_valid(row, sizes, Fields<Rest...>());
lanes:
  for (int i = 0; i < F::Lanes; ++i) {
#pragma HLS UNROLL
    is_valid = is_valid && get_bits<F::Width>(row, F::Offset + i * F::Width).to_uint() < bound;
  }
  return is_valid;
}

// The rows of layouts L..., numbers First and up, as they come from the bus: a word goes to the
// first space that lacks some. `take` and `let_in` are given store and row count of each space.
template <int Bus, int First, class... L>
struct Intake {
  template <class S>
  explicit Intake(const S&) {}
  template <class S>
  static bool is_small(const S&) {
    return true;
  }
  bool is_done() const { return true; }
  template <class S>
  bool take(const ap_uint<Bus>&, const S&) {
    return true;
  }
  template <class S>
  static void let_in(const S&, bool) {}
};

template <int Bus, int First, class L, class... Rest>
struct Intake<Bus, First, L, Rest...> {
  Row<Bus, (L::BusBeats > 0 ? L::BusBeats : 1)> row;
  int beat = 0;
  int word = 0;
  int left;
  Intake<Bus, First + 1, Rest...> others;

  template <class S>
  explicit Intake(const S& sizes) : left(sizes.of[First] * L::BusBeats), others(sizes) {}

  template <class S>
  static bool is_small(const S& sizes) {
    return sizes.of[First] <= L::MaxRows && Intake<Bus, First + 1, Rest...>::is_small(sizes);
  }

  bool is_done() const { return left == 0 && others.is_done(); }

  // Takes one word; returns whether the row that it completes, if it does, is valid.
  template <class S, class... Others>
  bool take(const ap_uint<Bus>& data, const S& sizes, ap_uint<Bus> (&store)[L::Words], int&,
            Others&... rest) {
#pragma HLS INLINE
    if (left == 0) return others.take(data, sizes, rest...);
    store[word++] = data;
    row.word[beat] = data;
    --left;
    const bool is_row = beat == L::BusBeats - 1;
    beat = is_row ? 0 : beat + 1;
    return !is_row || are_valid(row, sizes, typename L::Checked());
  }

  template <class S, class... Others>
  static void let_in(const S& sizes, bool is_good, ap_uint<Bus> (&)[L::Words], int& rows,
                     Others&... rest) {
#pragma HLS INLINE
    rows = is_good ? sizes.of[First] : 0;
    Intake<Bus, First + 1, Rest...>::let_in(sizes, is_good, rest...);
  }
};

// `spaces` are, for each layout in turn, its store and the rows to send from there; the writer
// takes `status`.
template <int Bus, class... L, class... Spaces>
void receive(Layouts<L...>, Stream<Axis<Bus>>& in, int& status, Spaces&... spaces) {
  Sizes<sizeof...(L), Bus> sizes;
  bool is_last = false;
  int beats = 0;
header:
  for (; beats < sizes.Beats && !is_last; ++beats) {
    const Axis<Bus> beat = in.read();
    sizes.take(beat.data, beats);
    is_last = beat.last;
  }
  const bool is_whole = beats == sizes.Beats;
  const bool is_small = Intake<Bus, 0, L...>::is_small(sizes);
  Intake<Bus, 0, L...> intake(is_small ? sizes : Sizes<sizeof...(L), Bus>());
  bool is_valid = true, is_long = false;
words:
  while (!is_last) {
#pragma HLS PIPELINE II=1
    const Axis<Bus> beat = in.read();
    is_last = beat.last;
    is_long = is_long || intake.is_done();
    is_valid = intake.take(beat.data, sizes, spaces...) && is_valid;
  }
  status = !is_small                        ? TOO_MANY_ROWS
           : !is_whole || !intake.is_done() ? SHORT_PACKET
           : is_long                        ? LONG_PACKET
           : is_valid                       ? OK
                                            : BAD_INDEX;
  Intake<Bus, 0, L...>::let_in(sizes, status == OK, spaces...);
}

}  // namespace gg
