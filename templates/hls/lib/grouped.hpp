// Grouped: in every row y[b,i,j] = bias[b,i,j] + sum of x[b,i,k] * w[b,k,j] over k. A cycle
// multiplies a tile of Batch x Rows x Inner by one of Batch x Inner x Columns; x comes as beats in
// the order of the row. Memory words: weight[layer, batch, inner, columns] and
// bias[layer, batch, rows, columns].
#pragma once

#include "beat.hpp"
#include "cast.hpp"

namespace gg {

template <class C>
struct GroupedShape {
  static constexpr int LanesX = C::Batch * C::Rows * C::Inner;
  static constexpr int LanesW = C::Batch * C::Inner * C::Columns;
  static constexpr int LanesY = C::Batch * C::Rows * C::Columns;
  static constexpr int Words = C::TurnsBatch * C::TurnsInner * C::TurnsColumns;
  static constexpr int Biases = C::TurnsBatch * C::TurnsRows * C::TurnsColumns;
};

// Result o of a tile: the sum of its Inner products.
template <class C, class X, class W>
long long grouped_term(const X& x, const W (&weight)[GroupedShape<C>::LanesW], int o) {
#pragma HLS INLINE
  // products of up to 16 x 16 bits are exact in 32 bits
  using Product = typename Native<C::WidthX + C::WidthW>::Type;
  const int from = o / (C::Rows * C::Columns) * C::Inner * C::Columns + o % C::Columns;
  long long sum = 0;
terms:
  for (int k = 0; k < C::Inner; ++k) {
#pragma HLS UNROLL
    const Product factor = Product(x.lane[o / C::Columns * C::Inner + k].to_int64());
    sum += factor * Product(weight[from + k * C::Columns]);
  }
  return sum;
}

template <class C, class X, class Y, class W, class B, int Words, int Biases>
void grouped(int layer, Stream<X>& x, Stream<Y>& y,
             const W (&weight)[Words][GroupedShape<C>::LanesW],
             const B (&bias)[Biases][GroupedShape<C>::LanesY]) {
#pragma HLS ARRAY_RESHAPE variable=weight complete dim=2
#pragma HLS ARRAY_RESHAPE variable=bias complete dim=2
  using Shape = GroupedShape<C>;
  static_assert(X::Lanes == Shape::LanesX && X::Width == C::WidthX, "x as declared");
  static_assert(Y::Lanes == Shape::LanesY && Y::Width == C::WidthY, "y as declared");
  static_assert(Words == C::Iters * Shape::Words, "a word for each tile of weights");
  static_assert(Biases == C::Iters * Shape::Biases, "a bias word for each block of results");
  X in;
  long long sum[C::TurnsColumns][Y::Lanes] = {};
#pragma HLS ARRAY_PARTITION variable=sum complete dim=2
  int batch = 0, row = 0, inner = 0, column = 0;
tiles:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (column == 0) in = x.read();
    is_last = in.last;
    const int group = layer * C::TurnsBatch + batch;
    const int word = (group * C::TurnsInner + inner) * C::TurnsColumns + column;
    const int at = (group * C::TurnsRows + row) * C::TurnsColumns + column;
    Y out;
  results:
    for (int o = 0; o < Y::Lanes; ++o) {
#pragma HLS UNROLL
      const long long before = inner == 0 ? (long long)bias[at][o] : sum[column][o];
      sum[column][o] = before + grouped_term<C>(in, weight[word], o);
      out.lane[o] = cast<C>(sum[column][o]);
    }
    out.last = is_last;
    if (is_last || inner == C::TurnsInner - 1) y.write(out);
    const bool column_end = column == C::TurnsColumns - 1;
    const bool inner_end = column_end && inner == C::TurnsInner - 1;
    const bool row_end = inner_end && row == C::TurnsRows - 1;
    column = column_end ? 0 : column + 1;
    if (column_end) inner = inner_end ? 0 : inner + 1;
    if (inner_end) row = row_end ? 0 : row + 1;
    if (row_end) batch = batch == C::TurnsBatch - 1 ? 0 : batch + 1;
  }
}

}  // namespace gg
