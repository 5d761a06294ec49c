"""Not: the other rows of a mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.algebra import Term
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Op,
    Rows,
    Site,
)


@dataclass(frozen=True)
class Not(Op):
    """1 - x of a MASK."""

    kernel: ClassVar[str] = "logical_not"
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
        return 1 - inputs[0]

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return 0.0, 1.0

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        return Exact(0, 0, 1)

    def simpler(self, made: Term) -> Term | None:
        x = made.terms[0]
        return x.terms[0] if isinstance(x.op, Not) else None

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {"Lanes": site.lanes["y"]}

    def cost(self, site: Site) -> Cost:
        return Cost(lut=2, interval=site.beats("y", site.output), latency=0)
