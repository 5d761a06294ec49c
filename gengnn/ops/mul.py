"""Mul: the product of two rows, lane by lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.affine import affine
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
from gengnn.ops.lowering import Abstract, Const, Full, Rowed, lowers, number
from gengnn.ops.pairs import align_pair, infer_pair, pair_params

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Mul(Op):
    """a * b; a 1-lane operand is broadcast over the row."""

    kernel: ClassVar[str] = "mul"
    ports: ClassVar[tuple[str, ...]] = ("a", "b")

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

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        low, high = self.interval([codes_range(v) for v in values[:2]], params, limits)
        return Exact(values[0].format.frac + values[1].format.frac, int(low), int(high))

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return self.real(inputs, params, values, rows)

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
    """The product x * y."""
    if isinstance(number(x) or x, (Const, Full)):
        x, y = y, x
    if isinstance(const := number(y) or y, (Const, Full)):
        return affine(b, x, const, 0.0)
    first, second = b.align(b.real(x), b.real(y))
    return replace(first, value=b.emit(Mul(), [first.value, second.value]))
