"""Arithmetic on gathered rows moves in front of the gather where that is less work."""

from __future__ import annotations

from collections import Counter

import numpy as np
import torch

from gengnn.ir import Graph
from gengnn.passes.lift import lift
from gengnn.reference import run_real
from tests.graphs import Builder, make, molecules

MANY = {"nodes": 10.0, "edges": 30.0, "graphs": 1.0}
FEW = {"nodes": 30.0, "edges": 10.0, "graphs": 1.0}
RNG = np.random.default_rng(0)


def lifted(graph: Graph, rows: dict[str, float] = MANY) -> Counter[tuple[str, str]]:
    """Kernels and spaces after the pass, which keeps every number."""
    after = lift(graph, rows).verify()
    for name in graph.outputs:
        before, found = (run_real(g, molecules()).tensors[name] for g in (graph, after))
        assert torch.equal(before, found)
    return Counter((node.op.kernel, node.output.space) for node in after.nodes)


def start() -> tuple[Builder, str, str]:
    build = Builder()
    h = build("h", make("Convert"), "x")
    return build, h, build("x_j", make("Gather"), h, "src")


def test_products_of_a_gathered_row_are_those_of_the_row() -> None:
    build, _, x_j = start()
    square = build("square", make("Mul"), x_j, x_j)
    found = lifted(build.graph(square, x_j))
    assert found == {
        ("convert", "nodes"): 1, ("gather", "edges"): 2, ("mul", "nodes"): 1
    }  # fmt: skip


def test_chains_move_as_a_whole() -> None:
    build, _, x_j = start()
    told = RNG.integers(-3, 4, (3, 2))
    y = build("act", make("Relu"), build("lin", make("Linear"), x_j, weight=told))
    found = lifted(build.graph(build("y", make("Mul"), y, y)))
    assert found["gather", "edges"] == 1
    assert {space for kernel, space in found if kernel != "gather"} == {"nodes"}


def test_two_gathers_along_one_map_become_one() -> None:
    build, h, x_j = start()
    other = build("other", make("Gather"), build("act", make("Relu"), h), "src")
    found = lifted(build.graph(build("y", make("Add"), x_j, other)))
    assert found["gather", "edges"] == 1
    assert found["add", "nodes"] == 1


def test_what_is_no_product_is_not_worth_another_gather() -> None:
    build, _, x_j = start()
    graph = build.graph(build("y", make("Relu"), x_j), x_j)
    assert lift(graph, MANY) == graph


def test_gathers_along_two_maps_stay() -> None:
    build, h, x_j = start()
    x_i = build("x_i", make("Gather"), h, "dst")
    graph = build.graph(build("y", make("Mul"), x_j, x_i))
    assert lift(graph, MANY) == graph


def test_fewer_rows_behind_the_gather_stay_there() -> None:
    build, _, x_j = start()
    graph = build.graph(build("y", make("Mul"), x_j, x_j))
    assert lift(graph, FEW) == graph
