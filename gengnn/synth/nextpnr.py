"""A real frequency without a vendor's tool: place and route for a Lattice ECP5 by nextpnr."""

from __future__ import annotations

import json
from pathlib import Path

from gengnn import tools
from gengnn.errors import ToolError

ECP5 = (
    "read_verilog -lib -specify +/ecp5/cells_sim.v +/ecp5/cells_bb.v",
    "synth_ecp5 -run coarse:check",
)
"""How the netlists are made that nextpnr takes."""

PART = ("--85k", "--package", "CABGA381", "--speed", "8")
"""The largest part of the family, in its fastest grade."""


def frequency(netlist: Path) -> float:
    """The clock frequency in MHz that a netlist for ECP5 reaches once placed and routed.

    Only ways between registers count: ports are not tied to pins. Infinite where there are none.

    Raises:
        ToolError: nextpnr is missing or failed; the netlist may not fit the part.
    """
    command = tools.nextpnr()
    if command is None:
        raise ToolError("nextpnr-ecp5 was not found\n  pip install 'gengnn[synth]'")
    report = netlist.with_suffix(".report")
    options = ("--json", netlist.name, "--report", report.name, "--out-of-context")
    words = (*command, *PART, *options, "--timing-allow-fail", "--freq", "300", "--quiet")
    tools.run(words, netlist.with_suffix(".log").resolve(), cwd=netlist.parent)
    clocks = json.loads(report.read_text(encoding="utf-8"))["fmax"]
    return min((float(clock["achieved"]) for clock in clocks.values()), default=float("inf"))
