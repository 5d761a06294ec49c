"""The tables of timing without a vendor's tool, for the terminal and as docs/timing.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from benchmarks.flowgnn_page import NAMES, markdown
from benchmarks.timing_figures import WIDEST, Figures
from gengnn.synth.timing import Chain

LIMIT = 10
"""Cells that a way between registers may have."""

HEAD = f"""\
# Timing without a vendor's tool

`MOLHIV=molhiv.npz python -m benchmarks.bench_timing` writes this page: the longest ways between
registers, the fan-out, and the frequency on a part that an open tool can place and route for.

- The designs are FlowGNN's six models at 1,752 multipliers for xcu50 (docs/flowgnn.md).
- **cells**: the most combinational cells (LUT, CARRY4 and LUT RAM count one each) on a way in the
  netlist after `synth_xilinx -family xcup`, between sequential cells (flip-flop, DSP, block RAM) or
  ports; counted by walking the JSON netlist. The aim is at most {LIMIT}. **inside**, **in**,
  **out** and **through**: between registers of the unit, from an input to a register, from a
  register to an output, from an input to an output.
- Units are measured in every shape that a design has (**shapes**), with fewer lanes where the lanes
  have nothing to do with each other, and fewer terms of sums whose every level has a register;
  counters, depths and widths of numbers stay. Kernels of ops that no design has are measured with
  the parameters that stand in their files.
- **fan-out**: the most pins that one net drives, clock and reset left out, in the widest shape of
  the designs with all its lanes and at most {WIDEST:,} port bits; mapped with ABC in place of ABC9,
  and without `xilinx_dffopt`, which turns one clock enable into an input of every bit's LUT.
  Every 480 bits of a row have a control of their own, which is to keep it at 512 or less, and
  every part of a constant memory of LUT RAM has an address of its own. A number that is multiplied
  drives one operand of each column, whose DSP repeats its sign on up to 15 pins.
- **ECP5 MHz**: what nextpnr reaches for a Lattice ECP5 (LFE5U-85, speed 8) with the slowest of the
  measured shapes, between its registers. It is the oldest and slowest of these parts: it says that
  the unit can be placed and routed, not what an UltraScale+ reaches.
- The ways of a design run through several units: what each adds is taken from its own netlist, and
  joined as the design joins the units. The units of the way are given with the cells in each.

"""


def units_table(figures: Sequence[Figures]) -> Table:
    """A line for each module of the library."""
    table = Table("unit", title="Units", box=None)
    for name in ("shapes", "cells", "inside", "in", "out", "through", "fan-out", "ECP5 MHz"):
        table.add_column(name, justify="right")
    for entry in figures:
        ways = entry.ways
        most = (max(p.values(), default=0) for p in (ways.into, ways.out, ways.through))
        counts = (entry.count, ways.longest, ways.inside, *most)
        load = f"{entry.load.pins:,}" if entry.load else "not run"
        table.add_row(entry.module, *(str(count) for count in counts), load, entry.mhz)
    return table


def tops_table(chains: Mapping[str, Chain]) -> Table:
    """A line for each design."""
    table = Table("design", title="Designs", box=None)
    table.add_column("cells", justify="right")
    table.add_column("way")
    for name, chain in chains.items():
        way = ", ".join(f"{where} {cells}" for where, cells in chain.steps)
        table.add_row(NAMES[name][0], str(chain.length), way)
    return table


def write_page(path: Path, figures: Sequence[Figures], chains: Mapping[str, Chain]) -> None:
    """Write docs/timing.md."""
    lines = ["## Designs", "", *markdown(tops_table(chains)), ""]
    lines += ["## Units", "", *markdown(units_table(figures))]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
