"""Compilers for designs that run for some thousand cycles only."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

LAUNCHER = Path(__file__).parents[2] / "benchmarks" / "coverage" / "compiler.py"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Compile without optimising, and Verilator's runtime once for all designs."""
    kept = tmp_path_factory.getbasetemp().parent / "verilated"
    monkeypatch.setenv("CXXFLAGS", "-O0")
    monkeypatch.setenv("OBJCACHE", f"{sys.executable} -S -E {LAUNCHER} {kept}")
