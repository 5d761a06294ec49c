"""The cost model of a whole small design against what Yosys counts."""

from dataclasses import replace
from pathlib import Path

import pytest

from gengnn.emit.rtl import emit_rtl
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


@pytest.mark.slow
def test_estimates_of_a_design_keep_to_their_bounds(tmp_path: Path) -> None:
    graph = quantize(fold(gine(features=32, hidden=48)), molecules(), Precision())
    graph = replace(graph, limits={"nodes": 512, "edges": 512, "graphs": 1})
    target = Budget(replace(part("xcu50"), bram18=SHORT), multipliers=240)
    design = schedule(graph, target, ROWS, "test")
    assert design.cost.uram > 0
    emit_rtl(design, tmp_path)
    found = synth(design, tmp_path, SynthTool.YOSYS)
    for name, bound in BOUNDS.items():
        count, estimate = found[name], getattr(design.cost, name)
        assert isinstance(count, int)
        assert abs(estimate - count) <= bound * count, f"{name}: {estimate} of {count}"
