"""Mul: the product of two rows, lane by lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gengnn.ir import Param, Value
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
)
from gengnn.ops.pairs import align_pair, infer_pair, pair_params


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
        total = Cost(
            dsp=lanes,
            ff=lanes * exact.width,
            interval=site.beats("y", site.output),
            latency=2,
        )
        return total + cast_cost(lanes, exact, site.output.format)
