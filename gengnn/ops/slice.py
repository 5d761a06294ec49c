"""Slice: a range of the features of a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.algebra import Array, RowMap, Term
from gengnn.ops.base import (
    Cost,
    Interval,
    Op,
    Rows,
    Site,
)


@dataclass(frozen=True)
class Slice(Op):
    """x[:, start:stop] of the flattened row; `squeeze` drops the dimension of a single feature."""

    start: int
    stop: int
    squeeze: bool = False

    kernel: ClassVar[str] = "slice"
    whole_rows: ClassVar[bool] = True

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        shape = () if self.squeeze else (self.stop - self.start,)
        return replace(inputs[0], shape=shape)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        flat = inputs[0].reshape(-1, values[0].features)[:, self.start : self.stop]
        return flat.reshape(-1, *values[-1].shape).clone()

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return inputs[0]

    def simpler(self, made: Term) -> Term | None:
        x = made.terms[0]
        return x if self.stop - self.start == x.value.features else None

    def row_map(self, x: Value, params: Mapping[str, Array]) -> RowMap:
        return RowMap.wires(x.features, np.arange(self.start, self.stop))

    def lanes_taken(self) -> tuple[int, int]:
        return self.start, self.stop

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "LanesX": site.lanes["x"],
            "Lanes": site.lanes["y"],
            "Start": self.start,
            "Width": site.output.format.width,
        }

    def cost(self, site: Site) -> Cost:
        return Cost(lut=2, interval=site.beats("y", site.output), latency=0)
