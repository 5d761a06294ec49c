"""Iota: each row's own position, as a map of its space into itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gengnn.ir import Kind, Param, Value
from gengnn.ops.base import Cost, Exact, Interval, Op, Rows, Site


@dataclass(frozen=True)
class Iota(Op):
    """y[r] = r."""

    kernel: ClassVar[str] = "iota"
    ports: ClassVar[tuple[str, ...]] = ("rows",)

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        space = inputs[0].space
        return Value(inputs[0].name, space, (), Kind.INDEX, target=space)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return torch.arange(inputs[0].shape[0], dtype=torch.int64)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return 0.0, float(limits["rows"] - 1)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        return Exact(0, 0, values[-1].format.hi)

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return self.real(inputs, params, values, rows).to(torch.float64)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {"Width": site.output.format.width}

    def cost(self, site: Site) -> Cost:
        lanes, width = site.lanes["y"], site.output.format.width
        return Cost(
            dsp=0,
            lut=width + lanes,
            ff=2 * width,
            interval=site.beats("y", site.output),
            latency=1,
        )
