"""Timing without a vendor's tool: cells between registers, and what nextpnr reaches on an ECP5.

Run it as `python -m benchmarks.bench_timing --data molhiv.npz`; `--models gcn` takes one model,
`--frequency` also places and routes every unit.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from rich.table import Table

import gengnn
from benchmarks.models import MODELS
from benchmarks.molhiv import load_molhiv
from benchmarks.narrow import narrowed
from gengnn.errors import ToolError
from gengnn.report.tables import console_for
from gengnn.synth.nextpnr import ECP5, frequency
from gengnn.synth.paths import Delays
from gengnn.synth.shapes import Shape
from gengnn.synth.timing import Ways, joined, longest_chain, netlists, shape_of

LIMIT = 10
"""Cells that a way between registers may have."""

WEIGHTS = Path(__file__).parent / "weights"

BUILD = {
    "part": "xcu50",
    "multipliers": 1752,
    "utilization": 0.8,
    "max_nodes": 256,
    "max_edges": 512,
    "backends": ("rtl",),
}


def arguments() -> argparse.Namespace:
    """The command line; the data path may also come from MOLHIV."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=os.environ.get("MOLHIV"), help="molhiv.npz")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--frequency", action="store_true", help="place and route every unit too")
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "gengnn_timing")
    told = parser.parse_args()
    if not told.data or not Path(told.data).is_file():
        parser.error("give --data or set MOLHIV to the path of molhiv.npz")
    return told


def built(name: str, data: Sequence[object], out: Path) -> Path:
    """The RTL project of a model; of an untrained one where it has no weights yet."""
    model = MODELS[name]()
    weights = WEIGHTS / f"{name}.pt"
    if weights.is_file():
        model.load_state_dict(torch.load(weights, weights_only=True))
    archive = out / f"{name}.pt"
    gengnn.export(model.eval(), data[0], archive)
    return gengnn.build(archive, data=data, out=out / name, **BUILD).folder / "rtl"


def units(top: Mapping[str, object]) -> set[Shape]:
    """The distinct library modules of a joined top."""
    cells = top["cells"].values()  # type: ignore[attr-defined]
    return {narrowed(shape_of(cell)) for cell in cells if cell["type"].startswith("gg_")}


def frequencies(shapes: Sequence[Shape], sources: Sequence[Path], out: Path) -> dict[Shape, str]:
    """MHz of each unit on an ECP5, or why there is none."""
    found = {}
    for number, shape in enumerate(shapes):
        try:
            name = f"ecp5_{number}"
            files = netlists({name: shape}, sources, ECP5, out / name)
            found[shape] = f"{frequency(files[name]):.0f}"
        except ToolError as error:
            found[shape] = str(error).splitlines()[0]
        print(shape, found[shape], file=sys.stderr, flush=True)
    return found


def row(shape: Shape, ways: Delays, mhz: str) -> tuple[str, ...]:
    """One line of the table."""
    parts = (ways.into.values(), ways.out.values(), ways.through.values())
    most = (max(part, default=0) for part in parts)
    params = " ".join(f"{name}={value}" for name, value in shape.params)
    return (shape.module, params, *(str(n) for n in (ways.longest, ways.inside, *most)), mhz)


def main() -> None:
    """Print a table of units, and one of whole designs."""
    told = arguments()
    told.out.mkdir(parents=True, exist_ok=True)
    data = load_molhiv(told.data, "train")[:500]
    tops, sources = {}, []
    for name in told.models:
        rtl = built(name, data, told.out)
        sources += [path for path in sorted((rtl / "lib").glob("*.sv"))]
        tops[name] = joined(rtl, f"{name}_top", "xcup", told.out / f"{name}_top")
    sources = list({path.name: path for path in sources}.values())
    shapes = sorted({shape for top in tops.values() for shape in units(top)}, key=str)
    ways = Ways(sources, told.out / "ways").measure(shapes)
    mhz = frequencies(shapes, sources, told.out) if told.frequency else {}
    columns = ("unit", "parameters", "cells", "inside", "in", "out", "through", "ECP5 MHz")
    table = Table(*columns, title="Longest way of each unit", box=None)
    for shape in sorted(shapes, key=lambda shape: -ways[shape].longest):
        table.add_row(*row(shape, ways[shape], mhz.get(shape, "")))
    whole = Table("design", "cells", "way", title="Longest way between registers", box=None)
    for name, top in tops.items():
        chain = longest_chain(top, lambda shape: ways[narrowed(shape)])
        steps = ", ".join(f"{where} {cells}" for where, cells in chain.steps)
        whole.add_row(name, str(chain.length), steps)
    console = console_for(sys.stdout)
    console.print(table)
    console.print(whole)


if __name__ == "__main__":
    main()
