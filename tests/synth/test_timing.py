"""Ways through units that are joined, and the delays of real units."""

from pathlib import Path
from typing import Any

import pytest

from gengnn import tools
from gengnn.errors import ToolError
from gengnn.synth.paths import Delays
from gengnn.synth.shapes import Shape
from gengnn.synth.timing import Ways, longest_chain, shape_of

LIBRARY = sorted((Path(__file__).parents[2] / "templates" / "rtl" / "lib").glob("*.sv"))

UNIT = Delays(2, {"x_valid": 3, "y_ready": 1}, {"y_valid": 1}, {("y_ready", "x_ready"): 2})
"""Valid is registered, ready is not."""


def unit(**wires: int) -> dict[str, Any]:
    inputs = {"x_valid", "y_ready"}
    return {
        "type": "gg_unit",
        "parameters": {},
        "port_directions": {pin: "input" if pin in inputs else "output" for pin in wires},
        "connections": {pin: [wire] for pin, wire in wires.items()},
    }


def gate(read: int, made: int) -> dict[str, Any]:
    return {
        "type": "LUT1",
        "parameters": {},
        "port_directions": {"I0": "input", "O": "output"},
        "connections": {"I0": [read], "O": [made]},
    }


def test_ready_adds_up_from_unit_to_unit() -> None:
    end = Delays(0, {}, {"x_ready": 4}, {})
    cells = {
        "a": unit(x_ready=1, y_ready=2, y_valid=5),
        "b": unit(x_ready=2, y_ready=3, x_valid=5),
        "end": unit(x_ready=3) | {"type": "gg_end"},
    }
    chain = longest_chain({"cells": cells}, lambda s: end if s.module == "gg_end" else UNIT)
    assert chain.steps == (("end.x_ready", 4), ("b.x_ready", 2), ("a.y_ready", 1))
    assert chain.length == 7


def test_gates_between_units_count() -> None:
    cells = {
        "a": unit(y_valid=1),
        "gate": gate(1, 2),
        "b": unit(x_valid=2),
    }
    assert longest_chain({"cells": cells}, lambda _: UNIT).length == 1 + 1 + 3


def test_way_inside_a_unit_counts_too() -> None:
    assert longest_chain({"cells": {"a": unit()}}, lambda _: UNIT).steps == (("a.", 2),)


def test_units_in_a_combinational_loop_are_an_error() -> None:
    cells = {"a": unit(x_ready=1, y_ready=2), "b": unit(x_ready=2, y_ready=1)}
    with pytest.raises(ToolError, match=r"loop: .* -> "):
        longest_chain({"cells": cells}, lambda _: UNIT)


def test_parameters_are_told_as_yosys_takes_them() -> None:
    bits = {"Width": f"{16:032b}", "Shift": f"{(1 << 32) - 10:b}", "Mask": f"{5:064b}"}
    found = dict(shape_of({"type": "gg_x", "parameters": bits}).params)
    assert found == {
        "Width": "16",
        "Shift": "32'sb" + bits["Shift"],
        "Mask": "64'sb" + bits["Mask"],
    }


def test_real_units_are_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    skid = Shape("gg_skid", (("Width", "8"),))
    convert = Shape("gg_convert", (("Lanes", "1"), ("Shift", "32'sb" + "1" * 32)))
    first = Ways(LIBRARY, tmp_path).measure([skid, convert])
    assert ("y_ready", "x_ready") not in first[skid].through
    assert first[skid].longest <= 2
    assert first[convert].longest <= 10
    monkeypatch.setattr(tools, "yosys", lambda: None)
    assert Ways(LIBRARY, tmp_path).measure([convert, skid]) == first
    with pytest.raises(ToolError, match=r"Yosys was not found"):
        Ways(LIBRARY, tmp_path).measure([Shape("gg_skid", (("Width", "9"),))])
