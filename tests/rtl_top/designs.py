"""Small designs whose RTL projects the tests of the top build and run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gengnn.design import Design, Field
from gengnn.emit.rtl import emit_rtl
from gengnn.ir import Graph, Kind, Value
from gengnn.parts import part
from gengnn.passes.fold import fold
from gengnn.passes.goal import Optimize
from gengnn.passes.order import order_rows
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.schedule import Budget, schedule
from gengnn.reference import Sample
from tests.graphs import (
    Builder,
    chain,
    chains,
    fans,
    gine,
    make,
    molecules,
    norms,
    several_samples,
    several_spaces,
    turned,
    virtual,
    weights,
)

ROWS = {"nodes": 10.0, "edges": 20.0, "graphs": 1.0}

WIDE_INPUTS = (
    Value("x", "nodes", (40,)),
    Value("spare", "nodes", (2,), Kind.INDEX, bound=5),
    Value("src", "edges", (), Kind.INDEX, target="nodes"),
    Value("edge_attr", "edges", (3,)),
    Value("u", "graphs", (5,)),
    Value("rows_nodes", "nodes", (), Kind.ROWS),
    Value("rows_edges", "edges", (), Kind.ROWS),
    Value("rows_graphs", "graphs", (), Kind.ROWS),
)
"""Rows of nodes are wider than the widest bus, and nothing reads `spare`."""


@dataclass(frozen=True)
class Project:
    """A design, its RTL in a folder, and graphs that fit it."""

    design: Design
    folder: Path
    samples: list[Sample]


def folded(folder: Path) -> Project:
    """A GINE of three layers on one set of units, with one result per graph."""
    return _project(_design(fold(gine()), molecules(40), "gine"), molecules(40), folder)


def uneven(folder: Path) -> Project:
    """Folded layers of which the first and the last lack a part, on sorted edges."""
    graph = fold(order_rows(virtual(), molecules(40)))
    return _project(_design(graph, molecules(40), "uneven"), molecules(40), folder)


def doubled(folder: Path) -> Project:
    """The same for graphs of twice as many nodes and edges."""
    graph = fold(gine())
    limits = {"nodes": 2 * graph.limit("nodes"), "edges": 2 * graph.limit("edges"), "graphs": 1}
    return _project(_design(replace(graph, limits=limits), molecules(40), "gine"), [], folder)


def streamed(folder: Path) -> Project:
    """The same GINE for graphs that are sent back to back, most of them far below the limits."""
    limits = {"nodes": 128, "edges": 256, "graphs": 1}
    limited = replace(fold(gine()), limits=limits)
    graph = quantize(limited, molecules(40), Precision.parse("auto"))
    budget = Budget(part("xcu50"), multipliers=64)
    typical = molecules(8, seed=1)
    design = schedule(graph, budget, ROWS, "gine", typical, Optimize.THROUGHPUT)
    return _project(design, molecules(40), folder)


def queued(folder: Path) -> Project:
    """Folded layers whose rows queue up for the next one, and a slow matrix behind the last."""
    samples = chains(1, 2, 9, 40, 90, 128)
    return _project(_design(fold(chain()), samples, "queued", 20), samples, folder)


def shared(folder: Path) -> Project:
    """A map that two units read, one of them all of it before its first row comes out."""
    return _project(_design(norms(), fans(), "shared", 2), fans(), folder)


def apart(folder: Path) -> Project:
    """Two units that sum the same rows, one of them some cycles after the other."""
    samples = turned(chains(1, 2, 9, 40, 128))
    graph = order_rows(weights(), samples)
    return _project(_design(graph, samples, "apart"), samples, folder)


def wide(folder: Path) -> Project:
    """Results in three spaces, the inputs almost untouched on their way."""
    build = Builder(WIDE_INPUTS)
    nodes = build("kept", make("Relu"), "x")
    ends = build("ends", make("Gather"), "x", "src")
    edges = build("joined", make("Concat"), ends, "edge_attr")
    graphs = build("ramp", make("LeakyRelu", 0.5), "u")
    limits = {"nodes": 16, "edges": 24, "graphs": 3}
    graph = build.graph(nodes, edges, graphs, limits=limits)
    design = _design(graph, batches(30), "wide")
    rows = design.layouts[0]
    unread = Field("", "spare", 2, design.graph.values["spare"].format.width, bound=5)
    layouts = (replace(rows, fields=(*rows.fields, unread)), *design.layouts[1:])
    return _project(replace(design, layouts=layouts), batches(30), folder)


def degrees(folder: Path) -> Project:
    """Edges counted by the node that they point at, straight from the packet."""
    inputs = (
        Value("dst", "edges", (), Kind.INDEX, target="nodes"),
        Value("x", "nodes", (1,)),
        Value("rows_nodes", "nodes", (), Kind.ROWS),
        Value("rows_edges", "edges", (), Kind.ROWS),
    )
    build = Builder(inputs)
    one = build("one", make("Fill", 1.0), "rows_edges")
    count = build("count", make("Scatter", "sum"), one, "dst", "rows_nodes")
    graph = build.graph(
        build("y", make("Add"), count, "x"), limits={"nodes": 8, "edges": 400, "graphs": 1}
    )
    rng = np.random.default_rng(5)
    samples: list[Sample] = [
        {"dst": rng.integers(0, 8, edges), "x": rng.normal(size=(8, 1))} for edges in (0, 80, 400)
    ]
    return _project(_design(graph, samples, "degrees"), samples, folder)


def several(folder: Path) -> Project:
    """Seven input spaces: the header of a packet has three beats."""
    samples = several_samples(30)
    return _project(_design(several_spaces(), samples, "several"), samples, folder)


def batches(count: int) -> list[Sample]:
    """Random samples for `wide`, of up to three graphs each."""
    rng = np.random.default_rng(7)
    samples = []
    for _ in range(count):
        nodes, edges = int(rng.integers(1, 17)), int(rng.integers(0, 25))
        samples.append(
            {
                "x": rng.normal(size=(nodes, 40)),
                "spare": rng.integers(0, 5, (nodes, 2)),
                "src": rng.integers(0, nodes, edges),
                "edge_attr": rng.normal(size=(edges, 3)),
                "u": rng.normal(size=(int(rng.integers(1, 4)), 5)),
            }
        )
    return samples


def _design(graph: Graph, samples: list[Sample], name: str, multipliers: int = 64) -> Design:
    quantized = quantize(graph, samples, Precision.parse("auto"))
    rows = ROWS | dict.fromkeys(set(graph.limits) - set(ROWS), 4.0)
    return schedule(quantized, Budget(part("xcu50"), multipliers=multipliers), rows, name)


def _project(design: Design, samples: list[Sample], folder: Path) -> Project:
    emit_rtl(design, folder)
    return Project(design, folder, samples)
