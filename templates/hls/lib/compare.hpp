// Compare: a mask that tells where a relation holds between two rows; a one-lane operand is
// broadcast. DropA or DropB fraction bits are those that the other operand does not have.
#pragma once

#include "map_lanes.hpp"

namespace gg {

enum Relation { EQ, NE, LT, LE, GT, GE };

// Twice code * 2^-Drop; a number between two integers counts as the half between them.
template <int Drop>
long long halves(long long code) {
#pragma HLS INLINE
  return ((code >> Drop) * 2) | ((code & ((1LL << Drop) - 1)) != 0);
}

template <class C, class A, class B, class Y>
void compare(Stream<A>& a, Stream<B>& b, Stream<Y>& y) {
  static_assert(C::Relation >= EQ && C::Relation <= GE, "unknown relation");
  static_assert(A::Signed == bool(C::SignedA) && B::Signed == bool(C::SignedB), "as declared");
  map_pairs<C>(a, b, y, [](typename A::Lane left, typename B::Lane right) {
    const long long p = halves<C::DropA>(left.to_int64());
    const long long q = halves<C::DropB>(right.to_int64());
    switch (C::Relation) {
      case EQ: return p == q;
      case NE: return p != q;
      case LT: return p < q;
      case LE: return p <= q;
      case GT: return p > q;
      default: return p >= q;
    }
  });
}

}  // namespace gg
