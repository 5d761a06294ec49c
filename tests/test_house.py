"""House rules that no linter knows: lengths, what the root holds, nothing left open."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gengnn.ops import REGISTRY

ROOT = Path(__file__).parents[1]

TOP_LEVEL = {
    *("README.md", "pyproject.toml", "Makefile", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
    *("gengnn", "templates", "sim", "tests", "examples", "benchmarks", "docs"),
    *(".ci", ".gitignore"),
}
"""All that DESIGN.md lets the root hold."""

MAX_COLUMNS = 100
MAX_LINES = {".py": 400, ".sv": 150, ".hpp": 150, ".cpp": 150, ".j2": 120}
MAX_FUNCTION = 50
MAX_MEDIAN_FUNCTION = 10

OPEN_ENDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")


def tracked() -> list[Path]:
    """The files of the project: known to git, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


FILES = tracked()
SOURCES = [path for path in FILES if path.suffix in MAX_LINES]
NAMES = [str(path.relative_to(ROOT)) for path in SOURCES]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and lines of every function in a Python file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{node.name}:{node.lineno}", (node.end_lineno or 0) - node.lineno + 1


def test_root_holds_only_what_the_design_lists() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in FILES}
    assert found <= TOP_LEVEL, f"not in DESIGN.md: {sorted(found - TOP_LEVEL)}"


@pytest.mark.parametrize("name", NAMES)
def test_file_is_short_and_finished(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_LINES[Path(name).suffix]
    if name != "tests/test_house.py":
        assert not OPEN_ENDS.findall(text)


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".py")])
def test_functions_are_short(name: str) -> None:
    too_long = {which: lines for which, lines in functions(ROOT / name) if lines > MAX_FUNCTION}
    assert not too_long


def test_half_of_the_functions_are_very_short() -> None:
    package = [path for path in SOURCES if path.suffix == ".py" and ROOT / "gengnn" in path.parents]
    lengths = sorted(lines for path in package for _, lines in functions(path))
    assert lengths[len(lengths) // 2] <= MAX_MEDIAN_FUNCTION


def test_one_systemverilog_module_per_file() -> None:
    for path in SOURCES:
        if path.parent == ROOT / "templates" / "rtl" / "lib":
            modules = re.findall(r"^module (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert modules == [path.stem], path.name


def test_kernels_keep_to_the_width_of_the_page() -> None:
    kernels = [path for path in SOURCES if path.parent.name == "lib"]
    assert kernels
    for path in kernels:
        for line in path.read_text(encoding="utf-8").splitlines():
            assert len(line) <= MAX_COLUMNS, f"{path.name}: {line}"


def test_templates_do_not_trim_to_the_left() -> None:
    for path in SOURCES:
        if path.suffix == ".j2":
            assert "{%-" not in path.read_text(encoding="utf-8"), path.name


def imports(path: Path) -> Iterator[str]:
    """The modules that a Python file imports from or names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("stage", ["passes", "emit", "simulate", "synth", "report"])
def test_no_stage_behind_the_front_end_names_an_op(stage: str) -> None:
    """What is peculiar to an op is asked of the op: a new one needs no edit elsewhere."""
    homes = {op.__module__ for op in REGISTRY.values()}
    files = [path for path in SOURCES if ROOT / "gengnn" / stage in path.parents]
    assert files
    for path in files:
        if path.suffix == ".py":
            assert not homes & set(imports(path)), path.name
