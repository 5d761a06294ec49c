"""The most loaded net of a netlist, and that wide units keep it bounded."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gengnn.ops.cost import PART_BITS
from gengnn.synth.fanout import MAPPED, Load, largest_load
from gengnn.synth.shapes import Shape
from gengnn.synth.timing import netlists

LIBRARY = sorted((Path(__file__).parents[2] / "templates" / "rtl" / "lib").glob("*.sv"))


def cell(inputs: dict[str, list[int | str]], output: int) -> dict[str, Any]:
    return {
        "port_directions": {**dict.fromkeys(inputs, "input"), "O": "output"},
        "connections": {**inputs, "O": [output]},
    }


def module(clock: int = 1) -> dict[str, Any]:
    return {
        "ports": {"clk": {"bits": [clock]}, "x": {"bits": [2]}},
        "cells": {
            "a": cell({"C": [1], "D": [2, "0"]}, 3),
            "b": cell({"C": [1], "D": [3]}, 4),
            "c": cell({"C": [1], "D": [3]}, 5),
        },
        "netnames": {"x": {"bits": [2]}, "a_long_name": {"bits": [3]}, "q": {"bits": [3]}},
    }


def test_pins_are_counted_without_the_clock() -> None:
    assert largest_load(module()) == Load(2, "q")


def test_inputs_count_too() -> None:
    found = module()
    found["cells"]["d"] = cell({"D": [2, 2]}, 6)
    assert largest_load(found) == Load(3, "x")


def test_module_without_cells_has_no_load() -> None:
    assert largest_load({"ports": {}, "cells": {}, "netnames": {}}) == Load(0, "")


def test_library_and_costs_have_one_size_of_a_part() -> None:
    """Every module that keeps rows in parts names the number, and it is that of the estimates."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in LIBRARY}
    codes = {name: re.sub(r"//.*", "", text) for name, text in texts.items()}
    found = {name: re.findall(r"PartBits = (\d+)", text) for name, text in codes.items()}
    named = {name: numbers for name, numbers in found.items() if numbers}
    assert len(named) >= 10
    assert all(numbers == [str(PART_BITS)] for numbers in named.values())
    unnamed = {name: len(re.findall(rf"\b{PART_BITS}\b", text)) for name, text in codes.items()}
    assert {name: count for name, count in unnamed.items() if count} == dict.fromkeys(named, 1)


BOUND = 512
"""The most pins of a net but the clock: 480 bits of a row and what else a part's control drives."""

ROW = (("Width", "3200"),)
"""200 lanes of 16 bits in one beat."""

QUARTER = (("Lanes", "50"), ("Width", "16"), ("Factor", "4"))
"""The same row in 4 beats."""

CELLS = [
    Shape("gg_reg", ROW),
    Shape("gg_fifo", (*ROW, ("Depth", "1"))),
    Shape("gg_fifo", (*ROW, ("Depth", "8"))),
    Shape("gg_fifo", (*ROW, ("Depth", "41"))),
    Shape("gg_fifo", (*ROW, ("Depth", "300"))),
    Shape("gg_outlet", (*ROW, ("Depth", "16"))),
    Shape("gg_stages", (*ROW, ("Stages", "3"))),
    Shape("gg_merge", (*ROW, ("Iters", "5"))),
    Shape("gg_turn", (*ROW, ("Own", "5"), ("Iters", "8"))),
    Shape("gg_fit", (("LanesX", "150"), ("LanesY", "200"), ("BeatsX", "2"), ("BeatsY", "3"))),
    Shape("gg_memory", (*ROW, ("Depth", "64"))),
    Shape("gg_memory", (*ROW, ("Depth", "300"))),
    Shape("gg_widen", QUARTER),
    Shape("gg_narrow", QUARTER),
    Shape("gg_row", (("Bits", "3200"), ("Front", "320"))),
    Shape("gg_relu", (("Lanes", "200"), ("Width", "16"), ("Iters", "5"), ("Active", "15"))),
    Shape("gg_gather", (("Lanes", "200"), ("Rows", "16"))),
    Shape("gg_gather", (("Lanes", "200"), ("Rows", "256"), ("WidthIndex", "8"))),
    Shape("gg_concat_rows", (("Lanes", "200"), ("Width", "16"))),
]

REDUCE = (("Lanes", "200"), ("WidthX", "16"), ("WidthY", "16"), ("WidthIndex", "8"))
SUM = (*REDUCE, ("Mode", "0"), ("WidthAcc", "24"), ("Shift", "0"))

PAIR = (("LanesA", "200"), ("LanesB", "200"), ("Lanes", "200"))
ONE = (("LanesA", "1"), ("LanesB", "200"), ("Lanes", "200"), ("BroadcastA", "1"))

TILE = (("Batch", "4"), ("Rows", "1"), ("Inner", "5"), ("Columns", "25"), ("WidthB", "34"))

KERNELS = [
    Shape("gg_grouped", TILE),
    Shape("gg_mul", ONE),
    Shape("gg_select", (*PAIR, ("LanesM", "1"), ("BroadcastM", "1"))),
    Shape("gg_segment", SUM),
    Shape("gg_scatter", (*SUM, ("Rows", "4"))),
    Shape("gg_scatter", (*SUM, ("Rows", "256"))),
]


def loads(shapes: list[Shape], folder: Path) -> dict[Shape, Load]:
    """The most loaded net of each."""
    names = {f"unit{number}": shape for number, shape in enumerate(shapes)}
    files = netlists(names, LIBRARY, MAPPED, folder / "units")
    return {
        names[name]: largest_load(json.loads(path.read_text(encoding="utf-8"))["modules"][name])
        for name, path in files.items()
    }


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> dict[Shape, Load]:
    return loads(CELLS, tmp_path_factory.mktemp("cells"))


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> dict[Shape, Load]:
    return loads(KERNELS, tmp_path_factory.mktemp("kernels"))


@pytest.mark.parametrize("shape", CELLS, ids=str)
def test_fanout_of_a_row_of_200_lanes_is_bounded(shape: Shape, cells: dict[Shape, Load]) -> None:
    assert cells[shape].pins <= BOUND, cells[shape].net


@pytest.mark.slow
@pytest.mark.parametrize("shape", KERNELS, ids=str)
def test_fanout_of_kernels_of_200_lanes_is_bounded(
    shape: Shape, kernels: dict[Shape, Load]
) -> None:
    assert kernels[shape].pins <= BOUND, kernels[shape].net
