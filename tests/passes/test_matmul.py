"""Matrix products in a schedule: they take the multipliers that there are."""

from __future__ import annotations

import math
from dataclasses import astuple

import numpy as np
import pytest

from gengnn.design import Design
from gengnn.ir import Graph
from gengnn.ops.matmul import Matmul
from gengnn.parts import part
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.schedule import Budget, schedule
from tests.graphs import Builder, make, molecules

ROWS = {"nodes": 12.0, "edges": 25.0, "graphs": 1.0}
FEATURES = 32


@pytest.fixture(scope="module")
def graph() -> Graph:
    """An edge-conditioned matrix of 32 x 32 for every edge."""
    rng = np.random.default_rng(0)
    build = Builder()
    column = build("x0", make("Slice", 0, 1), "x")
    x = build("atom", make("Embedding"), column, table=rng.normal(size=(5, FEATURES)))
    bond = build("bond", make("Embedding"), "edge_attr", table=rng.normal(size=(4, 3)))
    matrix = build("matrix", make("Linear"), bond, weight=rng.normal(size=(FEATURES**2, 3)))
    x_j = build("x_j", make("Gather"), x, "src")
    message = build("message", Matmul(1, 1, FEATURES, FEATURES), x_j, matrix)
    total = build("total", make("Scatter", "sum"), message, "dst", "rows_nodes")
    return quantize(build.graph(total), molecules(), Precision())


def designed(graph: Graph, multipliers: int) -> Design:
    return schedule(graph, Budget(part("xcu50"), multipliers=multipliers), ROWS, "test")


@pytest.mark.parametrize("multipliers", [4, 24, 300])
def test_large_product_fits_a_small_budget(graph: Graph, multipliers: int) -> None:
    design = designed(graph, multipliers)
    (unit,) = [unit for unit in design.units if unit.kernel == "matmul"]
    assert design.cost.dsp <= multipliers
    assert unit.cost.dsp * unit.cost.interval == FEATURES**2
    assert unit.cost.ff < 200 * unit.cost.dsp + 600  # no register holds a whole matrix


def test_more_multipliers_take_fewer_cycles(graph: Graph) -> None:
    units = [
        unit
        for multipliers in (4, 24, 300)
        for unit in designed(graph, multipliers).units
        if unit.kernel == "matmul"
    ]
    intervals = [unit.cost.interval for unit in units]
    assert intervals == sorted(intervals, reverse=True)
    assert intervals[0] > intervals[-1]


@pytest.mark.parametrize("sizes", [(1, 1, 32, 32), (4, 1, 6, 1), (2, 3, 4, 5), (1, 7, 1, 9)])
def test_shapes_waste_no_multiplier_and_read_in_order(sizes: tuple[int, int, int, int]) -> None:
    op = Matmul(*sizes)
    work, shapes = math.prod(sizes), op.shapes((), {})
    assert [shape[0] for shape in shapes] == sorted({s[0] for s in shapes}, reverse=True)
    assert (shapes[0], shapes[-1][0]) == ((work, 1, 1), 1)
    for interval, parallel, lanes in shapes:
        tile = op.sizes.tile(parallel, lanes)
        part_of, turns = astuple(tile.part), astuple(tile.turns)
        assert interval * parallel * lanes == work
        assert tile.turns.work == interval
        assert tuple(n * times for n, times in zip(part_of, turns, strict=True)) == sizes
        inside = False
        for at_once, size in zip(part_of, sizes, strict=True):
            assert not inside or at_once == size
            inside |= at_once > 1
