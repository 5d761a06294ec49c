"""Dense: the rows of a group side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.base import (
    Cost,
    Interval,
    Op,
    Rows,
    Site,
    memory_cost,
    outlet_cost,
)
from gengnn.ops.timing import Arrivals, Turn


@dataclass(frozen=True)
class Dense(Op):
    """y[t] = the rows x[r] with index[r] = t side by side, each at its slot: [G, size F].

    Slots that no row has are 0; rows of the slots from `size` on are dropped. No two rows of one
    group may have one slot.
    """

    size: int

    kernel: ClassVar[str] = "dense"
    ports: ClassVar[tuple[str, ...]] = ("x", "slot", "index", "rows")
    fill_ports: ClassVar[tuple[str, ...]] = ("x", "slot", "index")

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], space=inputs[3].space, shape=(self.size * inputs[0].features,))

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        x = inputs[0].reshape(-1, values[0].features)
        slot, index = inputs[1].reshape(-1), inputs[2].reshape(-1)
        kept = slot < self.size
        out = x.new_zeros(inputs[3].shape[0], self.size, values[0].features)
        out[index[kept], slot[kept]] = x[kept]
        return out.flatten(1)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return min(inputs[0][0], 0.0), max(inputs[0][1], 0.0)

    def narrowed(self, values: Mapping[str, Value], most: int) -> dict[str, int]:
        """The lanes of x: a row of y is `size` rows of it."""
        features = values["x"].features
        lanes = max(d for d in range(1, min(features, most) + 1) if features % d == 0)
        return {"x": lanes, "slot": 1, "index": 1, "rows": 1, "y": lanes}

    def arrivals(self, at: Turn) -> Arrivals:
        filled = max(entry.end for entry in at.inputs[:-1])
        return at.passed(at.inputs[-1].from_cycle(filled))

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["x"],
            "Beats": site.beats("x", site.inputs[0]),
            "Size": self.size,
            "Rows": site.max_rows["y"],
            "Width": site.output.format.width,
            "WidthSlot": site.inputs[1].format.width,
            "WidthIndex": site.inputs[2].format.width,
        }

    def cost(self, site: Site) -> Cost:
        bits = site.lanes["y"] * site.output.format.width
        beats = site.beats("x", site.inputs[0])
        parts = (site.max_rows["y"], self.size, beats)
        address = sum((part - 1).bit_length() for part in parts)
        total = Cost(
            lut=40 + 5 * address + bits,
            ff=30 + 2 * address,
            interval=self.size * beats,
            latency=2,
        )
        return total + memory_cost(bits + 1, 1 << address) + outlet_cost(bits)
