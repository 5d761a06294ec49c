// Compare: a mask that tells where a relation holds between two rows.
#pragma once

#include "map_lanes.hpp"

namespace gg {

enum Relation { EQ, NE, LT, LE, GT, GE };

// Both operands have the lanes of the mask.
struct Aligned {
  static constexpr int Beats = 1, BroadcastA = 0, BroadcastB = 0;
};

template <class C, class A, class B, class Y>
void compare(Stream<A>& a, Stream<B>& b, Stream<Y>& y) {
  static_assert(C::Relation >= EQ && C::Relation <= GE, "unknown relation");
  static_assert(A::Signed == bool(C::Signed) && B::Signed == A::Signed, "operands as declared");
  map_pairs<Aligned>(a, b, y, [](typename A::Lane left, typename B::Lane right) {
    const bool is_less = left < right, is_equal = left == right;
    switch (C::Relation) {
      case EQ: return is_equal;
      case NE: return !is_equal;
      case LT: return is_less;
      case LE: return is_less || is_equal;
      case GT: return !is_less && !is_equal;
      default: return !is_less;
    }
  });
}

}  // namespace gg
