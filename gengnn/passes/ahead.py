"""Ahead: how far the rows of a branch may come ahead of those that they meet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gengnn.design import Design, Stream, Unit
from gengnn.ops.base import SHALLOW_DEPTH
from gengnn.ops.timing import Arrivals, Cycles, paced

OUTLET_BEATS = 8
"""Places behind the shortest pipeline."""

MATRIX_BEATS = 3
"""Places behind a matrix unit, besides those for the rows in its pipeline."""


@dataclass(frozen=True)
class Ahead:
    """The slowest unit behind the last buffer that holds a whole graph.

    It makes a row every `interval` cycles; there is room for `rows` of them, and a row gets through
    in `latency` cycles.
    """

    interval: int = 1
    rows: int = 0
    latency: int = 0

    def behind(self, unit: Unit, beats: int) -> Ahead:
        """The same behind one unit more, whose rows take `beats` beats."""
        rows, latency = room_in(unit, beats), unit.cost.latency
        if unit.cost.interval >= self.interval:
            return Ahead(unit.cost.interval, rows, latency)
        return Ahead(self.interval, self.rows + rows, self.latency + latency)

    def held(self, rows: Arrivals, met: Cycles) -> Arrivals:
        """Rows of this branch where a row is taken when that which it meets is there.

        A row starts when one so many before it was taken, so rows that are met in quick succession
        after a pause wait for this branch.
        """
        room = max(self.rows, math.ceil(self.latency / self.interval), 1)
        if self.interval <= 1 or len(met) <= room:
            return rows
        start = paced(met, self.interval, 0.0)[:-room]
        late = np.zeros(len(met))
        late[room:] = np.maximum(start + self.latency - rows.first[room:], 0.0)
        last = rows.last + late
        return Arrivals(rows.first + late, last, max(rows.end, float(last[-1]) + 1))


def aheads(design: Design) -> dict[str, Ahead]:
    """That of each stream of a design."""
    found: dict[str, Ahead] = {}
    for unit in design.units:
        ahead = Ahead()
        if unit.kernel != "replay" and not holds_graph(unit):
            ahead = _latest(unit, found).behind(unit, beats_behind(unit, design.streams))
        found.update(dict.fromkeys(unit.outputs.values(), ahead))
    return found


def _latest(unit: Unit, found: Mapping[str, Ahead]) -> Ahead:
    """The slowest branch that leads into a unit; nothing in front of a barrier counts."""
    if unit.op is not None and unit.op.is_barrier:
        return Ahead()
    known = [found[wire] for wire in unit.inputs.values() if wire in found]
    return max(known, key=lambda ahead: ahead.interval, default=Ahead())


def beats_behind(unit: Unit, streams: Mapping[str, Stream]) -> int:
    """Beats of a row that a unit makes."""
    return max(streams[wire].beats for wire in unit.outputs.values())


def holds_graph(unit: Unit) -> bool:
    """Whether a unit is a buffer that holds a whole graph."""
    return unit.kernel == "fifo" and unit.number("Depth") > SHALLOW_DEPTH


def room_in(unit: Unit, beats: int) -> int:
    """Rows that a unit holds when nobody takes them."""
    if unit.kernel == "fifo":
        return unit.number("Depth") // beats
    if unit.kernel == "resize":
        return 1
    if unit.op is None or unit.cost.latency <= 1:
        return 0
    if unit.op.multiplies:
        steps = max(unit.cost.interval // beats, 1)
        return (unit.cost.latency // steps + MATRIX_BEATS) // beats
    return max(unit.cost.latency + 1, OUTLET_BEATS) // beats
