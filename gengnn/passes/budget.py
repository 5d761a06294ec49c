"""Budget: what a design may use."""

from __future__ import annotations

from dataclasses import dataclass

from gengnn.ops.base import Cost
from gengnn.parts import Part


@dataclass(frozen=True)
class Budget:
    """What a design may use: a part, the share of its resources, a limit on multipliers."""

    part: Part
    clock_mhz: float = 300.0
    utilization: float = 0.7
    multipliers: int | None = None

    @property
    def dsp(self) -> int:
        """DSP blocks that may be used."""
        most = int(self.part.dsp * self.utilization)
        return most if self.multipliers is None else min(most, self.multipliers)

    @property
    def bram18(self) -> int:
        """RAMB18 blocks that may be used."""
        return int(self.part.bram18 * self.utilization)

    def exceeded(self, cost: Cost) -> list[str]:
        """What does not fit, as "name: needed of available"."""
        limits = {
            "DSP": (cost.dsp, self.dsp),
            "LUT": (cost.lut, int(self.part.lut * self.utilization)),
            "FF": (cost.ff, int(self.part.ff * self.utilization)),
            "BRAM18": (cost.bram18, self.bram18),
            "URAM": (cost.uram, int(self.part.uram * self.utilization)),
        }
        return [f"{name}: {need} of {most}" for name, (need, most) in limits.items() if need > most]
