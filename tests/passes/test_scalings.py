"""Numbers that scale whole rows in front of a matrix scale its results instead."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gengnn.ir import Graph, Kind, Value
from gengnn.passes.simplify import simplify
from gengnn.reference import run_real
from tests.graphs import Builder, make

RNG = np.random.default_rng(0)

ROWS, OUTPUTS = 7, 3


class Rows:
    """Rows x [6] and z [2], numbers s and t, joined and multiplied by a matrix."""

    def __init__(self) -> None:
        shapes = {"x": (6,), "z": (2,), "s": (), "t": (1,)}
        inputs = [Value(name, "nodes", shape) for name, shape in shapes.items()]
        self.build = Builder((*inputs, Value("rows_nodes", "nodes", (), Kind.ROWS)))
        self.sample = {name: RNG.normal(size=(ROWS, *shape)) for name, shape in shapes.items()}

    def scaled(self, x: str, by: str) -> str:
        """x times a number."""
        return self.build(f"{x}_{by}", make("Mul"), *((x, by) if by == "s" else (by, x)))

    def joined(self, *parts: str) -> str:
        """The parts side by side."""
        first, *rest = parts
        for part in rest:
            first = self.build(f"{first}_{part}", make("Concat"), first, part)
        return first

    def matrix(self, x: str, has_bias: bool = True, outputs: int = OUTPUTS) -> Graph:
        """The graph that ends in a matrix."""
        features = self.build.values[x].features
        told = {"weight": RNG.normal(size=(outputs, features))}
        told |= {"bias": RNG.normal(size=outputs)} if has_bias else {}
        return self.build.graph(self.build("y", make("Linear"), x, **told))

    def check(self, graph: Graph) -> Graph:
        """The simplified graph, which computes the same."""
        after = simplify(graph).verify()
        before, found = (run_real(g, [self.sample]).tensors["y"] for g in (graph, after))
        torch.testing.assert_close(found, before, rtol=1e-12, atol=1e-12)
        return after


def ops(graph: Graph) -> list[str]:
    return [str(node.op) for node in graph.nodes]


def weights(graph: Graph) -> list[tuple[int, ...]]:
    """The shapes of all matrices."""
    keys = [node.params["weight"] for node in graph.nodes if "weight" in node.params]
    return [graph.params[key].data.shape for key in keys]


@pytest.mark.parametrize("has_bias", [False, True])
def test_copies_of_a_row_go_through_the_matrix_once(has_bias: bool) -> None:
    d = Rows()
    rows = d.joined("x", d.scaled("x", "s"), d.scaled("x", "t"))
    after = d.check(d.matrix(rows, has_bias))
    assert weights(after) == [(3 * OUTPUTS, 6)]
    assert f"Matmul[batch=1, rows={OUTPUTS}, inner=3, columns=1]" in ops(after)
    assert not any(op.startswith("Mul") for op in ops(after))


def test_rows_beside_the_copies_have_a_matrix_of_their_own() -> None:
    d = Rows()
    copies = d.joined("x", d.scaled("x", "s"), d.scaled("x", "t"))
    after = d.check(d.matrix(d.joined("z", copies)))
    assert sorted(weights(after)) == [(OUTPUTS, 8), (2 * OUTPUTS, 6)]
    assert f"Matmul[batch=1, rows={OUTPUTS}, inner=2, columns=1]" in ops(after)
    assert "Add[sign=1]" in ops(after)


def test_one_copy_is_a_product() -> None:
    d = Rows()
    after = d.check(d.matrix(d.joined("x", "z", d.scaled("x", "s"))))
    assert sorted(weights(after)) == [(OUTPUTS, 6), (OUTPUTS, 8)]
    assert [op for op in ops(after) if op.startswith("M")] == ["Mul"]


def test_joined_rows_that_are_scaled_stay_joined() -> None:
    d = Rows()
    both = d.joined("x", "z")
    copies = d.joined(both, d.scaled(both, "s"), d.scaled(both, "t"))
    assert weights(d.check(d.matrix(copies))) == [(3 * OUTPUTS, 8)]


def test_the_order_of_the_copies_does_not_matter() -> None:
    d = Rows()
    graph = d.matrix(d.joined(d.scaled("x", "t"), "x"), outputs=2)
    assert weights(d.check(graph)) == [(4, 6)]


def test_a_bias_needs_rows_that_nothing_scales() -> None:
    for has_bias, shapes in ((True, [(OUTPUTS, 12)]), (False, [(2 * OUTPUTS, 6)])):
        d = Rows()
        rows = d.joined(d.scaled("x", "s"), d.scaled("x", "t"))
        assert weights(d.check(d.matrix(rows, has_bias))) == shapes


def test_matrices_with_many_results_stay() -> None:
    d = Rows()
    graph = d.matrix(d.joined("x", d.scaled("x", "s")), outputs=6)
    assert weights(d.check(graph)) == [(6, 12)]


def test_rows_without_copies_stay() -> None:
    d = Rows()
    assert weights(d.check(d.matrix(d.joined("z", d.scaled("x", "s"))))) == [(OUTPUTS, 8)]
