"""Sorting: reduced rows come by target, and no result changes."""

from __future__ import annotations

import torch

from gengnn.passes.order import order_rows
from gengnn.reference import Sample, run_real
from tests.graphs import Builder, gine, make, molecules, norms, virtual


def sorted_molecules() -> list[Sample]:
    """The same graphs with their edges in the order of dst."""
    return [{**s, "dst": s["dst"][s["dst"].argsort()]} for s in molecules()]


def test_sorting_keeps_the_float_meaning() -> None:
    for graph in (gine(), virtual()):
        ordered = order_rows(graph, molecules()).verify()
        assert [type(node.op).__name__ for node in ordered.nodes].count("Order") == 1
        before, after = (run_real(g, molecules()).tensors["head"] for g in (graph, ordered))
        torch.testing.assert_close(before, after, rtol=1e-12, atol=1e-12)


def test_reductions_of_sorted_rows_take_no_memory() -> None:
    ordered = order_rows(gine(), molecules())
    kinds = {node.name: type(node.op).__name__ for node in ordered.nodes}
    assert {kinds[f"agg_{layer}"] for layer in range(3)} == {"Segment"}
    assert kinds["total"] == "Scatter"


def test_rows_that_come_sorted_stay() -> None:
    graph = gine()
    assert order_rows(graph, sorted_molecules()) == graph


def test_one_reduction_does_not_pay_for_sorting() -> None:
    graph = gine(layers=1)
    assert order_rows(graph, molecules()) == graph


def test_rows_whose_order_is_seen_stay() -> None:
    build = Builder()
    h = build("h", make("Convert"), "x")
    for layer in range(2):
        rows = build(f"x_j_{layer}", make("Gather"), h, "src")
        h = build(f"agg_{layer}", make("Scatter", "sum"), rows, "dst", "rows_nodes")
    last = build("last", make("Gather"), h, "src")
    for seen in (
        build.graph(last),
        build.graph(build("kept", make("Scatter", "last"), last, "dst", "rows_nodes")),
    ):
        assert order_rows(seen, molecules()) == seen


def test_sorted_rows_are_sorted_where_a_reduction_follows_another_along_one_map() -> None:
    kinds = [type(node.op).__name__ for node in order_rows(norms(), sorted_molecules()).nodes]
    assert kinds.count("Segment") == 2
    for index in ("src", "dst"):
        build = Builder()
        h = build("h", make("Convert"), "x")
        x_j = build("x_j", make("Gather"), h, "src")
        most = build("most", make("Scatter", "max"), x_j, "dst", "rows_nodes")
        back = build("back", make("Gather"), most, index)
        sums = build("sums", make("Scatter", "sum"), back, "dst", "rows_nodes")
        graph = build.graph(sums)
        assert (order_rows(graph, sorted_molecules()) == graph) == (index == "src")
