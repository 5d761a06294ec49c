"""The command line: parsing, exit codes, and where errors go."""

import sys

import pytest

from gengnn import cli
from gengnn.errors import GengnnError


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run the command line as the shell would; returns the exit status."""
    monkeypatch.setattr(sys, "argv", ["gengnn", *words])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return caught.value.code or 0


BUILD = ("build", "model.pt", "--part", "xcu50", "--data", "graphs.pt")


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_help_lists_the_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert run(monkeypatch, *words) == 0
    told = capsys.readouterr().out
    for command in ("build", "csim", "cosim", "compare", "synth", "report", "doctor"):
        assert f"\n  {command} " in told
    summaries = [line for line in told.splitlines() if line.startswith("  ")]
    assert not any(line.endswith("...") for line in summaries)  # every one fits its line


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nonsense",), "No such command 'nonsense'"),
        (("build",), "Missing argument 'MODEL'"),
        (("build", "model.pt"), "Missing option '--part'"),
        ((*BUILD, "--clock-mhz", "fast"), "--clock-mhz"),
        ((*BUILD, "--max-nodes", "0"), "--max-nodes"),
        ((*BUILD, "--max", "author=none"), "'author' is not NAME=COUNT"),
        ((*BUILD, "--max", "500"), "'500' is not NAME=COUNT"),
        ((*BUILD, "--backend", "hls,vhdl"), "'vhdl' is not one of hls, rtl"),
        (("compare", "build", "--data", "x", "--metric", "f1"), "--metric"),
        (("synth", "build", "--tool", "quartus"), "'yosys', 'vitis'"),
    ],
)
def test_usage_errors_exit_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    message: str,
) -> None:
    assert run(monkeypatch, *words) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert message in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("command", ["csim", "cosim", "compare", "synth", "report"])
def test_folder_that_gengnn_did_not_build_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    options = {"compare": ("--data", "x.pt", "--metric", "rmse"), "synth": (), "report": ()}
    words = (command, "/nowhere", *options.get(command, ("--data", "x.pt")))
    assert run(monkeypatch, *words) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert "/nowhere" in captured.err
    assert "Traceback" not in captured.err


def test_defect_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "_stdout", lambda: 1 / 0)
    assert run(monkeypatch, "doctor") == 1
    told = capsys.readouterr().err
    assert told.startswith("error: ZeroDivisionError: ")
    assert "--debug" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    "words", [("--debug", "report", "/nowhere"), ("report", "/nowhere", "--debug")]
)
def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    monkeypatch.setattr(sys, "argv", ["gengnn", *words])
    with pytest.raises(GengnnError):
        cli.main()


def test_doctor_names_every_tool(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "doctor") == 0
    told = capsys.readouterr().out
    for tool in (
        "g++",
        "make",
        "verilator",
        "cocotb",
        "yosys",
        "vitis",
        "torch",
        "torch-geometric",
    ):
        assert f"\n {tool} " in told
    assert "\x1b" not in told  # no colours in a pipe
