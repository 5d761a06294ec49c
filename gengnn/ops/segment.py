"""Segment: reduce rows that come sorted by where they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gengnn.ops.base import Cost, Setting, Site, cast_cost, memory_cost, outlet_cost
from gengnn.ops.cost import CHOICE_LUT, select_lut
from gengnn.ops.reduction import Reduction
from gengnn.ops.timing import Arrivals, Turn, paced


@dataclass(frozen=True)
class Segment(Reduction):
    """What Scatter does, for an `index` that never goes down.

    The rows of a target come side by side: one accumulator holds them, and hands the result on
    when the first row for a later target comes.
    """

    kernel: ClassVar[str] = "segment"
    sorted_ports: ClassVar[tuple[str, ...]] = ("index",)
    early_ports: ClassVar[Mapping[str, int]] = {"index": 2}  # through a FIFO; see gg_segment

    def arrivals(self, at: Turn) -> Arrivals:
        x, index, rows = at.inputs
        end = max(x.end, index.end)
        targets = at.codes[1]
        new = targets.copy()
        new[1:] -= targets[:-1]
        skipped = np.maximum(new - 1, 0).cumsum() * at.cost.interval  # cycles of rows of zeros
        start = paced(np.maximum(x.first, index.first) - skipped, at.cost.interval, 0.0) + skipped
        done = np.full(len(rows.first), end)
        later = targets.searchsorted(np.arange(len(done)), side="right")
        some = later < len(start)
        done[some] = start[later[some]]
        ready = np.maximum(done, rows.first)
        return at.passed(Arrivals(ready, ready, max(rows.end, end)))

    def kernel_params(self, site: Site) -> dict[str, Setting]:
        return self.settings(site)

    def cost(self, site: Site) -> Cost:
        lanes, beats = site.lanes["y"], site.beats("y", site.output)
        exact, x, y = self._exact_at(site), site.inputs[0].format, site.output.format
        width = exact.width if self.reduce == "sum" else x.width
        lut = select_lut(width) if self.reduce == "sum" else CHOICE_LUT * width
        total = Cost(
            lut=round(60 + lanes * lut),
            ff=60 + lanes * (2 * width + x.width),
            interval=beats,
            latency=2,
        )
        total += memory_cost(site.inputs[1].format.width + 2, site.max_rows["x"])
        if self.reduce == "sum":
            total += cast_cost(lanes, exact, y)
        return total + outlet_cost(lanes * y.width)
