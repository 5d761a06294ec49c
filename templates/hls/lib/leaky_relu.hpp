// LeakyRelu: x, or x times Slope / 2^SlopeBits where x is negative.
#pragma once

#include "cast.hpp"
#include "map_lanes.hpp"

namespace gg {

template <class C, class X, class Y>
void leaky_relu(Stream<X>& x, Stream<Y>& y) {
  static_assert(X::Width == C::WidthX && Y::Width == C::WidthY, "streams have the unit's widths");
  map_lanes(x, y, [](typename X::Lane v) {
    const long long code = v.to_int64();
    return cast<C>(code * (code < 0 ? (long long)C::Slope : 1LL << C::SlopeBits));
  });
}

}  // namespace gg
