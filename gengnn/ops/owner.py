"""Owner: the graph that each row belongs to, for models that take no `batch`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

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
class Owner(Op):
    """y[r] = the graph of row r; a packet then holds one graph, so the hardware emits 0."""

    kernel: ClassVar[str] = "fill"
    ports: ClassVar[tuple[str, ...]] = ("rows",)

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return Value(inputs[0].name, inputs[0].space, (), Kind.INDEX, target="graphs")

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return rows.graph_of[values[0].space].clone()

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return 0.0, 0.0

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        return Exact(0, 0, 0)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {"Code": 0, "Lanes": 1, "Beats": 1, "Width": site.output.format.width}

    def cost(self, site: Site) -> Cost:
        return Cost(lut=2, interval=site.beats("y", site.output), latency=0)
