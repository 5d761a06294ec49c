"""report.json and the tables made from it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gengnn.errors import ConfigError
from gengnn.report import read_report, write_report
from gengnn.report.tables import console_for, print_report, unit_resources

NO_CYCLES = {"min": None, "mean": None, "max": None, "graphs": 0}
COUNTS = {"dsp": 595, "lut": 20000, "ff": 3000, "bram18": 30, "uram": 0}


@pytest.fixture
def report() -> dict[str, Any]:
    """A design that has been built and no more."""
    return {
        "model": "gine",
        "part": "xcu50",
        "clock_mhz": 300.0,
        "limits": {"nodes": 32, "edges": 64},
        "formats": {"h": {"width": 16, "frac": 8, "signed": True, "saturations": 0}},
        "accuracy": {"metric": None, "float": None, "fixed": None},
        "checks": {name: {"graphs": 0, "mismatches": 0} for name in ("csim", "rtl")},
        "latency": {"estimated_cycles": 1234.0, "rtl_cycles": NO_CYCLES},
        "throughput": {"estimated_interval": 1000.0, "rtl_interval": {"mean": None, "graphs": 0}},
        "resources": {"estimated": COUNTS, "yosys": None, "vitis": None},
    }


def printed(report: dict[str, Any]) -> list[str]:
    """The words of each line that is printed into a pipe."""
    out = io.StringIO()
    print_report(report, console_for(out))
    assert "\x1b" not in out.getvalue()
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_fresh_build_says_what_has_not_been_run(report: dict[str, Any]) -> None:
    lines = printed(report)
    assert lines[0] == "gine on xcu50 at 300 MHz"
    assert "mismatches, C++ not run C-simulation" in lines
    assert "mismatches, RTL not run RTL simulation" in lines
    assert "cycles per graph 1,234 estimated (cost model)" in lines
    rate = "graphs per second 300,000 (one in 1,000 cycles) estimated (cost model), at 300 MHz"
    assert rate in lines
    assert "DSP 595 of 5,952 (10.0%) estimated (cost model)" in lines
    assert "resources not run Yosys synthesis" in lines
    assert "resources not run Vitis HLS" in lines
    assert not any("microseconds" in line or "float" in line for line in lines)


def test_every_figure_is_labelled_with_its_origin(report: dict[str, Any]) -> None:
    report["accuracy"] = {"metric": "roc_auc", "float": 0.81236, "fixed": 0.81}
    report["checks"]["csim"] = {"graphs": 642, "mismatches": 0}
    report["checks"]["rtl"] = {"graphs": 64, "mismatches": 3}
    report["latency"]["rtl_cycles"] = {"min": 900, "mean": 1200.0, "max": 4000, "graphs": 64}
    report["throughput"]["rtl_interval"] = {"mean": 1500.0, "graphs": 64}
    report["resources"]["yosys"] = COUNTS | {"units": {}}
    report["resources"]["vitis"] = COUNTS
    assert set(printed(report)) >= {
        "roc-auc, float 0.8124 float model",
        "roc-auc, fixed point 0.8100 integer reference",
        "mismatches, C++ 0 in 642 graphs C-simulation against integer reference",
        "mismatches, RTL 3 in 64 graphs RTL simulation against integer reference",
        "cycles per graph 1,234 estimated (cost model)",
        "cycles per graph 1,200 (900 to 4,000) RTL simulation, 64 graphs",
        "microseconds per graph 4.00 RTL simulation, 64 graphs, at 300 MHz",
        "graphs per second 200,000 (one in 1,500 cycles) RTL simulation, 64 graphs, at 300 MHz",
        "LUT 20,000 of 871,680 (2.3%) Yosys synthesis",
        "LUT 20,000 of 871,680 (2.3%) Vitis HLS",
    }


def test_saturated_tensors_are_listed_most_often_first(report: dict[str, Any]) -> None:
    for name, number in (("a", 2), ("b", 2000), ("c", 0)):
        report["formats"][name] = {"width": 16, "frac": 10, "signed": True, "saturations": number}
    lines = printed(report)
    assert lines[-2:] == ["b <16,6> 2,000", "a <16,6> 2"]


def test_functions_are_listed_least_accurate_first(report: dict[str, Any]) -> None:
    formats = {"inputs": "ap_fixed<16,6>", "output": "ap_fixed<16,4>"}
    log = formats | {"function": "log", "entries": 640, "error": 0.126, "source": "head (m.py:3)"}
    angle = formats | {"function": "atan2", "entries": 0, "error": 0.8, "source": "conv (m.py:7)"}
    report["functions"] = {"a": log, "b": log | {"source": "tail (m.py:4)"}, "c": angle}
    lines = printed(report)
    assert "last place" in lines[-4]
    assert lines[-2:] == [
        "atan2 ap_fixed<16,6> -> ap_fixed<16,4> - 0.80 conv (m.py:7)",
        "log ap_fixed<16,6> -> ap_fixed<16,4> 640 0.13 head (m.py:3) and 1 more",
    ]


def test_note_of_a_part_stands_under_the_table(report: dict[str, Any]) -> None:
    report["part"] = "xcvc1902"
    report["resources"]["yosys"] = COUNTS
    assert any("DSP58" in line for line in printed(report))


def test_terminal_gets_frames() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    console.print(unit_resources({"u_head": COUNTS}, console.is_terminal))
    assert "╭" in console.file.getvalue()


def test_equal_reports_are_equal_files(tmp_path: Path, report: dict[str, Any]) -> None:
    write_report(tmp_path, report)
    first = (tmp_path / "report.json").read_bytes()
    write_report(tmp_path, dict(reversed(report.items())))
    assert (tmp_path / "report.json").read_bytes() == first
    assert json.loads(first) == report == read_report(tmp_path)


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_missing_or_damaged_report_is_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "report.json").write_text(text)
    with pytest.raises(ConfigError, match="build the project again"):
        read_report(tmp_path)
