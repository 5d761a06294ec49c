"""The 5 x 100 GINE on ogbg-molhiv: accuracy, equality, cycles, speed. Prints one table.

    python benchmarks/bench_molhiv.py --data molhiv.npz
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from models import MolGINE
from molhiv import load_molhiv
from rich.table import Table
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader

import gengnn
from gengnn.metrics import METRICS
from gengnn.report.tables import console_for

FLOWGNN_CYCLES = 6827
"""Cycles per graph of FlowGNN's GIN on this test set (measured on its board, 2 x 4 x 2 x 8)."""

MULTIPLIERS = 1752
"""DSP blocks of that design, by its HLS report."""

WEIGHTS = Path(__file__).parent / "weights" / "molgine.pt"

Row = tuple[str, str, str]


def arguments() -> argparse.Namespace:
    """The command line; the data path may also come from MOLHIV."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=os.environ.get("MOLHIV"), help="molhiv.npz")
    parser.add_argument("--rtl-graphs", type=int, default=4113, help="graphs to simulate in RTL")
    parser.add_argument("--multipliers", type=int, default=MULTIPLIERS)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "gengnn_molhiv")
    told = parser.parse_args()
    if not told.data or not Path(told.data).is_file():
        parser.error("give --data or set MOLHIV to the path of molhiv.npz")
    return told


def timed(call: object) -> tuple[float, object]:
    """Seconds that a call takes, and its result."""
    start = time.perf_counter()
    result = call()  # type: ignore[operator]
    return time.perf_counter() - start, result


def float_pass(model: MolGINE, graphs: list[Data]) -> torch.Tensor:
    """PyG's own batched float inference, data loading included."""
    with torch.no_grad():
        parts = [
            model(b.x, b.edge_index, b.edge_attr, b.batch)
            for b in DataLoader(graphs, batch_size=512)
        ]
    return torch.cat(parts)


def rows(told: argparse.Namespace) -> Iterator[Row]:
    """Run everything; one row per figure: what, value, how."""
    model = MolGINE()
    model.load_state_dict(torch.load(WEIGHTS, weights_only=True))
    model.eval()
    calibration, test = load_molhiv(told.data, "train")[:2000], load_molhiv(told.data, "test")
    archive = told.out.with_suffix(".pt")
    gengnn.export(model, calibration[0], archive)
    limits = {"max_nodes": 256, "max_edges": 512}
    seconds, project = timed(
        lambda: gengnn.build(
            archive,
            part="xcu50",
            data=calibration,
            out=told.out,
            multipliers=told.multipliers,
            **limits,
        )
    )
    yield "gengnn build", f"{seconds:.1f} s", "no simulation"
    yield from accuracy(model, project, test)
    yield from simulations(project, test, told.rtl_graphs)
    for resource, found in project.synth("yosys")["total"].items():
        yield resource.upper(), f"{found:,}", "Yosys synthesis"


def accuracy(model: MolGINE, project: gengnn.Project, test: list[Data]) -> Iterator[Row]:
    """Float against fixed point on the test set, and the speed of both."""
    project.predict(test[:512])
    float_pass(model, test[:512])
    pairs = [
        (timed(lambda: float_pass(model, test)), timed(lambda: project.predict(test)))
        for _ in range(3)
    ]
    (_, real), (_, fixed) = pairs[0]
    ratio = sorted(ours / theirs for (theirs, _), (ours, _) in pairs)[1]
    yield "predict / PyG float, time", f"{ratio:.2f} x", "median of 3 pairs, data loading in both"
    fixed = torch.as_tensor(fixed).reshape(-1)
    labels = torch.cat([graph.y.reshape(-1) for graph in test])
    yield "Pearson", f"{METRICS['pearson'](real.reshape(-1), fixed):.6f}", "float against fixed"
    for name, scores in (("float", real.reshape(-1)), ("fixed", fixed)):
        yield f"ROC-AUC, {name}", f"{METRICS['roc_auc'](labels, scores):.4f}", "4,113 test graphs"


def simulations(project: gengnn.Project, test: list[Data], rtl_graphs: int) -> Iterator[Row]:
    """Mismatches, cycles and speed of both simulators."""
    seconds, csim = timed(lambda: project.csim(test))
    yield "C-simulation mismatches", f"{csim.mismatches} in {len(test)} graphs", f"{seconds:.0f} s"
    chosen = test[:rtl_graphs]
    first, _ = timed(lambda: project.cosim(chosen[:1]))
    seconds, rtl = timed(lambda: project.cosim(chosen))
    yield "Verilator compilation", f"{first:.0f} s", "with one graph"
    yield "RTL mismatches", f"{rtl.mismatches} in {len(chosen)} graphs", "Verilator"
    yield "RTL graphs per second", f"{len(chosen) / seconds:.0f}", "once compiled"
    cycles = project.report["latency"]["rtl_cycles"]["mean"]
    yield "cycles per graph", f"{cycles:,.0f}", "RTL simulation, one graph at a time"
    yield "FlowGNN's cycles per graph", f"{FLOWGNN_CYCLES:,}", "published, on its board"
    yield "cycles per graph", f"{project.report['latency']['estimated_cycles']:,.0f}", "estimated"


def main() -> None:
    """Print the table."""
    table = Table("figure", "value", "how", title="5 x 100 GINE, ogbg-molhiv test", box=None)
    for row in rows(arguments()):
        table.add_row(*row)
        print(": ".join(row[:2]), file=sys.stderr, flush=True)
    console_for(sys.stdout).print(table)


if __name__ == "__main__":
    main()
