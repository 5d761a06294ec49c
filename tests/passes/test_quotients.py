"""Rows that are divided by a number of their target are added up first."""

from __future__ import annotations

import torch

from gengnn.ir import Graph
from gengnn.passes.simplify import simplify
from gengnn.reference import run_real
from tests.graphs import Builder, make, molecules

HEADS = (0, 0, 0, 1, 1, 1)


def start() -> tuple[Builder, str, str]:
    """Rows of two lanes on edges, and sums of them on nodes, 0 for some."""
    build = Builder()
    a = build("a", make("Gather"), build("h", make("Convert"), "x"), "src")
    return build, a, build("s", make("Scatter", "sum"), a, "dst", "rows_nodes")


def checked(graph: Graph) -> dict[str, list[str]]:
    """Spaces of the results of each kernel after the pass, which keeps the numbers."""
    after = simplify(graph).verify()
    for name in graph.outputs:
        before, found = (run_real(g, molecules()).tensors[name] for g in (graph, after))
        torch.testing.assert_close(found, before, rtol=1e-12, atol=1e-12)
    found_in: dict[str, list[str]] = {}
    for node in after.nodes:
        found_in.setdefault(node.op.kernel, []).append(node.output.space)
    return found_in


def total(build: Builder, x: str, reduce: str = "sum", along: str = "dst") -> Graph:
    return build.graph(build("y", make("Scatter", reduce), x, along, "rows_nodes"))


def test_a_sum_of_quotients_is_a_quotient_of_sums() -> None:
    build, a, s = start()
    share = build("share", make("Divide"), a, build("s_i", make("Gather"), s, "dst"))
    found = checked(total(build, share))
    assert found["divide"] == ["nodes"]
    assert found["gather"] == ["edges"]


def test_weighted_rows_of_several_heads_are_divided_last() -> None:
    build, a, s = start()
    share = build("share", make("Divide"), a, build("s_i", make("Gather"), s, "dst"))
    wide = build("wide", make("Lanes", HEADS), share)
    rows = build("rows", make("Concat"), build("twice", make("Concat"), a, a), a)
    found = checked(total(build, build("message", make("Mul"), rows, wide)))
    assert found["divide"] == ["nodes"]
    assert found["mul"] == ["edges"]


def test_other_divisors_and_reductions_stay() -> None:
    for divisor, reduce, along in (("src", "sum", "dst"), ("dst", "max", "dst")):
        build, a, s = start()
        share = build("share", make("Divide"), a, build("s_i", make("Gather"), s, divisor))
        assert checked(total(build, share, reduce, along))["divide"] == ["edges"]


def test_quotients_with_other_readers_stay() -> None:
    build, a, s = start()
    share = build("share", make("Divide"), a, build("s_i", make("Gather"), s, "dst"))
    first = build("first", make("Scatter", "sum"), share, "dst", "rows_nodes")
    second = build("second", make("Scatter", "sum"), share, "src", "rows_nodes")
    graph = build.graph(build("y", make("Add"), first, second))
    assert checked(graph)["divide"] == ["edges"]
