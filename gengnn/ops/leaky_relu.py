"""LeakyRelu: the positive part and a fraction of the negative part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from gengnn.fixed import bits_for
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
    outlet_cost,
)
from gengnn.ops.facts import Facts
from gengnn.ops.lowering import Abstract, Rowed, lowers

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder

SLOPE_BITS = 15
"""Fraction bits of the slope."""


@dataclass(frozen=True)
class LeakyRelu(Op):
    """x for x >= 0, else slope * x, with the slope rounded to SLOPE_BITS fraction bits."""

    slope: float = 0.01

    kernel: ClassVar[str] = "leaky_relu"
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
        return torch.where(inputs[0] >= 0, inputs[0], inputs[0] * self.slope)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        ends = [end if end >= 0 else end * self.slope for end in inputs[0]]
        return min(ends), max(ends)

    @property
    def slope_code(self) -> int:
        """The slope in steps of 2**-SLOPE_BITS."""
        return round(self.slope * (1 << SLOPE_BITS))

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts.sign(inputs)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        low, high = codes_range(values[0])
        ends = [low * self.slope_code, low << SLOPE_BITS, high << SLOPE_BITS, 0]
        return Exact(values[0].format.frac + SLOPE_BITS, min(ends), max(ends))

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        x = inputs[0]
        return x * torch.where(x >= 0, float(1 << SLOPE_BITS), float(self.slope_code))

    def error(self, values: Sequence[Value]) -> float:
        """What rounding the slope costs at the most negative input."""
        x, y = values[0].format, values[-1].format
        off = abs(self.slope_code / (1 << SLOPE_BITS) - self.slope)
        return -x.lo * x.step * off / y.step

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "WidthX": site.inputs[0].format.width,
            "WidthSlope": bits_for(min(self.slope_code, 0), max(self.slope_code, 0)),
            "Slope": self.slope_code,
            "SlopeBits": SLOPE_BITS,
            **cast_params(self.exact((*site.inputs, site.output), {}, {}), site.output.format),
        }

    def cost(self, site: Site) -> Cost:
        lanes, exact = site.lanes["y"], self.exact((*site.inputs, site.output), {}, {})
        x, y = site.inputs[0].format.width, site.output.format
        total = Cost(
            dsp=lanes,
            lut=lanes * exact.width,
            ff=lanes * (3 * x + SLOPE_BITS),
            interval=site.beats("y", site.output),
            latency=2,
        )
        return total + cast_cost(lanes, exact, y) + outlet_cost(lanes * y.width)


@lowers("aten.leaky_relu[_].default")
def lower_leaky_relu(b: Builder, x: Abstract, negative_slope: float = 0.01) -> Rowed:
    """The input where it is positive, else negative_slope * x."""
    x = b.real(x)
    return replace(x, value=b.emit(LeakyRelu(float(negative_slope)), [x.value]))
