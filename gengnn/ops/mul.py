"""Mul: the product of two rows, lane by lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from torch import Tensor

from gengnn.ir import Kind, Param, Value
from gengnn.ops.affine import Affine, affine
from gengnn.ops.algebra import Made
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Op,
    Rows,
    Site,
    cast_cost,
    cast_params,
    codes_range,
    outlet_cost,
)
from gengnn.ops.facts import Facts
from gengnn.ops.lowering import Abstract, Const, Full, Rowed, lowers, number
from gengnn.ops.pairs import align_pair, infer_pair, pair_params
from gengnn.ops.select import select

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Mul(Op):
    """a * b; a 1-lane operand is broadcast over the row."""

    kernel: ClassVar[str] = "mul"
    is_rowwise: ClassVar[bool] = True
    ports: ClassVar[tuple[str, ...]] = ("a", "b")

    @property
    def widens(self) -> bool:
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
        return (a * b).reshape(-1, *values[-1].shape)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        ends = [x * y for x in inputs[0] for y in inputs[1]]
        return min(ends), max(ends)

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts(is_positive=True) if is_same else Facts.sign(inputs)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        low, high = self.interval([codes_range(v) for v in values[:2]], params, limits)
        return Exact(values[0].format.frac + values[1].format.frac, int(low), int(high))

    def given(self, place: int, constant: float, lanes: int) -> Made:
        return Affine(), {"scale": np.full(lanes, constant), "shift": np.zeros(lanes)}

    def kept_from(self, inputs: Sequence[str], more: Sequence[int]) -> Sequence[int]:
        """One wide factor: that of a mean. A product of two would be too wide."""
        return more if len(more) == 1 and inputs[0] != inputs[1] else ()

    def kernel_params(self, site: Site) -> dict[str, int]:
        exact = self.exact((*site.inputs, site.output), {}, {})
        return {**pair_params(site), **cast_params(exact, site.output.format)}

    def cost(self, site: Site) -> Cost:
        lanes, exact = site.lanes["y"], self.exact((*site.inputs, site.output), {}, {})
        y, widths = site.output.format, sum(value.format.width for value in site.inputs)
        total = Cost(
            dsp=lanes, ff=lanes * 2 * widths, interval=site.beats("y", site.output), latency=2
        )
        return total + cast_cost(lanes, exact, y) + outlet_cost(lanes * y.width)


@lowers("aten.mul[_].Tensor", "aten.mul[_].Scalar")
def lower_mul(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """The product x * y; times a mask it is a choice between the numbers and 0."""
    if isinstance(number(x) or x, (Const, Full)):
        x, y = y, x
    if isinstance(const := number(y) or y, (Const, Full)):
        return affine(b, x, const, 0.0)
    if _is_mask(y):
        x, y = y, x
    if isinstance(x, Rowed) and _is_mask(x):
        return select(b, x, y, 0.0)
    first, second = b.align(b.real(x), b.real(y))
    return replace(first, value=b.emit(Mul(), [first.value, second.value]))


def _is_mask(x: Abstract) -> bool:
    return isinstance(x, Rowed) and x.value.kind is Kind.MASK
