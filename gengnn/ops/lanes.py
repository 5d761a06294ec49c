"""Lanes: the lanes of a row in another order, some of them several times or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.algebra import Array, Made, RowMap, Term
from gengnn.ops.base import Cost, Interval, Op, Rows, Setting, Site
from gengnn.ops.slice import Slice


@dataclass(frozen=True)
class Lanes(Op):
    """y[i] = x[source[i]] of the flattened row, x of any kind; wires only."""

    source: tuple[int, ...]

    kernel: ClassVar[str] = "lanes"
    whole_rows: ClassVar[bool] = True

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], shape=(len(self.source),))

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        flat = inputs[0].reshape(-1, values[0].features)
        return flat.index_select(1, torch.tensor(self.source))

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return inputs[0]

    def simpler(self, made: Term) -> Term | None:
        x = made.terms[0]
        return x if self.source == tuple(range(x.value.features)) else None

    def row_map(self, x: Value, params: Mapping[str, Array]) -> RowMap:
        return RowMap.wires(x.features, np.array(self.source))

    def of_map(self, told: RowMap) -> Made | None:
        """Consecutive lanes are a slice."""
        if told.source is None or not told.is_wiring:
            return None
        start, stop = int(told.source[0]), int(told.source[0]) + told.outputs
        if (told.source == np.arange(start, stop)).all():
            return Slice(start, stop), {}
        return Lanes(tuple(told.source.tolist())), {}

    def kernel_params(self, site: Site) -> dict[str, Setting]:
        return {
            "LanesX": site.lanes["x"],
            "Lanes": site.lanes["y"],
            "Source": self.source,
            "Width": site.output.format.width,
        }

    def cost(self, site: Site) -> Cost:
        return Cost(lut=2, interval=site.beats("y", site.output), latency=0)

    def __str__(self) -> str:
        """The first lanes stand for long maps."""
        told = " ".join(map(str, self.source[:MOST_TOLD]))
        return f"Lanes[{told}{' ...' if len(self.source) > MOST_TOLD else ''}]"


MOST_TOLD = 8
"""Lanes that the text form names."""
