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

template <class... F>
struct Fields {};

template <class R>
bool are_valid(const R&, const Sizes&, Fields<>) {
  return true;
}

// Whether every index of a row is within its bound.
template <class R, class F, class... Rest>
bool are_valid(const R& row, const Sizes& sizes, Fields<F, Rest...>) {
#pragma HLS INLINE
  const unsigned bound = F::Target == NO_SPACE ? F::Bound : sizes.of[F::Target % NO_SPACE];
  bool is_valid = are_valid(row, sizes, Fields<Rest...>());
lanes:
  for (int i = 0; i < F::Lanes; ++i) {
#pragma HLS UNROLL
    is_valid = is_valid && get_bits<F::Width>(row, F::Offset + i * F::Width).to_uint() < bound;
  }
  return is_valid;
}

// The rows of one space as they come from the bus.
template <class L, int Bus>
struct Intake {
  Row<Bus, (L::BusBeats > 0 ? L::BusBeats : 1)> row;
  int beat = 0;
  int word = 0;
  int left;

  explicit Intake(int rows) : left(rows * L::BusBeats) {}

  // Takes one word; returns whether the row that it completes, if it does, is valid.
  bool take(const ap_uint<Bus>& data, const Sizes& sizes, ap_uint<Bus> (&store)[L::Words]) {
#pragma HLS INLINE
    store[word++] = data;
    row.word[beat] = data;
    --left;
    const bool is_row = beat == L::BusBeats - 1;
    beat = is_row ? 0 : beat + 1;
    return !is_row || are_valid(row, sizes, typename L::Checked());
  }
};

// A packet P names its Bus width and its layouts Nodes, Edges, Graphs. `rows` are the rows of the
// three to send, `status` goes to the writer.
template <class P, int Bus = P::Bus>
void receive(Stream<Axis<Bus>>& in, ap_uint<Bus> (&nodes)[P::Nodes::Words],
             ap_uint<Bus> (&edges)[P::Edges::Words], ap_uint<Bus> (&graphs)[P::Graphs::Words],
             int& num_nodes, int& num_edges, int& num_graphs, int& status) {
  const Axis<Bus> header = in.read();
  const Sizes sizes(header.data);
  const bool is_small = sizes.of[NODES] <= P::Nodes::MaxRows &&
                        sizes.of[EDGES] <= P::Edges::MaxRows &&
                        sizes.of[GRAPHS] <= P::Graphs::MaxRows;
  Intake<typename P::Nodes, Bus> node_rows(is_small ? sizes.of[NODES] : 0);
  Intake<typename P::Edges, Bus> edge_rows(is_small ? sizes.of[EDGES] : 0);
  Intake<typename P::Graphs, Bus> graph_rows(is_small ? sizes.of[GRAPHS] : 0);
  bool is_valid = true, is_long = false;
words:
  for (bool is_last = header.last; !is_last;) {
#pragma HLS PIPELINE II=1
    const Axis<Bus> beat = in.read();
    is_last = beat.last;
    if (node_rows.left > 0) {
      is_valid = node_rows.take(beat.data, sizes, nodes) && is_valid;
    } else if (edge_rows.left > 0) {
      is_valid = edge_rows.take(beat.data, sizes, edges) && is_valid;
    } else if (graph_rows.left > 0) {
      is_valid = graph_rows.take(beat.data, sizes, graphs) && is_valid;
    } else {
      is_long = true;
    }
  }
  const bool is_short = node_rows.left > 0 || edge_rows.left > 0 || graph_rows.left > 0;
  status = !is_small  ? TOO_MANY_ROWS
           : is_short ? SHORT_PACKET
           : is_long  ? LONG_PACKET
           : is_valid ? OK
                      : BAD_INDEX;
  num_nodes = status == OK ? sizes.of[NODES] : 0;
  num_edges = status == OK ? sizes.of[EDGES] : 0;
  num_graphs = status == OK ? sizes.of[GRAPHS] : 0;
}

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
