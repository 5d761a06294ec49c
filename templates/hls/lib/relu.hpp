// Relu: the positive part of every lane, in the folded layers whose bit of Active is set.
#pragma once

#include "map_lanes.hpp"

namespace gg {

template <class C, class X, class Y>
void relu(int layer, Stream<X>& x, Stream<Y>& y) {
  static_assert(X::Width == Y::Width, "relu keeps the format");
  const bool is_active = ((unsigned long long)C::Active >> layer & 1) != 0;
  map_lanes(x, y, [is_active](typename X::Lane v) {
    return is_active && v < 0 ? typename X::Lane(0) : v;
  });
}

}  // namespace gg
