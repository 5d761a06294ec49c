"""Filter: the rows that a mask keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.base import Cost, Exact, Interval, Op, Rows, Site


@dataclass(frozen=True)
class Filter(Op):
    """x[mask]; the result lives in the filter space `space`."""

    space: str

    kernel: ClassVar[str] = "filter"
    ports: ClassVar[tuple[str, ...]] = ("x", "mask")

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], space=self.space)

    def place(self, inputs: Sequence[Tensor], values: Sequence[Value], rows: Rows) -> None:
        rows.graph_of[self.space] = rows.graph_of[values[0].space][inputs[1].reshape(-1) > 0]

    def signature(self) -> object:
        return type(self)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return inputs[0][inputs[1].reshape(-1) > 0]

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return inputs[0]

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        return Exact(values[-1].format.frac, values[-1].format.lo, values[-1].format.hi)

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return self.real(inputs, params, values, rows).to(torch.float64)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "Width": site.output.format.width,
        }

    def cost(self, site: Site) -> Cost:
        lanes, width = site.lanes["y"], site.output.format.width
        return Cost(
            dsp=0,
            lut=lanes,
            ff=lanes * width,
            interval=site.beats("y", site.output),
            latency=1,
        )
