"""Odd: a mask that tells whether the whole part of a number is odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from gengnn.ir import Kind, Param, Value
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Op,
    Rows,
    Site,
)


@dataclass(frozen=True)
class Odd(Op):
    """floor(x) mod 2: the parity of a count."""

    kernel: ClassVar[str] = "odd"
    is_rowwise: ClassVar[bool] = True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], kind=Kind.MASK, target=None, bound=None)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return torch.floor(inputs[0]).remainder(2).to(torch.int64)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return 0.0, 1.0

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        return Exact(0, 0, 1)

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        step = values[0].format.step
        return self.real([inputs[0].to(torch.float64) * step], params, values, rows).double()

    def kernel_params(self, site: Site) -> dict[str, int]:
        form = site.inputs[0].format
        return {
            "Lanes": site.lanes["y"],
            "WidthX": form.width,
            "Place": min(form.frac, form.width - 1),
        }

    def cost(self, site: Site) -> Cost:
        return Cost(interval=site.beats("y", site.output), latency=0)
