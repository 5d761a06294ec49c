"""Loops that a layer adds to every node pass beside the edges; no result changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gengnn.ir import Graph, Kind, Space, Value
from gengnn.passes.apart import apart
from gengnn.passes.simplify import simplify
from gengnn.reference import run_real
from tests.graphs import INPUTS, Builder, make, molecules

BOTH = "both"
HOPS = Value("hops", "nodes", (), Kind.INDEX, target="nodes")


class Looped(Builder):
    """Rows `x_j` of two lanes and the map `to` in a space of all edges, then a loop per node."""

    def __init__(self, hops: Value | None = None) -> None:
        """The loops lead back to each node, or where the map `hops` of the nodes does."""
        super().__init__((*INPUTS, hops) if hops else INPUTS)
        self("h", make("Convert"), "x")
        loops = hops.name if hops else self("loops", make("Iota"), "rows_nodes")
        self("from", make("ConcatRows", BOTH), "src", loops)
        self("to", make("ConcatRows", BOTH), "dst", loops)
        self("x_j", make("Gather"), "h", "from")

    def graph(self, *outputs: str, limits: dict[str, int] | None = None) -> Graph:
        """The graph with the joined space."""
        spaces = {name: Space(name) for name in ("nodes", "edges", "graphs")}
        spaces[BOTH] = Space(BOTH, "concat", ("edges", "nodes"))
        most = limits or {"nodes": 32, "edges": 64, "graphs": 1}
        nodes = tuple(self.nodes)
        return Graph(spaces, self.inputs, nodes, outputs, self.params, most).verify()


def without(graph: Graph) -> Graph:
    """The graph after the pass, which keeps every number; the joined space is gone."""
    after = apart(simplify(graph)).verify()
    assert BOTH not in after.spaces
    for name, other in zip(graph.outputs, after.outputs, strict=True):
        before = run_real(graph, molecules()).tensors[name]
        found = run_real(after, molecules()).tensors[other]
        torch.testing.assert_close(found, before, rtol=1e-12, atol=1e-12)
    return after


def count(graph: Graph, kernel: str) -> int:
    return [node.op.kernel for node in graph.nodes].count(kernel)


@pytest.mark.parametrize("reduce", ["sum", "max", "min", "last"])
def test_a_loop_is_an_operand_of_its_node(reduce: str) -> None:
    build = Looped()
    down = build("down", make("Affine"), "x_j", scale=[1.0, -1.0], shift=[-9.0, 9.0])
    total = build("y", make("Scatter", reduce), down, "to", "rows_nodes")
    after = without(build.graph(total))
    assert {node.output.space for node in after.nodes if node.op.kernel == "gather"} <= {"edges"}


def test_a_softmax_over_neighbours_and_the_node_itself() -> None:
    build = Looped()
    most = build("most", make("Scatter", "max"), "x_j", "to", "rows_nodes")
    less = build("less", make("Add", -1), "x_j", build("most_i", make("Gather"), most, "to"))
    exp = build("exp", make("Table", "exp"), less)
    total = build("total", make("Scatter", "sum"), exp, "to", "rows_nodes")
    share = build("share", make("Divide"), exp, build("total_i", make("Gather"), total, "to"))
    mean = build("mean", make("Mul"), share, "x_j")
    after = without(build.graph(build("y", make("Scatter", "sum"), mean, "to", "rows_nodes")))
    assert count(after, "divide") == 1  # behind the sums
    assert count(after, "table") == 2


def test_degrees_count_a_loop_as_one() -> None:
    build = Looped()
    rows = build("rows_both", make("ConcatRows", BOTH), "rows_edges", "rows_nodes")
    one = build("one", make("Fill", 1.0), rows)
    after = without(build.graph(build("y", make("Scatter", "sum"), one, "to", "rows_nodes")))
    assert count(after, "concat_rows") == 0


def test_what_needs_the_joined_rows_keeps_them() -> None:
    def total(build: Looped, x: str) -> Graph:
        return build.graph(build("y", make("Scatter", "sum"), x, "to", "rows_nodes"))

    seen, moved, weighted, led = Looped(), Looped(HOPS), Looped(), Looped()
    seen("y", make("Relu"), "x_j")
    weighted("w", make("Linear"), "x_j", weight=[[1.0, 2.0], [3.0, 4.0]])
    led("order", make("Order"), "to")
    led("again", make("Gather"), "x_j", "order")
    for graph in (
        seen.graph("y"),
        total(weighted, "w"),
        total(led, "again"),
        total(moved, "x_j"),
    ):
        assert apart(graph) is graph


def test_spaces_of_more_parts_stay() -> None:
    build = Looped()
    graph = build.graph(build("y", make("Scatter", "sum"), "x_j", "to", "rows_nodes"))
    three = replace(graph.spaces[BOTH], parents=("edges", "nodes", "nodes"))
    wider = replace(graph, spaces={**graph.spaces, BOTH: three})
    assert apart(wider) is wider
