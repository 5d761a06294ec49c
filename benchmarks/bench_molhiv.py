"""The 5 x 100 GINE on ogbg-molhiv: accuracy, equality, cycles, speed. Prints one table.

Run it as `python -m benchmarks.bench_molhiv --data molhiv.npz`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch
from rich.table import Table
from torch import nn
from torch_geometric.data import Data

import gengnn
from benchmarks.workloads import (
    MULTIPLIERS,
    check_data,
    float_pass,
    molhiv,
    parser_with_data,
    timed,
    trained,
)
from gengnn.metrics import Metric, measure
from gengnn.parts import RESOURCES
from gengnn.report.tables import console_for

Row = tuple[str, str, str]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = parser_with_data(__doc__)
    parser.add_argument("--rtl-graphs", type=int, default=4113, help="graphs to simulate in RTL")
    parser.add_argument("--multipliers", type=int, default=MULTIPLIERS)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "gengnn_molhiv")
    told = parser.parse_args()
    check_data(parser, told)
    return told


def rows(told: argparse.Namespace) -> Iterator[Row]:
    """Run everything; one row per figure: what, value, how."""
    model, workload = trained("gin"), molhiv(told.data)
    calibration, test = workload.calibration, workload.test
    archive = told.out.with_suffix(".pt")
    gengnn.export(model, calibration[0], archive)
    seconds, project = timed(
        lambda: gengnn.build(
            archive,
            part="xcu50",
            data=calibration,
            out=told.out,
            multipliers=told.multipliers,
            **workload.limits,
        )
    )
    yield "gengnn build", f"{seconds:.1f} s", "no simulation"
    yield from accuracy(model, project, test)
    yield from simulations(project, test, told.rtl_graphs)
    yield "FlowGNN's cycles per graph", f"{workload.flowgnn['gin']:,}", "published, on its board"
    found = project.synth("yosys")
    for resource in RESOURCES:
        yield resource.upper(), f"{found[resource]:,}", "Yosys synthesis"


def accuracy(model: nn.Module, project: gengnn.Project, test: list[Data]) -> Iterator[Row]:
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
    pearson = measure(Metric.PEARSON, fixed.double().numpy(), real.double().numpy())
    yield "Pearson", f"{pearson:.6f}", "PyG float32 against fixed"
    labels = torch.cat([graph.y.reshape(-1) for graph in test]).double().numpy()
    for name, scores in (("PyG float32", real), ("fixed", fixed)):
        area = measure(Metric.ROC_AUC, scores.double().numpy(), labels)
        yield f"ROC-AUC, {name}", f"{area:.4f}", f"{len(test):,} test graphs"


def simulations(project: gengnn.Project, test: list[Data], rtl_graphs: int) -> Iterator[Row]:
    """Mismatches, cycles and speed of both simulators."""
    seconds, csim = timed(lambda: project.csim(test))
    yield "C-simulation mismatches", f"{csim.mismatches} in {len(test)} graphs", f"{seconds:.0f} s"
    chosen = test[:rtl_graphs]
    first, _ = timed(lambda: project.cosim(chosen[:1]))
    seconds, rtl = timed(lambda: project.cosim(chosen))
    latency = project.report["latency"]
    yield "Verilator compilation", f"{first:.0f} s", "with one graph"
    yield "RTL mismatches", f"{rtl.mismatches} in {len(chosen)} graphs", "Verilator"
    strange = odd_graphs(test[0])
    wrong = project.csim(strange).mismatches + project.cosim(strange).mismatches
    yield "mismatches on odd graphs", f"{wrong} in {len(strange)} graphs", "C++ and RTL"
    yield "RTL graphs per second", f"{len(chosen) / seconds:.0f}", "once compiled"
    yield (
        "cycles per graph",
        f"{latency['rtl_cycles']['mean']:,.0f}",
        "RTL simulation, one at a time",
    )
    yield "cycles per graph", f"{latency['estimated_cycles']:,.0f}", "estimated"


def odd_graphs(model: Data) -> list[Data]:
    """Graphs that break assumptions, with the features of a real one."""
    star = [(0, leaf) for leaf in range(1, 256)] + [(leaf, 0) for leaf in range(1, 256)]
    full = [(number % 256, number * 37 % 256) for number in range(512)]
    shapes: list[tuple[int, list[tuple[int, int]]]] = [
        (5, []),
        (1, []),
        (1, [(0, 0)]),
        (3, [(0, 0), (1, 1), (0, 1)]),
        (2, [(0, 1)] * 9),
        (6, [(0, 1), (1, 0)]),
        (256, star),
        (256, full),
    ]
    return [
        Data(
            x=model.x[torch.arange(nodes) % model.num_nodes],
            edge_index=torch.tensor(edges, dtype=torch.int64).reshape(-1, 2).t(),
            edge_attr=model.edge_attr[torch.arange(len(edges)) % model.num_edges],
        )
        for nodes, edges in shapes
    ]


def main() -> None:
    """Print the table."""
    table = Table("figure", "value", "how", title="5 x 100 GINE, ogbg-molhiv test", box=None)
    for row in rows(arguments()):
        table.add_row(*row)
        print(": ".join(row[:2]), file=sys.stderr, flush=True)
    console_for(sys.stdout).print(table)


if __name__ == "__main__":
    main()
