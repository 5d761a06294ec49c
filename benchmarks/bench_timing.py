"""Timing without a vendor's tool: cells between registers, fan-out, and the frequency on an ECP5.

Run it as `python -m benchmarks.bench_timing --data molhiv.npz`; `--models gcn` takes one model, and
`--short` leaves out the fan-out and the ECP5. The page is written when nothing is left out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from torch_geometric.data import Data

import gengnn
from benchmarks.figures import PART
from benchmarks.models import MODELS
from benchmarks.molhiv import load_molhiv
from benchmarks.narrow import narrowed
from benchmarks.timing_figures import Bench, units
from benchmarks.timing_page import LIMIT, tops_table, units_table, write_page
from benchmarks.workloads import MULTIPLIERS, check_data, parser_with_data, trained
from gengnn.parts import part
from gengnn.report.tables import console_for
from gengnn.synth.timing import joined, longest_chain

PAGE = Path(__file__).parents[1] / "docs" / "timing.md"

CALIBRATION = 500
"""Graphs that set the formats."""

LIMITS = {"max_nodes": 256, "max_edges": 512}


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = parser_with_data(__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--short", action="store_true", help="no fan-out, no place and route")
    parser.add_argument("--out", type=Path, default=Path("build") / "timing", help="the designs")
    parser.add_argument("--page", type=Path, help="the page to write")
    told = parser.parse_args()
    check_data(parser, told)
    if not told.page and not told.short and set(told.models) == set(MODELS):
        told.page = PAGE
    return told


def built(name: str, data: Sequence[Data], out: Path) -> Path:
    """The RTL project of a model."""
    archive = out / f"{name}.pt"
    gengnn.export(trained(name), data[0], archive)
    options = {"part": PART, "multipliers": MULTIPLIERS, **LIMITS, "backends": ("rtl",)}
    return gengnn.build(archive, data=data, out=out / name, **options).folder / "rtl"


def main() -> int:
    """Measure, print the tables and write the page; 1 if a way is too long."""
    told = arguments()
    told.out.mkdir(parents=True, exist_ok=True)
    data, bench = load_molhiv(told.data, "train", CALIBRATION), Bench(told.out)
    tops = {
        name: joined(
            built(name, data, told.out), f"{name}_top", part(PART).family, told.out / f"{name}_top"
        )
        for name in told.models
    }
    figures = bench.measure(units(tops.values()), told.short)
    chains = {
        name: longest_chain(top, lambda shape: bench.ways[narrowed(shape)])
        for name, top in tops.items()
    }
    console = console_for(sys.stdout)
    console.print(units_table(figures))
    console.print(tops_table(chains))
    if told.page:
        write_page(told.page, figures, chains)
    longest = [entry.ways.longest for entry in figures] + [c.length for c in chains.values()]
    return int(max(longest) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
