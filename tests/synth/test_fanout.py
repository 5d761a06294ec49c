"""The most loaded net of a netlist, and that wide units keep it bounded."""

import json
from pathlib import Path
from typing import Any

import pytest

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


SPLIT = (("Lanes", "16"), ("Width", "16"), ("Factor", "4"))
"""1,024 bits in 4 beats."""


@pytest.mark.parametrize(
    "shape",
    [Shape("gg_reg", (("Width", "1024"),)), Shape("gg_widen", SPLIT)],
    ids=lambda shape: shape.module,
)
def test_fanout_of_wide_streams_is_bounded(shape: Shape, tmp_path: Path) -> None:
    """About 256 bits, and the control of a part: at most 300 pins for 1,024 bits."""
    path = netlists({"unit": shape}, LIBRARY, MAPPED, tmp_path / "unit")["unit"]
    found = largest_load(json.loads(path.read_text(encoding="utf-8"))["modules"]["unit"])
    assert 100 <= found.pins <= 300
