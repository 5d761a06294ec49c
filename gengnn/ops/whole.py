"""Whole: numbers as integers from 0 on."""

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
class Whole(Op):
    """x rounded toward 0 and brought between 0 and bound - 1: positions, categories."""

    bound: int

    kernel: ClassVar[str] = "whole"

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], kind=Kind.INDEX, target=None, bound=self.bound)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return inputs[0].clamp(0, self.bound - 1).to(torch.int64)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return 0.0, float(self.bound - 1)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        return Exact(0, 0, self.bound - 1)

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
            "Shift": max(-site.output.format.width, min(form.frac, form.width)),
            "WidthY": site.output.format.width,
            "Most": self.bound - 1,
        }

    def cost(self, site: Site) -> Cost:
        bits = site.lanes["y"] * site.output.format.width
        width = site.lanes["y"] * site.inputs[0].format.width
        return Cost(lut=bits + width // 2, ff=bits + 2, interval=site.beats("y", site.output))
