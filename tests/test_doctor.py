"""What the doctor finds, and what it says of what is missing."""

from pathlib import Path

import pytest

from gengnn import tools
from gengnn.doctor import PROBES, diagnose


def test_everything_the_tests_need_is_found() -> None:
    missing = {tool.name for tool in diagnose() if not tool.version}
    assert missing <= {"vitis"}


def test_every_version_begins_with_a_number() -> None:
    for tool in diagnose():
        assert not tool.version or tool.version[0].isdigit(), tool


def test_every_missing_tool_says_what_it_would_add_and_how_to_get_it() -> None:
    for probe in PROBES:
        assert probe.adds
        assert probe.remedy or probe.name == "python"


def test_machine_without_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(tools, "package_folder", lambda _: None)
    monkeypatch.setattr(tools.sys, "executable", "/nowhere/python")
    missing = {tool.name for tool in diagnose() if not tool.version}
    assert missing == {"g++", "make", "verilator", "yosys", "vitis"}


def test_vitis_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bin_folder = tmp_path / "Vitis_HLS" / "2024.1" / "bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "vitis_hls").write_text("#!/bin/sh\n")
    (bin_folder / "vitis_hls").chmod(0o755)
    monkeypatch.setenv("PATH", str(bin_folder))
    found = {tool.name: tool for tool in diagnose()}["vitis"]
    assert (found.version, found.place) == ("2024.1", str(bin_folder / "vitis_hls"))
