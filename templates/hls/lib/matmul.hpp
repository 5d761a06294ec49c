// Matmul: in every row y[b,i,j] = sum of a[b,i,k] * w[b,k,j] over k. A cycle multiplies a tile of
// Batch x Rows x Inner by one of Batch x Inner x Columns; both come as beats in the order of the
// row. A beat of a serves TurnsColumns beats of w, TurnsInner such steps make a block of results,
// and each batch of w is kept for its TurnsRows blocks of rows.
#pragma once

#include "beat.hpp"
#include "cast.hpp"

namespace gg {

// Result o of a tile: the sum of its Inner products.
template <class C, class A, class W>
long long matmul_term(const A& a, const W& w, int o) {
#pragma HLS INLINE
  using Product = typename Native<C::WidthA + C::WidthW>::Type;
  const int from = o / (C::Rows * C::Columns) * C::Inner * C::Columns + o % C::Columns;
  long long sum = 0;
terms:
  for (int k = 0; k < C::Inner; ++k) {
#pragma HLS UNROLL
    const Product left = Product(a.lane[o / C::Columns * C::Inner + k].to_int64());
    sum += left * Product(w.lane[from + k * C::Columns].to_int64());
  }
  return sum;
}

template <class C, class A, class W, class Y>
void matmul(Stream<A>& a, Stream<W>& w, Stream<Y>& y) {
  static_assert(A::Lanes == C::Batch * C::Rows * C::Inner && A::Width == C::WidthA, "a");
  static_assert(W::Lanes == C::Batch * C::Inner * C::Columns && W::Width == C::WidthW, "w");
  static_assert(Y::Lanes == C::Batch * C::Rows * C::Columns && Y::Width == C::WidthY, "y");
  A left;
  W kept[C::TurnsInner * C::TurnsColumns];
  long long sum[C::TurnsColumns][Y::Lanes] = {};
#pragma HLS ARRAY_PARTITION variable=sum complete dim=2
  int row = 0, inner = 0, column = 0;
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (column == 0) left = a.read();
    is_last = left.last;
    const int at = inner * C::TurnsColumns + column;
    W right = kept[at];
    if (row == 0) kept[at] = right = w.read();
    Y out;
  results:
    for (int o = 0; o < Y::Lanes; ++o) {
#pragma HLS UNROLL
      const long long term = matmul_term<C>(left, right, o);
      sum[column][o] = inner == 0 ? term : sum[column][o] + term;
      out.lane[o] = cast<C>(sum[column][o]);
    }
    out.last = is_last;
    if (is_last || inner == C::TurnsInner - 1) y.write(out);
    const bool column_end = column == C::TurnsColumns - 1;
    const bool inner_end = column_end && inner == C::TurnsInner - 1;
    column = column_end ? 0 : column + 1;
    if (column_end) inner = inner_end ? 0 : inner + 1;
    if (inner_end) row = row == C::TurnsRows - 1 ? 0 : row + 1;
  }
}

}  // namespace gg
