// Beats: rows in flight. A row of F features is F / Lanes beats; after the last row of a graph
// comes one beat with `last` set and no data (the end token).
#pragma once

#include <ap_int.h>
#include <hls_stream.h>

#include <type_traits>

namespace gg {

template <int Width, bool Signed>
using Code = typename std::conditional<Signed, ap_int<Width>, ap_uint<Width>>::type;

template <int Lanes_, int Width_, bool Signed_>
struct Beat {
  static constexpr int Lanes = Lanes_;
  static constexpr int Width = Width_;
  static constexpr bool Signed = Signed_;
  using Lane = Code<Width, Signed>;

  Lane lane[Lanes];
  bool last;
};

template <class T>
using Stream = hls::stream<T>;

template <class T>
T end_token() {
  T beat;
lanes:
  for (int i = 0; i < T::Lanes; ++i) {
#pragma HLS UNROLL
    beat.lane[i] = 0;
  }
  beat.last = true;
  return beat;
}

// The narrowest C integer that holds a code: what C-simulation computes with. Synthesis sees
// sign-extended operands and a truncated result, and keeps only the bits that matter.
template <int Width>
struct Native {
  static_assert(Width >= 1 && Width <= 64, "codes have 1 to 64 bits");
  using Type = typename std::conditional<
      (Width <= 8), signed char,
      typename std::conditional<
          (Width <= 16), short,
          typename std::conditional<(Width <= 32), int, long long>::type>::type>::type;
};

}  // namespace gg
