"""The options that a simulation is compiled with."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from gengnn.emit.templates import resource

REFUSES = '#!/bin/sh\ncase " $* " in *" -march=native "*) exit 1;; esac\n'
"""A compiler that does not know the machine it runs on."""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """sim/run.py; what it changes in the environment is undone."""
    spec = importlib.util.spec_from_file_location("run", resource("sim") / "run.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("PATH", "MAKEFLAGS", "PYTEST_CURRENT_TEST"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setattr("sys.path", sys.path.copy())
    return module


def optimisation(run: ModuleType) -> list[str]:
    """What make hands to the compiler for the design."""
    run._prepare()
    flags = os.environ["MAKEFLAGS"].replace("\\ ", ",").split()
    (told,) = [flag for flag in flags if flag.startswith("OPT_FAST=")]
    return told.removeprefix("OPT_FAST=").split(",")


def test_the_simulation_is_compiled_for_this_machine(run: ModuleType) -> None:
    assert run._takes(run.OPTIMISE), "the tested compiler knows them all"
    assert optimisation(run) == list(run.OPTIMISE)
    assert not run._takes(("-fno-such-pass",))


def test_an_older_compiler_gets_what_it_knows(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiler = tmp_path / "c++"
    compiler.write_text(REFUSES)
    compiler.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert optimisation(run) == ["-O2"]


def test_no_compiler_knows_nothing(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not run._takes(("-O2",))
