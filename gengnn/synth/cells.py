"""Resources counted from the cells of a Yosys netlist for Xilinx."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from gengnn.errors import ToolError


@dataclass(frozen=True)
class Resources:
    """What a netlist takes of each resource of a part."""

    dsp: int = 0
    lut: int = 0
    ff: int = 0
    bram18: int = 0
    uram: int = 0

    def __add__(self, other: Resources) -> Resources:
        """Both netlists side by side."""
        return Resources(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __mul__(self, count: int) -> Resources:
        """`count` copies of the netlist."""
        return Resources(*(count * value for value in astuple(self)))


# The first pattern that matches a cell's whole name gives its worth. LUT RAM is counted in the
# LUTs it occupies. Sources: UG974 and UG953 (libraries guides), UG574 (distributed RAM).
WORTH = {
    r"DSP48E[12]": Resources(dsp=1),
    r"LUT[1-6]|LUT6_2|INV|SRL16E|SRLC16E|SRLC32E|RAM(32|64)X1S": Resources(lut=1),
    r"RAM(32|64)X1D|RAM128X1S": Resources(lut=2),
    r"RAM32M|RAM64M|RAM128X1D|RAM256X1S": Resources(lut=4),
    r"RAM32M16|RAM64M8|RAM32X16DR8|RAM64X8SW|RAM256X1D|RAM512X1S": Resources(lut=8),
    r"FD[A-Z]+(_1)?|LD[A-Z]+": Resources(ff=1),
    r"RAMB18E[12]": Resources(bram18=1),
    r"RAMB36E[12]": Resources(bram18=2),
    r"URAM288(_BASE)?": Resources(uram=1),
    r"CARRY[48]|MUXF[789]|BUFG(CE)?|[IO]BUF|VCC|GND|\$scopeinfo": Resources(),
}


def worth(cell: str) -> Resources:
    """The resources of one library cell.

    Raises:
        ToolError: the cell is none of the part's; Yosys left logic unmapped.
    """
    for pattern, resources in WORTH.items():
        if re.fullmatch(pattern, cell):
            return resources
    raise ToolError(
        f"Yosys left a cell of type {cell} that no Xilinx part has\n"
        "  the kernel that holds it cannot be synthesised as it is written"
    )


def count(stat: Mapping[str, Any], module: str) -> Resources:
    """The resources of `module` and all below it, from the dictionary of `stat -json`."""
    modules = {name.lstrip("\\"): entry for name, entry in stat["modules"].items()}
    return _count(modules, module, {})


def _count(modules: Mapping[str, Any], module: str, known: dict[str, Resources]) -> Resources:
    total = Resources()
    for cell, number in modules[module]["num_cells_by_type"].items():
        name = cell.lstrip("\\")
        if name not in modules:
            total += worth(name) * number
            continue
        if name not in known:
            known[name] = _count(modules, name, known)
        total += known[name] * number
    return total
