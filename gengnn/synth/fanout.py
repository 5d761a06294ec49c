"""Fan-out: the most pins that one net of a netlist drives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GLOBAL = frozenset(["clk", "rst_n"])
"""Ports whose nets have a network of their own in every part."""

MAPPED = (
    "read_verilog -lib -specify +/xilinx/cells_sim.v",
    "read_verilog -lib +/xilinx/cells_xtra.v",
    "synth_xilinx -family xcup -noiopad -noclkbuf -run prepare:map_luts",
    "opt_expr -mux_undef -noclkinv",
    "abc -luts 2:2,3,6:5,10,20",
    "clean",
    "techmap -map +/xilinx/lut_map.v -map +/xilinx/cells_map.v -D LUT_WIDTH=6",
    "clean",
)
"""How the netlists of wide units are made: with ABC in place of ABC9, which takes minutes.

Without `xilinx_dffopt`, which gives a clock enable to every bit's LUT instead of one per register.
"""


@dataclass(frozen=True)
class Load:
    """The most loaded net of a module, and the pins of cells that it drives."""

    pins: int
    net: str


def largest_load(module: Mapping[str, Any]) -> Load:
    """The most loaded net of a flat module of a Yosys JSON netlist.

    Nets from inputs count too, except clock and reset.
    """
    pins: Counter[int] = Counter()
    for cell in module["cells"].values():
        for pin, bits in cell["connections"].items():
            if cell["port_directions"][pin] == "input":
                pins.update(bit for bit in bits if isinstance(bit, int))
    for name in GLOBAL & module["ports"].keys():
        for bit in module["ports"][name]["bits"]:
            pins.pop(bit, None)
    if not pins:
        return Load(0, "")
    bit, count = pins.most_common(1)[0]
    named = (name for name, entry in module["netnames"].items() if bit in entry["bits"])
    return Load(count, min(named, key=lambda name: (len(name), name), default=""))
