"""Add: the sum or the difference of two rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
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
class Add(Op):
    """a + sign * b; a 1-lane operand is broadcast over the row."""

    sign: int = 1

    kernel: ClassVar[str] = "add"
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
        return (a + self.sign * b).reshape(-1, *values[-1].shape)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        (low, high), other = inputs
        ends = sorted(self.sign * end for end in other)
        return low + ends[0], high + ends[1]

    def _shifts(self, values: Sequence[Value]) -> tuple[int, int, int]:
        """Fraction bits of the exact result, left shifts of a and b."""
        fracs = [value.format.frac for value in values[:2]]
        frac = max(fracs)
        return frac, frac - fracs[0], frac - fracs[1]

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        frac, *shifts = self._shifts(values)
        ends = [
            (low << shift, high << shift)
            for (low, high), shift in zip(map(codes_range, values[:2]), shifts, strict=True)
        ]
        low, high = self.interval(ends, params, limits)
        return Exact(frac, int(low), int(high))

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        _, left, right = self._shifts(values)
        a, b = align_pair(inputs, values)
        total = torch.add(a * float(1 << left), b, alpha=self.sign * (1 << right))
        return total.reshape(-1, *values[-1].shape)

    def kernel_params(self, site: Site) -> dict[str, int]:
        values = (*site.inputs, site.output)
        _, left, right = self._shifts(values)
        return {
            **pair_params(site),
            "ShiftA": left,
            "ShiftB": right,
            "Subtract": int(self.sign < 0),
            **cast_params(self.exact(values, {}, {}), site.output.format),
        }

    def cost(self, site: Site) -> Cost:
        lanes, exact = site.lanes["y"], self.exact((*site.inputs, site.output), {}, {})
        total = Cost(lut=lanes * exact.width, interval=site.beats("y", site.output), latency=0)
        return total + cast_cost(lanes, exact, site.output.format)
