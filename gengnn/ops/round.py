"""Round: numbers without their fraction."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from gengnn.fixed import FixedType, Rounding, bits_for, round_codes
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
from gengnn.ops.lowering import Abstract, LoweringError, Rowed, lowers

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder

MODES = {"floor": Rounding.TRN, "trunc": Rounding.TRN_ZERO, "round": Rounding.RND_CONV}
"""The functions, and the roundings that they are."""


@dataclass(frozen=True)
class Round(Op):
    """floor(x), trunc(x) or round(x) (halves to even), by `mode`."""

    mode: str

    kernel: ClassVar[str] = "round"
    is_rowwise: ClassVar[bool] = True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return inputs[0]

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        told: Tensor = getattr(torch, self.mode)(inputs[0])
        return told

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        low, high = inputs[0]
        return math.floor(low), math.ceil(high)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        low, high = codes_range(values[0])
        step = values[0].format.step
        return Exact(0, math.floor(low * step), math.ceil(high * step))

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return round_codes(inputs[0].to(torch.float64) * values[0].format.step, MODES[self.mode])

    def _whole(self, site: Site) -> tuple[Exact, Exact]:
        """The codes that come in, and the integers that they become."""
        x = site.inputs[0]
        return Exact(x.format.frac, *codes_range(x)), self.exact((x, site.output), {}, {})

    def kernel_params(self, site: Site) -> dict[str, int]:
        x, whole = site.inputs[0].format, self._whole(site)[1]
        return {
            "Lanes": site.lanes["y"],
            "WidthX": x.width,
            "Drop": x.frac,
            "Mode": MODES[self.mode].code,
            **cast_params(whole, site.output.format),
        }

    def cost(self, site: Site) -> Cost:
        lanes, y = site.lanes["y"], site.output.format
        exact, whole = self._whole(site)
        first = cast_cost(lanes, exact, FixedType(bits_for(whole.lo, whole.hi), 0))
        total = Cost(interval=site.beats("y", site.output), latency=0) + first
        return total + cast_cost(lanes, whole, y) + outlet_cost(lanes * y.width)


def rounded(b: Builder, x: Abstract, mode: str) -> Rowed:
    """Emit floor, trunc or round of x."""
    x = b.real(x)
    return replace(x, value=b.emit(Round(mode), [x.value]))


@lowers("aten.floor[_].default")
def lower_floor(b: Builder, x: Abstract) -> Rowed:
    """The largest integer up to x."""
    return rounded(b, x, "floor")


@lowers("aten.ceil[_].default")
def lower_ceil(b: Builder, x: Abstract) -> Rowed:
    """The smallest integer from x on: -floor(-x)."""
    return affine(b, rounded(b, affine(b, x, -1.0, 0.0), "floor"), -1.0, 0.0)


@lowers("aten.trunc[_].default", "aten.fix[_].default")
def lower_trunc(b: Builder, x: Abstract) -> Rowed:
    """The integer toward 0."""
    return rounded(b, x, "trunc")


@lowers("aten.round[_].default")
def lower_round(b: Builder, x: Abstract) -> Rowed:
    """The nearest integer, halves to the even one."""
    return rounded(b, x, "round")


@lowers("aten.round[_].decimals")
def lower_round_decimals(b: Builder, x: Abstract, *, decimals: int) -> Rowed:
    """The nearest multiple of a power of ten."""
    if abs(decimals) > MAX_DECIMALS:
        raise LoweringError(f"rounds to {decimals} decimals")
    scaled = rounded(b, affine(b, x, 10.0**decimals, 0.0), "round")
    return affine(b, scaled, 10.0**-decimals, 0.0)


MAX_DECIMALS = 6
"""Decimals that a number can be rounded to."""
