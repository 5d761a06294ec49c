"""Limits: the units that a graph waits for, and what it would save if they were quick.

Units of one pace on the same rows count as one: a graph waits for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gengnn.design import Design, Unit
from gengnn.passes.estimate import Work, mean_cycles
from gengnn.passes.recall import Recall

CANDIDATES = 12
"""Groups of units that are looked at: those that are busy for the longest."""

FEW = 8
"""Graphs that are enough to tell."""

SHOWN = 5
"""Groups that are told at the most."""


@dataclass(frozen=True)
class Limit:
    """Units that take `interval` cycles per row; with one, a graph would take `saved` fewer.

    `what` says of each unit where it comes from and what it does.
    """

    units: tuple[str, ...]
    interval: int
    multipliers: int
    saved: float
    what: tuple[str, ...]


def limits(design: Design, works: Sequence[Work]) -> list[Limit]:
    """The units whose pace costs the mean of `works` most cycles, by the estimate; worst first."""
    works = works[:: -(-len(works) // FEW)]
    recall = Recall()  # most units are as they were in what follows
    base = mean_cycles(design, works, recall)
    found = []
    for places in _busiest(design, works):
        saved = base - mean_cycles(_with_quick(design, places), works, recall)
        if saved > 0:
            units = [design.units[place] for place in places]
            names, what = zip(*((unit.name, unit.comment) for unit in units), strict=True)
            dsp = sum(unit.cost.dsp for unit in units)
            found.append(Limit(names, units[0].cost.interval, dsp, saved, what))
    return sorted(found, key=lambda limit: (-limit.saved, limit.units))[:SHOWN]


def _with_quick(design: Design, places: Sequence[int]) -> Design:
    """The design with a row per cycle in some units."""
    units = list(design.units)
    for place in places:
        cost = replace(units[place].cost, interval=1, scan=0.0)
        units[place] = replace(units[place], cost=cost)
    return replace(design, units=tuple(units))


def _busiest(design: Design, works: Sequence[Work]) -> list[list[int]]:
    """Places of the units that take more than a cycle per row, by their cycles per graph.

    Those that take as many cycles for rows of one space, in one loop, stand together.
    """
    counts = {
        space: float(np.mean([work.counts.get(space, 1) for work in works]))
        for space in {space for work in works for space in work.counts}
    }

    def spaces(unit: Unit) -> list[str]:
        return [design.streams[wire].space for wire in unit.outputs.values()]

    def cycles(place: int) -> float:
        unit = design.units[place]
        most = max(counts.values())
        rows = max((counts.get(space, most) for space in spaces(unit)), default=1.0)
        layers = design.loops[unit.loop] if unit.loop >= 0 else 1
        return rows * layers * (unit.cost.interval + unit.cost.scan * rows)

    groups: dict[object, list[int]] = {}
    for place, unit in enumerate(design.units):
        if unit.op is not None and (unit.cost.interval > 1 or unit.cost.scan > 0):
            pace = unit.loop, tuple(spaces(unit)), unit.cost.interval, unit.cost.scan
            groups.setdefault(pace, []).append(place)
    return sorted(groups.values(), key=lambda places: -cycles(places[0]))[:CANDIDATES]
