"""Timing without a vendor: the most cells that a signal passes between two sequential ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

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


def longest_path(module: Mapping[str, Any]) -> Path:
    """The longest chain of combinational cells in a flat module of a Yosys JSON netlist.

    Chains begin at a sequential cell or an input and end at a sequential cell or an output; those
    two are not counted.

    Raises:
        ToolError: the module has a combinational loop.
    """
    cells = {name: cell for name, cell in module["cells"].items() if not _is_sequential(cell)}
    makers = {bit: name for name, cell in cells.items() for bit in _bits(cell, "output")}
    reads = {
        name: {makers[bit] for bit in _passed(cell) if bit in makers}
        for name, cell in cells.items()
    }
    try:
        order = tuple(TopologicalSorter(reads).static_order())
    except CycleError as error:
        loop = " -> ".join(error.args[1])
        raise ToolError(f"the netlist has a combinational loop: {loop}") from error
    depth: dict[str, int] = {}
    for name in order:
        depth[name] = 1 + max((depth[before] for before in reads[name]), default=0)
    return Path(tuple((cells[name]["type"], name) for name in _trace(depth, reads)))


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
