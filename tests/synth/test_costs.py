"""The cost model of a whole small design against what Yosys counts."""

from dataclasses import replace
from pathlib import Path

import pytest

from gengnn.design import Design
from gengnn.emit.rtl import emit_rtl
from gengnn.ir import Graph
from gengnn.ops.cost import LUTRAM_DEPTH
from gengnn.parts import part
from gengnn.passes.fold import fold
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.schedule import Budget, schedule
from gengnn.synth import SynthTool, synth
from tests.graphs import gine, molecules

ROWS = {"nodes": 12.0, "edges": 25.0, "graphs": 1.0}

BOUNDS = {"uram": 0.0, "dsp": 0.1, "bram18": 0.1, "lut": 0.2, "ff": 0.2}
"""How far an estimate may be off, as a share of what Yosys counts."""

SHORT = 150
"""RAMB18 blocks of a part on which buffers go to UltraRAM."""

FEW = 30
"""RAMB18 blocks of a part on which weights go to LUTs."""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return quantize(fold(gine(features=32, hidden=48)), molecules(), Precision())


@pytest.mark.slow
def test_estimates_of_a_design_keep_to_their_bounds(graph: Graph, tmp_path: Path) -> None:
    graph = replace(graph, limits={"nodes": 512, "edges": 512, "graphs": 1})
    target = Budget(replace(part("xcu50"), bram18=SHORT), multipliers=240)
    design = schedule(graph, target, ROWS, "test")
    assert design.cost.uram > 0
    check(design, tmp_path)


@pytest.mark.slow
def test_estimates_of_long_tables_in_luts_keep_to_them(graph: Graph, tmp_path: Path) -> None:
    target = Budget(replace(part("xcu50"), bram18=FEW, uram=0), multipliers=160)
    design = schedule(graph, target, ROWS, "test")
    memories = [memory for unit in design.units for memory in unit.memories]
    assert sum(memory.bits for memory in memories if memory.depth > LUTRAM_DEPTH) > 1500
    check(design, tmp_path)


def check(design: Design, folder: Path) -> None:
    """Compare the estimates with the count of Yosys."""
    emit_rtl(design, folder)
    found = synth(design, folder, SynthTool.YOSYS)
    for name, bound in BOUNDS.items():
        count, estimate = found[name], getattr(design.cost, name)
        assert isinstance(count, int)
        assert abs(estimate - count) <= bound * count, f"{name}: {estimate} of {count}"
