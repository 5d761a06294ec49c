"""Order: the rows of an index map, sorted by where they point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from gengnn.ir import Kind, Param, Value
from gengnn.ops.base import (
    Cost,
    Interval,
    Op,
    Rows,
    Site,
    memory_cost,
)
from gengnn.ops.timing import Arrivals, Turn, steady


@dataclass(frozen=True)
class Order(Op):
    """The permutation that sorts `index`: index[y[0]] <= index[y[1]] ...; equals keep their order.

    The kernels build one list of rows per target while the map comes in, then walk the lists.
    """

    kernel: ClassVar[str] = "order"
    ports: ClassVar[tuple[str, ...]] = ("index",)
    fill_ports: ClassVar[tuple[str, ...]] = ("index",)

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
        return torch.argsort(inputs[0].reshape(-1), stable=True)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return 0.0, float(limits["index"] - 1)

    def arrivals(self, at: Turn) -> Arrivals:
        """One row per cycle, or one per target where targets without rows come between."""
        start = max(at.inputs[0].end, at.free) + at.cost.latency
        targets = np.sort(at.codes[0])
        rows = steady(start, len(targets), 1.0)
        late = np.maximum.accumulate(targets - targets.min(initial=0) - np.arange(len(targets)))
        first = rows.first + np.maximum(late, 0) + targets.min(initial=0)
        return Arrivals(first, first, float(first.max(initial=start)) + 1)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "MaxX": site.max_rows["index"],
            "WidthIndex": site.inputs[0].format.width,
            "Width": site.output.format.width,
        }

    def cost(self, site: Site) -> Cost:
        target, row = site.inputs[0].format.width, site.output.format.width
        lists = memory_cost(2 * row + 1, 1 << target) + memory_cost(row, site.max_rows["index"])
        return lists + Cost(lut=60, ff=5 * row + target, latency=3)
