"""Convert: the same numbers in another format."""

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
    outlet_cost,
)
from gengnn.ops.facts import Facts


@dataclass(frozen=True)
class Convert(Op):
    """x.float() of an INDEX or MASK value, or a REAL value in a new format."""

    kernel: ClassVar[str] = "convert"
    is_rowwise: ClassVar[bool] = True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return Value(inputs[0].name, inputs[0].space, inputs[0].shape)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return inputs[0].to(torch.float64)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return inputs[0]

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts.common(inputs)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        return Exact(values[0].format.frac, *codes_range(values[0]))

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return inputs[0].to(torch.float64, copy=True)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "WidthX": site.inputs[0].format.width,
            "SignedX": int(site.inputs[0].format.signed),
            **cast_params(self.exact((*site.inputs, site.output), {}, {}), site.output.format),
        }

    def cost(self, site: Site) -> Cost:
        lanes, exact = site.lanes["y"], self.exact((*site.inputs, site.output), {}, {})
        y, total = site.output.format, Cost(interval=site.beats("y", site.output), latency=0)
        return total + cast_cost(lanes, exact, y) + outlet_cost(lanes * y.width)
