"""Compare: a mask from two integers or two values of one format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gengnn.ir import Kind, Param, Value
from gengnn.ops.base import Cost, Exact, Interval, Op, Rows, Site

RELATIONS = ("eq", "ne", "lt", "le", "gt", "ge")
"""The relations in the order of the kernels' `Relation`."""


@dataclass(frozen=True)
class Compare(Op):
    """a relation b, with relation eq, ne, lt, le, gt or ge."""

    relation: str

    kernel: ClassVar[str] = "compare"
    ports: ClassVar[tuple[str, ...]] = ("a", "b")

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return Value(inputs[0].name, inputs[0].space, inputs[0].shape, Kind.MASK)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        told: Tensor = getattr(torch, self.relation)(*inputs)
        return told.to(torch.int64)

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
        return self.real(inputs, params, values, rows).to(torch.float64)

    def kernel_params(self, site: Site) -> dict[str, int]:
        a, b = site.inputs
        return {
            "Lanes": site.lanes["y"],
            "WidthA": a.format.width,
            "WidthB": b.format.width,
            "Signed": int(a.format.signed),
            "Relation": RELATIONS.index(self.relation),
        }

    def cost(self, site: Site) -> Cost:
        lanes, width = site.lanes["y"], site.output.format.width
        return Cost(
            dsp=0,
            lut=lanes * site.inputs[0].format.width,
            ff=lanes * width,
            interval=site.beats("y", site.output),
            latency=1,
        )
