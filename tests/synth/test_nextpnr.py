"""Place and route for ECP5: a real unit, and what is said when it cannot be done."""

from pathlib import Path

import pytest

from gengnn import tools
from gengnn.errors import ToolError
from gengnn.synth.nextpnr import ECP5, frequency
from gengnn.synth.shapes import Shape
from gengnn.synth.timing import netlists

LIBRARY = sorted((Path(__file__).parents[2] / "templates" / "rtl" / "lib").glob("*.sv"))


def test_real_unit_reaches_a_frequency(tmp_path: Path) -> None:
    add = Shape("gg_add", tuple((name, "2") for name in ("LanesA", "LanesB", "Lanes")))
    files = netlists({"add": add}, LIBRARY, ECP5, tmp_path / "units")
    assert 150.0 < frequency(files["add"]) < 1000.0


def test_missing_nextpnr_is_said_plainly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools, "nextpnr", lambda: None)
    with pytest.raises(ToolError, match=r"nextpnr-ecp5 was not found\n  pip install"):
        frequency(tmp_path / "add.json")


def test_netlist_that_cannot_be_read_is_a_tool_error(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(ToolError, match=r"ended with status"):
        frequency(tmp_path / "bad.json")
