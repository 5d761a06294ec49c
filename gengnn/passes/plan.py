"""Plan: the choices that make a design of a netlist."""

from __future__ import annotations

from dataclasses import dataclass, field

from gengnn.design import OUTER
from gengnn.ops.base import Shape
from gengnn.passes.cells import fewest_lanes
from gengnn.passes.netlist import Cell

GRAPH_LANES = 16
"""Lanes of streams with one row per graph outside the loops: they are no bottleneck there."""


Region = tuple[int, int]
"""Scope and, outside the loops, level: the units that work at the same time."""


def region_of(cell: Cell) -> Region:
    """All levels of a loop work at the same time, as rows pass a barrier one by one."""
    return (OUTER, cell.level) if cell.is_outer else (cell.scope, 0)


@dataclass
class Plan:
    """The choices: the widest beat, and (interval, parallel, lanes) of each matrix unit.

    `beats` are the most beats that a row of a space may take in a region, 1 if not told; `own`
    are those of single cells, which go before. The matrix units `streamed` take the beats of a
    row as they come, all others whole rows. With `keeps_beats` rows that come in narrow beats stay
    in them where nothing is told.
    """

    widest: int
    shapes: dict[str, Shape] = field(default_factory=dict)
    beats: dict[tuple[Region, str], int] = field(default_factory=dict)
    own: dict[str, int] = field(default_factory=dict)
    streamed: tuple[str, ...] = ()
    keeps_beats: bool = True


def most_lanes(plan: Plan, cell: Cell, space: str, features: int) -> int:
    """Lanes of a beat, at the most, of rows of a space in front of or behind a cell."""
    own = plan.own.get(cell.name)
    if own is not None:
        return min(fewest_lanes(features, own), plan.widest)
    if space == "graphs" and cell.is_outer:
        return min(GRAPH_LANES, plan.widest)
    beats = plan.beats.get((region_of(cell), space), 1)
    return min(fewest_lanes(features, beats), plan.widest)
