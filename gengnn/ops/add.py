"""Add: the sum or the difference of two rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from torch import Tensor

from gengnn.ir import Param, Value
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
from gengnn.ops.facts import NOTHING, Facts
from gengnn.ops.fill import Fill
from gengnn.ops.lowering import Abstract, Const, Extent, Full, Rowed, Stack, lowers, number
from gengnn.ops.pairs import align_pair, infer_pair, pair_params

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Add(Op):
    """a + sign * b; a 1-lane operand is broadcast over the row."""

    sign: int = 1

    kernel: ClassVar[str] = "add"
    is_rowwise: ClassVar[bool] = True
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

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts.common(inputs) if self.sign > 0 else NOTHING

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
        a = a * float(1 << left) if left else a
        total = torch.add(a, b, alpha=self.sign * (1 << right))
        return total.reshape(-1, *values[-1].shape)

    @property
    def is_sum(self) -> bool:
        return self.sign > 0

    def given(self, place: int, constant: float, lanes: int) -> Made:
        scale, shift = (self.sign, constant) if place == 0 else (1.0, self.sign * constant)
        return Affine(), {"scale": np.full(lanes, float(scale)), "shift": np.full(lanes, shift)}

    def absent(self, port: str, shape: tuple[int, ...]) -> Op | None:
        return Fill(0.0, shape=shape)

    def kept_from(self, inputs: Sequence[str], more: Sequence[int]) -> Sequence[int]:
        return more

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
        y, bits = site.output.format, lanes * exact.width
        total = Cost(lut=bits, ff=bits, interval=site.beats("y", site.output))
        return total + cast_cost(lanes, exact, y) + outlet_cost(lanes * y.width)


@lowers("aten.add[_].Tensor", "aten.add[_].Scalar")
def lower_add_call(b: Builder, x: Abstract, y: Abstract, *, alpha: float = 1.0) -> Abstract:
    """The sum; of an index map and a number of rows, a map that counts from further up."""
    if isinstance(y, (int, Extent)) and alpha == 1:
        if isinstance(x, Rowed) and x.is_map:
            return b.shift(x, y)
        if isinstance(x, Stack) and all(part.is_map for part in x.parts):
            return Stack(tuple(b.shift(part, y) for part in x.parts), x.dim)
    return lower_add(b, x, y, alpha=alpha)


def lower_add(b: Builder, x: Abstract, y: Abstract, *, alpha: float = 1.0) -> Rowed:
    """The sum x + alpha * y."""
    if isinstance(const := number(x) or x, (Const, Full)):
        return affine(b, y, alpha, const)
    if isinstance(const := number(y) or y, (Const, Full)):
        return affine(b, x, 1.0, replace(const, data=const.data * alpha))
    return _sum(b, x, y, alpha)


@lowers("aten.sub[_].Tensor", "aten.sub[_].Scalar")
def lower_sub(b: Builder, x: Abstract, y: Abstract, *, alpha: float = 1.0) -> Rowed:
    """The difference x - alpha * y."""
    return lower_add(b, x, y, alpha=-alpha)


@lowers("aten.rsub.Tensor", "aten.rsub.Scalar")
def lower_rsub(b: Builder, x: Abstract, y: Abstract, alpha: float = 1.0) -> Rowed:
    """The difference y - alpha * x."""
    return lower_add(b, y, x, alpha=-alpha)


def _sum(b: Builder, x: Abstract, y: Abstract, alpha: float) -> Rowed:
    sign = -1 if alpha == -1 else 1
    if sign * alpha != 1:
        y = affine(b, y, alpha, 0.0)
    first, second = b.align(b.real(x), b.real(y))
    return replace(first, value=b.emit(Add(sign), [first.value, second.value]))
