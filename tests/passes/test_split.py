"""Layers with many zeros become layers on groups of features, and compute the same."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gengnn.ir import Graph, Kind, Node, Value
from gengnn.ops.grouped import Grouped
from gengnn.ops.lanes import Lanes
from gengnn.ops.linear import Linear
from gengnn.passes.simplify import simplify
from gengnn.reference import run_real
from tests.graphs import Builder, make

RNG = np.random.default_rng(0)


def shuffled(matrix: np.ndarray) -> np.ndarray:
    """Rows and columns in another order."""
    rows, columns = RNG.permutation(len(matrix)), RNG.permutation(matrix.shape[1])
    return matrix[rows][:, columns]


def diagonal(blocks: np.ndarray) -> np.ndarray:
    """Blocks [B, J, K] along a diagonal of zeros."""
    count, outputs, inputs = blocks.shape
    matrix = np.zeros((count, outputs, count, inputs))
    matrix[np.arange(count), :, np.arange(count)] = blocks
    return matrix.reshape(count * outputs, count * inputs)


HEADS = RNG.normal(size=(3, 2, 4))
SHARED = np.kron(np.eye(4), RNG.normal(size=(3, 2)))
SPLIT = {
    "heads": (diagonal(HEADS), (3, 1, 4, 2)),
    "shared": (SHARED, (1, 4, 2, 3)),
    "interleaved": (np.kron(RNG.normal(size=(3, 2)), np.eye(4)), (1, 4, 2, 3)),
    "both": (diagonal(HEADS[[0, 1, 2, 0, 1, 2]]), (3, 2, 4, 2)),
    "shuffled": (shuffled(diagonal(HEADS)), (3, 1, 4, 2)),
}
"""Weights, and batch, copies, inputs and outputs of the groups that they are."""

WHOLE = {
    "dense": RNG.normal(size=(6, 4)),
    "uneven": np.block(
        [[RNG.normal(size=(2, 2)), np.zeros((2, 3))], [np.zeros((2, 2)), np.ones((2, 3))]]
    ),
    "half": np.triu(RNG.normal(size=(6, 6))),
    "unused": np.hstack([diagonal(HEADS), np.zeros((6, 2))]),
}
"""Weights that stay as they are."""


def layer(weight: np.ndarray, has_bias: bool) -> tuple[Graph, dict[str, np.ndarray]]:
    """A simplified graph of one layer, and its constants."""
    features = weight.shape[1]
    build = Builder((Value("x", "nodes", (features,)), Value("rows_nodes", "nodes", (), Kind.ROWS)))
    told = {"weight": weight} | ({"bias": RNG.normal(size=len(weight))} if has_bias else {})
    graph = build.graph(build("y", make("Linear"), "x", **told), limits={"nodes": 9})
    return simplify(graph).verify(), told


def check(graph: Graph, told: dict[str, np.ndarray]) -> None:
    x = RNG.normal(size=(5, told["weight"].shape[1]))
    got = run_real(graph, [{"x": x}]).tensors[graph.outputs[0]]
    expected = torch.from_numpy(x @ told["weight"].T + told.get("bias", 0.0))
    torch.testing.assert_close(got, expected, rtol=1e-12, atol=1e-12)


def matrices(graph: Graph) -> list[Node]:
    return [node for node in graph.nodes if node.op.multiplies]


@pytest.mark.parametrize("has_bias", [False, True])
@pytest.mark.parametrize("name", list(SPLIT))
def test_blocks_are_groups(name: str, has_bias: bool) -> None:
    weight, sizes = SPLIT[name]
    graph, told = layer(weight, has_bias)
    (node,) = matrices(graph)
    params = {role: graph.params[key] for role, key in node.params.items()}
    assert isinstance(node.op, Grouped)
    found = node.op.sizes(params)
    assert (found.batch, found.rows, found.inner, found.columns) == sizes
    assert found.work == math.prod(sizes) < weight.size
    assert {type(other.op) for other in graph.nodes} <= {Grouped, Lanes}
    check(graph, told)


def test_lanes_that_only_move_need_no_layer() -> None:
    graph, told = layer(np.tile([[0.0, 1.0], [1.0, 0.0]], (3, 1)), has_bias=False)
    assert [node.op for node in graph.nodes] == [Lanes((1, 0, 1, 0, 1, 0))]
    check(graph, told)


@pytest.mark.parametrize("name", list(WHOLE))
def test_other_layers_stay(name: str) -> None:
    graph, told = layer(WHOLE[name], has_bias=True)
    (node,) = matrices(graph)
    assert isinstance(node.op, Linear)
    assert graph.params[node.params["weight"]].data.shape == WHOLE[name].shape
    check(graph, told)
