"""Units that stand still because nobody takes their rows, and those who wait for them."""

from __future__ import annotations

import numpy as np
import pytest

from gengnn.design import Design
from gengnn.ops.timing import Arrivals, steady
from gengnn.parts import part
from gengnn.passes.estimate import estimate
from gengnn.passes.fold import fold
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.schedule import Budget, schedule
from gengnn.passes.stalls import Fellow, Stalls
from tests.graphs import chain, chains

MADE = Arrivals(np.array([10.0, 20, 30, 40]), np.array([10.0, 20, 30, 40]), 41)
"""What a reader with a latency of 2 made of rows that it took in cycles 8, 18, 28 and 38."""


@pytest.mark.parametrize(
    ("room", "came", "end"), [(0, [0, 9, 19, 29], 39), (2, [0, 1, 2, 9], 19), (4, [0, 1, 2, 3], 4)]
)
def test_a_row_comes_when_the_one_before_it_went_to_all(
    room: int, came: list[int], end: int
) -> None:
    held = Fellow("", 2, room).held(steady(0, 4, 1), MADE)
    assert held.first.tolist() == held.last.tolist() == came
    assert held.end == end


def test_nobody_waits_for_a_reader_who_was_there_before_or_takes_other_rows() -> None:
    late = steady(50, 4, 1)
    assert Fellow("", 2, 0).held(late, MADE).first.tolist() == late.first.tolist()
    assert Fellow("", 2, 0).held(steady(0, 5, 1), MADE).first.tolist() == [0, 1, 2, 3, 4]


@pytest.fixture(scope="module")
def design() -> Design:
    """Layers of a slow matrix, sums over edges and a table, on one set of units."""
    graph = quantize(fold(chain()), chains(9), Precision())
    rows = {"nodes": 10.0, "edges": 20.0, "graphs": 1.0}
    return schedule(graph, Budget(part("xcu50"), multipliers=20), rows, "test")


def inside(design: Design, kernel: str) -> str:
    (name,) = (unit.name for unit in design.units if unit.kernel == kernel and unit.loop == 0)
    return name


def test_a_merge_holds_up_the_units_behind_the_last_memory(design: Design) -> None:
    """Eight rows have a place behind each pipeline, none in a fork."""
    merge = inside(design, "merge")
    behind = {inside(design, "fork"): 0, inside(design, "table"): 8, inside(design, "scatter"): 16}
    assert dict(Stalls.of(design).behind[merge]) == behind


def test_units_are_free_when_the_rows_left_find_a_place(design: Design) -> None:
    """A merge takes ten rows, one every 8 cycles from cycle 0 on, and the end token in cycle 80."""
    merge = next(unit for unit in design.units if unit.kernel == "merge")
    fork, table = inside(design, "fork"), inside(design, "table")
    taken = steady(0, 10, 8)
    taken = Arrivals(taken.first, taken.first, 80)
    free = Stalls.of(design).held_up(merge, taken, {merge.name: 80.0, table: 5.0})
    assert free == {fork: 81, table: 17}


def test_a_fork_waits_only_for_those_whom_a_layer_feeds(design: Design) -> None:
    """The matrix behind the last layer takes 32 cycles for a row, that of a layer 8.

    So 64 nodes more take 64 * 8 cycles more in each of three layers and 64 * 32 behind them.
    """
    short, long = (estimate(design, sample) for sample in chains(64, 128))
    slow = {unit.cost.interval for unit in design.units if unit.kernel == "linear"}
    assert slow == {8, 32}
    assert long - short == 3 * 64 * 8 + 64 * 32
