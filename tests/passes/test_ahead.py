"""Branches that meet: a slow one cannot come far ahead, and the estimate knows how far."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gengnn.design import Design
from gengnn.ops.timing import Arrivals, steady
from gengnn.parts import part
from gengnn.passes.ahead import Ahead, aheads
from gengnn.passes.estimate import estimate
from gengnn.passes.fold import fold
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.schedule import Budget, schedule
from tests.graphs import gine, molecules


def started(arrivals: Arrivals) -> list[int]:
    return [int(cycle) for cycle in arrivals.first]


def test_rows_behind_a_slow_unit_wait_for_places() -> None:
    """Two are there; a later one starts when one is taken, 5 cycles after the one before."""
    met = np.array([100.0, 101, 102, 103, 104])
    held = Ahead(interval=5, rows=2, latency=7).held(steady(0, 5, 5), met)
    assert started(held) == [0, 5, 107, 112, 117]
    assert held.end == 122


def test_rows_that_are_met_slowly_do_not_wait() -> None:
    met = np.array([100.0, 110, 120, 130])
    held = Ahead(interval=5, rows=2, latency=7).held(steady(0, 4, 5), met)
    assert np.maximum(held.first, met).tolist() == met.tolist()


@pytest.mark.parametrize("ahead", [Ahead(1, 2, 7), Ahead(5, 4, 7)])
def test_nobody_waits_where_units_are_quick_or_places_many(ahead: Ahead) -> None:
    rows = steady(0, 4, 5)
    assert ahead.held(rows, np.full(4, 100.0)) is rows


@pytest.fixture(scope="module")
def design() -> Design:
    graph = quantize(fold(gine()), molecules(), Precision())
    rows = {"nodes": 12.0, "edges": 25.0, "graphs": 1.0}
    return schedule(graph, Budget(part("xcu50"), multipliers=40), rows, "test", molecules(8))


def test_only_units_behind_the_last_buffer_count(design: Design) -> None:
    found = aheads(design)
    for unit in design.units:
        wires = unit.outputs.values()
        if unit.kernel == "replay" or (unit.kernel == "fifo" and unit.number("Depth") > 32):
            assert all(found[wire] == Ahead() for wire in wires)
        else:
            assert all(found[wire].interval >= unit.cost.interval for wire in wires)


def test_a_slower_unit_never_makes_a_graph_quicker(design: Design) -> None:
    (sample,) = molecules(1)
    told = estimate(design, sample)
    for place, unit in enumerate(design.units):
        slower = replace(unit, cost=replace(unit.cost, interval=unit.cost.interval + 7))
        units = (*design.units[:place], slower, *design.units[place + 1 :])
        assert estimate(replace(design, units=units), sample) >= told
