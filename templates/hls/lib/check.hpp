// Check: the indices in the rows of a packet. Fields are those of the loader.
#pragma once

#include "packet.hpp"

namespace gg {

template <class R, class S>
bool clean(R&, const S&, Fields<>) {
  return true;
}

// Puts 0 in place of every index of a row that is not within its bound; returns whether all are.
template <class R, class S, class F, class... Rest>
bool clean(R& row, const S& sizes, Fields<F, Rest...>) {
#pragma HLS INLINE
  const unsigned bound = F::Target == NO_SPACE ? F::Bound : sizes.of[F::Target < 0 ? 0 : F::Target];
  bool is_valid = clean(row, sizes, Fields<Rest...>());
lanes:
  for (int i = 0; i < F::Lanes; ++i) {
#pragma HLS UNROLL
    const int position = F::Offset + i * F::Width;
    const bool is_over = get_bits<F::Width>(row, position).to_uint() >= bound;
    if (is_over) clear_bits<F::Width>(row, position);
    is_valid = is_valid && !is_over;
  }
  return is_valid;
}

template <class S>
bool lacks_target(const S&, Fields<>) {
  return false;
}

// Whether a field points to a space without rows: no index can be right.
template <class S, class F, class... Rest>
bool lacks_target(const S& sizes, Fields<F, Rest...>) {
#pragma HLS INLINE
  const bool is_empty = F::Target != NO_SPACE && sizes.of[F::Target < 0 ? 0 : F::Target] == 0;
  return is_empty || lacks_target(sizes, Fields<Rest...>());
}

}  // namespace gg
