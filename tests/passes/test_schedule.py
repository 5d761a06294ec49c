"""Scheduling: budgets are kept, more multipliers never cost cycles, what cannot fit is refused."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gengnn.design import Design
from gengnn.emit.rtl import emit_rtl
from gengnn.errors import CapacityError
from gengnn.ir import Graph
from gengnn.ops.linear import matrix_shapes
from gengnn.parts import part
from gengnn.passes.cells import best_lanes
from gengnn.passes.estimate import estimate
from gengnn.passes.fold import fold
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.schedule import Budget, schedule
from tests.graphs import gine, molecules

ROWS = {"nodes": 12.0, "edges": 25.0, "graphs": 1.0}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return quantize(fold(gine()), molecules(), Precision())


def designed(graph: Graph, multipliers: int, name: str = "xcu50") -> Design:
    return schedule(graph, Budget(part(name), multipliers=multipliers), ROWS, "test")


def test_budget_is_kept_and_used(graph: Graph) -> None:
    sample, cycles = molecules()[1], []
    for multipliers in (30, 60, 120, 240):
        design = designed(graph, multipliers)
        assert design.cost.dsp <= multipliers
        cycles.append(estimate(design, sample))
    assert cycles == sorted(cycles, reverse=True)
    assert cycles[0] > cycles[-1]


def test_every_stream_has_consistent_ends(graph: Graph) -> None:
    design = designed(graph, 100)
    for unit in design.units:
        for wire in (*unit.inputs.values(), *unit.outputs.values()):
            stream = design.streams[wire]
            value = graph.values.get(stream.values[0])
            assert value is None or stream.lanes * stream.beats == value.features


def test_same_input_gives_the_same_design(graph: Graph) -> None:
    assert designed(graph, 100).digest == designed(graph, 100).digest


def test_what_cannot_fit_is_refused_with_figures(graph: Graph) -> None:
    tiny = replace(part("xc7z020"), dsp=4)
    with pytest.raises(CapacityError, match=r"DSP: \d+ of 2"):
        schedule(graph, Budget(tiny), ROWS, "test")


def test_buffers_go_to_ultraram_where_block_ram_is_short(graph: Graph) -> None:
    large = replace(graph, limits={"nodes": 1024, "edges": 2048, "graphs": 1})
    plain = designed(large, 100)
    assert not plain.cost.uram
    buffers = [unit for unit in plain.units if unit.kernel == "fifo" and unit.cost.bram18 > 1]
    most = replace(part("xcu50"), bram18=plain.cost.bram18 - 3)
    short = Budget(most, utilization=1.0, multipliers=100)
    deep = schedule(large, short, ROWS, "test")
    assert {unit.name for unit in deep.units if "Style" in unit.params} == {
        unit.name for unit in buffers
    }
    assert deep.cost.uram == sum(math.ceil(buffer.params["Width"] / 72) for buffer in buffers)
    tables = [u for u in plain.units if any(64 < memory.depth <= 128 for memory in u.memories)]
    moved = sum(unit.cost.bram18 for unit in (*buffers, *tables))
    assert deep.cost.bram18 == plain.cost.bram18 - moved
    assert estimate(deep, molecules()[1]) == estimate(plain, molecules()[1])


def test_tables_go_to_luts_where_block_ram_is_short(graph: Graph, tmp_path: Path) -> None:
    """Also on a part without UltraRAM; up to twice the words that a LUT holds."""
    plain = designed(graph, 30)
    most = replace(part("xcu50"), bram18=plain.cost.bram18 - 3, uram=0)
    spared = schedule(graph, Budget(most, utilization=1.0, multipliers=30), ROWS, "test")
    long = [memory.depth for unit in spared.units for memory in unit.memories if memory.depth > 64]
    assert long
    assert max(long) <= 128
    assert spared.cost.bram18 <= most.bram18
    assert estimate(spared, molecules()[1]) <= estimate(plain, molecules()[1])
    for design, count in ((plain, 0), (spared, len(long))):
        folder = tmp_path / str(count)
        folder.mkdir()
        emit_rtl(design, folder)
        texts = (path.read_text() for path in (folder / "rtl").glob("*.sv"))
        assert sum(len(re.findall(r"\.Style *\(1\)", text)) for text in texts) == count


def test_larger_graphs_take_longer(graph: Graph) -> None:
    design = designed(graph, 100)
    sample = molecules()[1]
    more_nodes = sample | {"x": np.concatenate([sample["x"], sample["x"]])}
    more_edges = sample | {
        name: np.concatenate([sample[name], sample[name]]) for name in ("src", "dst", "edge_attr")
    }
    assert estimate(design, sample) < min(estimate(design, g) for g in (more_nodes, more_edges))


def test_matrix_shapes_trade_multipliers_for_cycles() -> None:
    shapes = matrix_shapes(100, 200)
    intervals = [interval for interval, _, _ in shapes]
    sizes = [parallel * lanes for _, parallel, lanes in shapes]
    assert (intervals[0], sizes[0]) == (20000, 1)
    assert (intervals[-1], sizes[-1]) == (1, 20000)
    assert sizes == sorted(sizes)
    for interval, parallel, lanes in shapes:
        assert -(-100 // parallel) * (200 // lanes) == interval


def test_best_lanes_divides() -> None:
    assert [best_lanes(100, most) for most in (256, 99, 16, 3)] == [100, 50, 10, 2]
