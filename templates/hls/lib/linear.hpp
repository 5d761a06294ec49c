// Linear: y = x W^T + b. A row takes StepsOf(layer) * Blocks cycles: in each, Parallel inputs meet
// LanesY outputs. Memory words: weight[layer, block, step] of (output, input) lanes, bias[layer,
// block]. The exact result goes UpOf(layer) bits up.
#pragma once

#include "beat.hpp"
#include "cast.hpp"
#include "resize.hpp"

namespace gg {

template <class C>
struct LinearShape {
  static constexpr int Steps = (C::Features + C::Parallel - 1) / C::Parallel;
  static constexpr int Blocks = C::Outputs / C::LanesY;
  static_assert(C::Outputs % C::LanesY == 0, "whole beats of outputs");
  static_assert(C::Features % C::LanesX == 0, "whole beats of inputs");
};

// The first word of a layer's weights; of layer Iters: how many there are.
template <class C>
constexpr int first_word(int layer) {
  int words = 0;
  for (int i = 0; i < layer; ++i) words += LinearShape<C>::Blocks * C::StepsOf(i);
  return words;
}

// Whole rows in, rows of Blocks beats out.
template <class C, class Row, class Y, class W, class B, int Words, int Biases>
void multiply(int layer, Stream<Row>& x, Stream<Y>& y,
              const W (&weight)[Words][C::LanesY * C::Parallel],
              const B (&bias)[Biases][C::LanesY]) {
#pragma HLS ARRAY_RESHAPE variable=weight complete dim=2
#pragma HLS ARRAY_RESHAPE variable=bias complete dim=2
  constexpr int Steps = LinearShape<C>::Steps, Blocks = LinearShape<C>::Blocks;
  static_assert(Words == first_word<C>(C::Iters), "a word for each step of each block");
  static_assert(Biases == C::Iters * Blocks, "a bias word for each block");
  // products of up to 16 x 16 bits are exact in 32 bits
  using Product = typename Native<C::WidthX + C::WidthW>::Type;
  typename Native<C::WidthX>::Type row[Steps * C::Parallel] = {};
  long long sum[C::LanesY] = {};
#pragma HLS ARRAY_PARTITION variable=row complete
#pragma HLS ARRAY_PARTITION variable=sum complete
  const int first = first_word<C>(layer), steps = C::StepsOf(layer), up = C::UpOf(layer);
  int block = 0, step = 0;
steps:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (block == 0 && step == 0) {
      const Row in = x.read();
      is_last = in.last;
    fetch:
      for (int i = 0; i < C::Features; ++i) {
#pragma HLS UNROLL
        row[i] = typename Native<C::WidthX>::Type(in.lane[i].to_int64());
      }
    }
    const int at = layer * Blocks + block, word = first + block * steps + step;
  outputs:
    for (int o = 0; o < C::LanesY; ++o) {
#pragma HLS UNROLL
      long long next = step == 0 ? (long long)bias[at][o] : sum[o];
    inputs:
      for (int i = 0; i < C::Parallel; ++i) {
#pragma HLS UNROLL
        const Product factor = row[step * C::Parallel + i];
        next += factor * Product(weight[word][o * C::Parallel + i]);
      }
      sum[o] = next;
    }
    if (step == steps - 1 || is_last) {
      Y out;
    cast_lanes:
      for (int o = 0; o < C::LanesY; ++o) {
#pragma HLS UNROLL
        out.lane[o] = cast<C>(sum[o] * (1LL << up));
      }
      out.last = is_last;
      y.write(out);
      block = block == Blocks - 1 ? 0 : block + 1;
    }
    step = step == steps - 1 ? 0 : step + 1;
  }
}

template <class C, class X, class Y, class W, class B, int Words, int Biases>
void linear(int layer, Stream<X>& x, Stream<Y>& y,
            const W (&weight)[Words][C::LanesY * C::Parallel],
            const B (&bias)[Biases][C::LanesY]) {
#pragma HLS DATAFLOW
  static_assert(X::Lanes == C::LanesX && X::Width == C::WidthX, "x as declared");
  static_assert(Y::Lanes == C::LanesY && Y::Width == C::WidthY, "y as declared");
  using Row = Beat<C::Features, C::WidthX, X::Signed>;
  Stream<Row> row("row");
  resize<C>(x, row);
  multiply<C>(layer, row, y, weight, bias);
}

}  // namespace gg
