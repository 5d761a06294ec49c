"""ConcatRows: the rows of one space, then those of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.base import (
    Cost,
    Interval,
    Op,
    Rows,
    Site,
)
from gengnn.ops.timing import Arrivals, Turn


@dataclass(frozen=True)
class ConcatRows(Op):
    """Rows of a, then rows of b; the result lives in the concat space `space`."""

    space: str

    kernel: ClassVar[str] = "concat_rows"
    held_ports: ClassVar[tuple[str, ...]] = ("b",)
    ports: ClassVar[tuple[str, ...]] = ("a", "b")
    moved_ports: ClassVar[tuple[str, ...]] = ("a", "b")

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], space=self.space)

    @property
    def made_space(self) -> str:
        return self.space

    def space_key(self, inputs: Sequence[str], spaces: Sequence[str]) -> object:
        return tuple(spaces)

    def into(self, space: str) -> Op:
        return ConcatRows(space)

    def place(self, inputs: Sequence[Tensor], values: Sequence[Value], rows: Rows) -> None:
        parts = [rows.graph_of[value.space] for value in values[:2]]
        rows.graph_of[self.space] = torch.cat(parts)

    def signature(self) -> object:
        return type(self)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return torch.cat([x.reshape(-1, *values[-1].shape) for x in inputs])

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return min(low for low, _ in inputs), max(high for _, high in inputs)

    def arrivals(self, at: Turn) -> Arrivals:
        first, second = at.inputs
        later = np.maximum(second.first, first.end)
        rows = Arrivals(
            np.concatenate([first.first, later]),
            np.concatenate([first.last, np.maximum(second.last, later)]),
            max(first.end, second.end),
        )
        return at.passed(rows)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {"Lanes": site.lanes["y"], "Width": site.output.format.width}

    def cost(self, site: Site) -> Cost:
        bits = site.lanes["y"] * site.output.format.width
        return Cost(lut=bits + 4, ff=1, interval=site.beats("y", site.output), latency=0)
