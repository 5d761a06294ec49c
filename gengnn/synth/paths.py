"""Timing without a vendor: the most cells that a signal passes between two sequential ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeVar

from gengnn.errors import ToolError

SEQUENTIAL = re.compile(r"FD\w+|LD\w+|SRL\w+|RAMB(18|36)E\d|URAM288\w*")
"""Cells whose outputs come from a register. LUT RAM is none: it is read without a clock."""

DSP_REGISTERS = ("AREG", "BREG", "CREG", "MREG", "PREG")
"""Parameters of a DSP48 that put a register into its way."""

LUTRAM = re.compile(r"RAM\d+(X1[DS]|M\d*)(_1)?")

READ_PORTS = {"A": "SPO", "DPRA": "DPO"} | {f"ADDR{port}": f"DO{port}" for port in "ABCDEFGH"}
"""The output that follows each read address of a LUT RAM."""

Bit = int | str
"""A net of the netlist, or the constant "0", "1" or "x"."""


@dataclass(frozen=True)
class Path:
    """A chain of combinational cells: the type and name of each, in order."""

    cells: tuple[tuple[str, str], ...]

    @property
    def length(self) -> int:
        """Cells on the path."""
        return len(self.cells)


@dataclass(frozen=True)
class Delays:
    """Cells on the longest ways of a flat module, by the ports where they begin and end.

    `inside` is the longest one between its own registers; `into` leads from an input to a register,
    `out` from a register to an output, `through` from an input to an output without a clock.
    """

    inside: int
    into: Mapping[str, int]
    out: Mapping[str, int]
    through: Mapping[tuple[str, str], int]

    @property
    def longest(self) -> int:
        """The longest of all ways."""
        ways = (*self.into.values(), *self.out.values(), *self.through.values())
        return max(self.inside, *ways, 0)


def longest_path(module: Mapping[str, Any]) -> Path:
    """The longest chain of combinational cells in a flat module of a Yosys JSON netlist.

    Chains begin at a sequential cell or an input and end at a sequential cell or an output; those
    two are not counted.

    Raises:
        ToolError: the module has a combinational loop.
    """
    net = _Net(module)
    depth: dict[str, int] = {}
    for name in net.order:
        depth[name] = 1 + max((depth[before] for before in net.reads[name]), default=0)
    return Path(tuple((net.cells[name]["type"], name) for name in _trace(depth, net.reads)))


def delays(module: Mapping[str, Any]) -> Delays:
    """The longest ways of a flat module of a Yosys JSON netlist.

    Raises:
        ToolError: the module has a combinational loop.
    """
    net = _Net(module)
    ports = {name: entry["bits"] for name, entry in module["ports"].items()}
    inputs = [name for name in ports if module["ports"][name]["direction"] == "input"]
    outputs = [name for name in ports if module["ports"][name]["direction"] == "output"]
    into: dict[str, int] = {}
    through: dict[tuple[str, str], int] = {}
    for begin in inputs:
        found = net.depths(ports[begin])
        into[begin] = found.most(net.taken)
        through |= {(begin, end): found.most(ports[end]) for end in outputs}
    found = net.depths(net.given)
    out = {end: found.most(ports[end]) for end in outputs}
    return Delays(max(found.most(net.taken), 0), _real(into), _real(out), _real(through))


Key = TypeVar("Key")


def _real(ways: Mapping[Key, int]) -> dict[Key, int]:
    """The ways that there are."""
    return {key: cells for key, cells in ways.items() if cells >= 0}


class _Net:
    """The combinational cells of a flat module, in order, and the nets at its registers."""

    def __init__(self, module: Mapping[str, Any]) -> None:
        every = module["cells"]
        self.cells = {name: cell for name, cell in every.items() if not _is_sequential(cell)}
        self.makers = {
            bit: name for name, cell in self.cells.items() for bit in _bits(cell, "output")
        }
        self.passed = {name: set(_passed(cell)) for name, cell in self.cells.items()}
        self.reads = {
            name: {self.makers[bit] for bit in bits if bit in self.makers}
            for name, bits in self.passed.items()
        }
        try:
            self.order = tuple(TopologicalSorter(self.reads).static_order())
        except CycleError as error:
            loop = " -> ".join(error.args[1])
            raise ToolError(f"the netlist has a combinational loop: {loop}") from error
        held = [cell for name, cell in every.items() if name not in self.cells]
        self.given = {bit for cell in held for bit in _bits(cell, "output")}
        self.taken = {bit for cell in held for bit in _bits(cell, "input")}
        for name, cell in self.cells.items():
            self.taken |= set(_bits(cell, "input")) - self.passed[name]

    def depths(self, begin: Iterable[Bit]) -> _Depths:
        """Cells from the nets `begin` to every net behind them."""
        depth: dict[Bit, int] = {bit: 0 for bit in begin if isinstance(bit, int)}
        for name in self.order:
            most = max((depth[bit] for bit in self.passed[name] if bit in depth), default=-1)
            if most >= 0:
                depth |= dict.fromkeys(_bits(self.cells[name], "output"), most + 1)
        return _Depths(depth)


@dataclass(frozen=True)
class _Depths:
    """Cells in front of each net that a set of nets leads to."""

    found: Mapping[Bit, int]

    def most(self, ends: Iterable[Bit]) -> int:
        """The longest way to any of `ends`, -1 if none leads there."""
        return max((self.found.get(bit, -1) for bit in ends), default=-1)


def _trace(depth: Mapping[str, int], reads: Mapping[str, Iterable[str]]) -> list[str]:
    """The cells of a deepest chain, first to last."""
    chain: list[str] = []
    choices: Iterable[str] = depth
    while choices:
        chain.append(max(choices, key=lambda name: (depth[name], name)))
        choices = reads[chain[-1]]
    return chain[::-1]


def _is_sequential(cell: Mapping[str, Any]) -> bool:
    if cell["type"].startswith("DSP48"):
        return any(int(str(cell["parameters"].get(name, 0)), 2) for name in DSP_REGISTERS)
    return SEQUENTIAL.fullmatch(cell["type"]) is not None


def _passed(cell: Mapping[str, Any]) -> Iterable[Bit]:
    """The nets that an output of a combinational cell may follow without a clock.

    Of a LUT RAM these are the read addresses: data and write enable are taken at a clock edge, and
    so is the address of a port whose output nothing reads.
    """
    if not LUTRAM.fullmatch(cell["type"]):
        return _bits(cell, "input")
    connections = cell["connections"]
    ports = {pin: READ_PORTS.get(pin.rstrip("0123456789")) for pin in connections}
    used = [pin for pin, out in ports.items() if out and connections.get(out)]
    return [bit for pin in used for bit in connections[pin] if isinstance(bit, int)]


def _bits(cell: Mapping[str, Any], direction: str) -> Iterable[Bit]:
    """The nets on the pins of one direction, constants left out."""
    for pin, bits in cell["connections"].items():
        if cell["port_directions"][pin] == direction:
            yield from (bit for bit in bits if isinstance(bit, int))
