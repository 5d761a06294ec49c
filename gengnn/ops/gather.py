"""Gather: pull the rows of one space along a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.base import Cost, Exact, Interval, Op, Rows, Site, memory_bram18, memory_lut


@dataclass(frozen=True)
class Gather(Op):
    """y[r] = x[index[r]]; the result lives in the space of the map."""

    kernel: ClassVar[str] = "gather"
    ports: ClassVar[tuple[str, ...]] = ("x", "index")
    fill_ports: ClassVar[tuple[str, ...]] = ("x",)

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], space=inputs[1].space)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return inputs[0].index_select(0, inputs[1].reshape(-1))

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
            "Rows": site.max_rows["x"],
            "WidthIndex": site.inputs[1].format.width,
            "Width": site.output.format.width,
        }

    def cost(self, site: Site) -> Cost:
        lanes, beats = site.lanes["y"], site.beats("y", site.output)
        bits, depth = lanes * site.output.format.width, beats * site.max_rows["x"]
        return Cost(
            lut=memory_lut(bits, depth) + lanes + 60,
            ff=2 * bits,
            bram18=memory_bram18(bits, depth),
            interval=beats,
            latency=3,
        )
