"""Limits: the units that a graph waits for, and what it would save if they were quick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gengnn.design import Design, Unit
from gengnn.passes.estimate import Work, mean_cycles

CANDIDATES = 24
"""Units that are looked at: those that are busy for the longest."""

FEW = 8
"""Graphs that are enough to tell."""

SHOWN = 5
"""Units that are told at the most."""


@dataclass(frozen=True)
class Limit:
    """A unit that takes `interval` cycles per row; with one, a graph would take `saved` fewer."""

    unit: str
    interval: int
    multipliers: int
    saved: float
    what: str


def limits(design: Design, works: Sequence[Work]) -> list[Limit]:
    """The units whose pace costs the mean of `works` most cycles, by the estimate; worst first."""
    works = works[:: -(-len(works) // FEW)]
    base = mean_cycles(design, works)
    found = []
    for place in _busiest(design, works):
        unit = design.units[place]
        saved = base - mean_cycles(_with_quick(design, place), works)
        if saved > 0:
            cost = unit.cost
            found.append(Limit(unit.name, cost.interval, cost.dsp, saved, unit.comment))
    return sorted(found, key=lambda limit: (-limit.saved, limit.unit))[:SHOWN]


def _with_quick(design: Design, place: int) -> Design:
    """The design with a row per cycle in one unit."""
    units = list(design.units)
    units[place] = replace(units[place], cost=replace(units[place].cost, interval=1, scan=0.0))
    return replace(design, units=tuple(units))


def _busiest(design: Design, works: Sequence[Work]) -> list[int]:
    """Places of the units that take more than a cycle per row, by their cycles per graph."""
    counts = {
        space: float(np.mean([work.counts.get(space, 1) for work in works]))
        for space in {space for work in works for space in work.counts}
    }

    def cycles(unit: Unit) -> float:
        spaces = [design.streams[wire].space for wire in unit.outputs.values()]
        rows = max((counts.get(space, max(counts.values())) for space in spaces), default=1.0)
        layers = design.loops[unit.loop] if unit.loop >= 0 else 1
        return rows * layers * (unit.cost.interval + unit.cost.scan * rows)

    slow = [
        place
        for place, unit in enumerate(design.units)
        if unit.op is not None and (unit.cost.interval > 1 or unit.cost.scan > 0)
    ]
    return sorted(slow, key=lambda place: -cycles(design.units[place]))[:CANDIDATES]
