// Loader: takes a packet from the bus and lets its rows into the machine as they come. A packet
// whose header breaks a rule becomes an empty graph; one that turns out bad later is made whole
// with zeros, so that the machine can end it. Either has a status other than OK.
//
// A layout L, the rows of one space, has MaxRows, BusBeats and two lists of fields: Checked
// (indices) and Sent (one per stream). A field F has Offset, Lanes and Width in bits; one of
// indices has a Target, the space whose rows bound it, or else a Bound.
#pragma once

#include "beat.hpp"
#include "check.hpp"
#include "packet.hpp"

namespace gg {

// The rows of layouts L..., numbers First and up, as they come from the bus: a word goes to the
// first space that lacks some. The functions are given the stream of each space to its sender.
template <int Bus, int First, class... L>
struct Intake {
  template <class S>
  explicit Intake(const S&) {}
  template <class S>
  static bool is_small(const S&) {
    return true;
  }
  template <class S>
  static bool is_bare(const S&) {
    return false;
  }
  bool is_done() const { return true; }
  template <class S>
  static void announce(const S&, bool) {}
  template <class S>
  bool take(const ap_uint<Bus>&, const S&, bool) {
    return true;
  }
};

template <int Bus, int First, class L, class... Rest>
struct Intake<Bus, First, L, Rest...> {
  RowOf<Bus, L> row;
  int beat = 0;
  int left;
  Intake<Bus, First + 1, Rest...> others;

  template <class S>
  explicit Intake(const S& sizes) : left(sizes.of[First] * L::BusBeats), others(sizes) {}

  template <class S>
  static bool is_small(const S& sizes) {
    return sizes.of[First] <= L::MaxRows && Intake<Bus, First + 1, Rest...>::is_small(sizes);
  }

  template <class S>
  static bool is_bare(const S& sizes) {
    const bool is_here = sizes.of[First] > 0 && lacks_target(sizes, typename L::Checked());
    return is_here || Intake<Bus, First + 1, Rest...>::is_bare(sizes);
  }

  bool is_done() const { return left == 0 && others.is_done(); }

  // Tells the senders how many rows will come.
  template <class S, class... Others>
  static void announce(const S& sizes, bool is_let_in, Stream<RowOf<Bus, L>>& rows,
                       Others&... rest) {
#pragma HLS INLINE
    RowOf<Bus, L> count;
    count.word[0] = is_let_in ? sizes.of[First] : 0;
    rows.write(count);
    Intake<Bus, First + 1, Rest...>::announce(sizes, is_let_in, rest...);
  }

  // Takes one word; returns whether the row that it completes, if it does, is valid.
  template <class S, class... Others>
  bool take(const ap_uint<Bus>& data, const S& sizes, bool is_let_in, Stream<RowOf<Bus, L>>& rows,
            Others&... rest) {
#pragma HLS INLINE
    if (left == 0) return others.take(data, sizes, is_let_in, rest...);
    row.word[beat] = data;
    --left;
    const bool is_row = beat == L::BusBeats - 1;
    beat = is_row ? 0 : beat + 1;
    if (!is_row) return true;
    const bool is_valid = clean(row, sizes, typename L::Checked());
    if (is_let_in) rows.write(row);
    return is_valid;
  }
};

// `spaces` are the streams of the layouts in turn, the writer takes `status`.
template <int Bus, class... L, class... Spaces>
void receive(Layouts<L...>, Stream<Axis<Bus>>& in, int& status, Spaces&... spaces) {
  using All = Intake<Bus, 0, L...>;
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
  const bool is_small = All::is_small(sizes);
  const bool is_let_in = is_whole && is_small && !All::is_bare(sizes);
  All::announce(sizes, is_let_in, spaces...);
  All intake(is_small ? sizes : Sizes<sizeof...(L), Bus>());
  bool is_valid = true, is_long = false;
words:
  while (!is_last) {
#pragma HLS PIPELINE II=1
    const Axis<Bus> beat = in.read();
    is_last = beat.last;
    is_long = is_long || intake.is_done();
    is_valid = intake.take(beat.data, sizes, is_let_in, spaces...) && is_valid;
  }
  status = !is_small                        ? TOO_MANY_ROWS
           : !is_whole || !intake.is_done() ? SHORT_PACKET
           : is_long                        ? LONG_PACKET
           : is_valid                       ? OK
                                            : BAD_INDEX;
missing:
  while (is_let_in && !intake.is_done()) {
#pragma HLS PIPELINE II=1
    intake.take(ap_uint<Bus>(0), sizes, is_let_in, spaces...);
  }
}

}  // namespace gg
