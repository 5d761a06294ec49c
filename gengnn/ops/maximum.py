"""Maximum: the larger or the smaller of two rows, lane by lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.affine import affine
from gengnn.ops.algebra import Term
from gengnn.ops.base import (
    Cost,
    Interval,
    Op,
    Rows,
    Site,
)
from gengnn.ops.facts import Facts
from gengnn.ops.lowering import Abstract, Const, Full, Rowed, lowers, number
from gengnn.ops.pairs import align_pair, infer_pair, pair_params
from gengnn.ops.relu import Relu

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Maximum(Op):
    """max(a, b) for sign 1, min(a, b) for sign -1; a 1-lane operand is broadcast."""

    sign: int = 1

    kernel: ClassVar[str] = "maximum"
    is_rowwise: ClassVar[bool] = True
    ports: ClassVar[tuple[str, ...]] = ("a", "b")

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return infer_pair(inputs)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        a, b = align_pair(inputs, values)
        chosen = torch.maximum(a, b) if self.sign > 0 else torch.minimum(a, b)
        return chosen.reshape(-1, *values[-1].shape)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        choose = max if self.sign > 0 else min
        (low, high), (other_low, other_high) = inputs
        return choose(low, other_low), choose(high, other_high)

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        known = Facts.common(inputs)
        is_positive = self.sign > 0 and any(fact.is_positive for fact in inputs)
        return replace(known, is_positive=known.is_positive or is_positive)

    def is_idle(self, port: str, constant: float) -> bool:
        return constant * self.sign < 0

    def simpler(self, made: Term) -> Term | None:
        return made.terms[0] if made.terms[0] is made.terms[1] else None

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {**pair_params(site), "Minimum": int(self.sign < 0)}

    def cost(self, site: Site) -> Cost:
        bits = site.lanes["y"] * site.output.format.width
        return Cost(lut=bits * 9 // 5, ff=bits + 2, interval=site.beats("y", site.output))


@lowers("aten.maximum.default", "aten.max.other")
def lower_maximum(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """max(x, y)."""
    return _extremum(b, x, y, 1)


@lowers("aten.minimum.default", "aten.min.other")
def lower_minimum(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """min(x, y)."""
    return _extremum(b, x, y, -1)


@lowers("aten.clamp[_].default", "aten.clamp[_].Tensor")
def lower_clamp(b: Builder, x: Abstract, low: Abstract = None, high: Abstract = None) -> Rowed:
    """max(low, min(x, high))."""
    x = b.real(x)
    x = x if low is None else _extremum(b, x, low, 1)
    return x if high is None else _extremum(b, x, high, -1)


@lowers("aten.clamp_min[_].default")
def lower_clamp_min(b: Builder, x: Abstract, low: Abstract) -> Rowed:
    """max(x, low)."""
    return _extremum(b, x, low, 1)


@lowers("aten.clamp_max[_].default")
def lower_clamp_max(b: Builder, x: Abstract, high: Abstract) -> Rowed:
    """min(x, high)."""
    return _extremum(b, x, high, -1)


@lowers("aten.relu6[_].default")
def lower_relu6(b: Builder, x: Abstract) -> Rowed:
    """min(max(x, 0), 6)."""
    return lower_clamp(b, x, 0.0, 6.0)


@lowers("aten.abs[_].default")
def lower_abs(b: Builder, x: Abstract) -> Rowed:
    """max(x, -x)."""
    return _extremum(b, x, affine(b, x, -1.0, 0.0), 1)


def _extremum(b: Builder, x: Abstract, y: Abstract, sign: int) -> Rowed:
    if isinstance(number(x), Const):
        x, y = y, x
    const = number(y)
    if isinstance(y, Full) or const is None:
        first, second = b.align(b.real(x), b.real(y))
        return replace(first, value=b.emit(Maximum(sign), [first.value, second.value]))
    x, lanes = b.vector(b.real(x), const)
    if sign == 1 and not lanes.any():
        return replace(x, value=b.emit(Relu(), [x.value]))
    return replace(x, value=b.emit(Maximum(sign), [x.value, b.fill_lanes(lanes, x.value.space)]))
