// Select: a where the mask is set, else b, each cast to the format of the result; one-lane operands
// are broadcast.
#pragma once

#include "beat.hpp"
#include "cast.hpp"

namespace gg {

// The cast of one operand.
template <class C, int Width, int Shift_>
struct Operand {
  static constexpr int WidthAcc = Width, Shift = Shift_, WidthY = C::WidthY;
  static constexpr int Rounding = C::Rounding, Overflow = C::Overflow;
};

template <class C, class M, class A, class B, class Y>
void select(Stream<M>& mask, Stream<A>& a, Stream<B>& b, Stream<Y>& y) {
  static_assert(M::Lanes == (C::BroadcastM ? 1 : Y::Lanes), "the mask has the lanes of y, or one");
  static_assert(A::Lanes == (C::BroadcastA ? 1 : Y::Lanes), "a has the lanes of y, or one");
  static_assert(B::Lanes == (C::BroadcastB ? 1 : Y::Lanes), "b has the lanes of y, or one");
  M choice;
  A left;
  B right;
  int beat = 0;
beats:
  for (bool is_last = false; !is_last;) {
#pragma HLS PIPELINE II=1
    if (!C::BroadcastM || beat == 0) choice = mask.read();
    if (!C::BroadcastA || beat == 0) left = a.read();
    if (!C::BroadcastB || beat == 0) right = b.read();
    Y out;
  lanes:
    for (int i = 0; i < Y::Lanes; ++i) {
#pragma HLS UNROLL
      const auto p = cast<Operand<C, C::WidthA, C::ShiftA>>(left.lane[C::BroadcastA ? 0 : i]);
      const auto q = cast<Operand<C, C::WidthB, C::ShiftB>>(right.lane[C::BroadcastB ? 0 : i]);
      out.lane[i] = choice.lane[C::BroadcastM ? 0 : i] != 0 ? p : q;
    }
    out.last = is_last = choice.last;
    beat = beat == C::Beats - 1 ? 0 : beat + 1;
    y.write(out);
  }
}

}  // namespace gg
