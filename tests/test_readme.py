"""The README tells the truth: its code runs, its tables are those of the registries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gengnn.cli import app
from gengnn.report.ops import op_table
from tests.models.zoo import build, data_set

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_op_table_is_that_of_the_registry() -> None:
    assert op_table() in README


@pytest.mark.slow
def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    graphs = data_set()
    for graph in graphs:
        graph.y = graph.x[:1, :1]
    monkeypatch.chdir(tmp_path)
    known: dict[str, object] = {"model": build("gine"), "graphs": graphs}
    exec(code, known)
    checks = known["project"].report["checks"]  # type: ignore[attr-defined]
    assert checks["csim"] == checks["rtl"] == {"graphs": len(graphs), "mismatches": 0}


def test_every_command_is_in_the_readme() -> None:
    for command in app.registered_commands:
        name = getattr(command.callback, "__name__", "")
        assert re.search(rf"\bgengnn {name}\b", README), name


def test_every_file_that_it_names_exists() -> None:
    named = re.findall(r"`(gengnn/[\w/]+(?:\.py)?/?)`", README)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
