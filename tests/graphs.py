"""Graphs built by hand, for tests of single stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from gengnn.ir import Graph, Kind, Node, Param, Source, Space, Value
from gengnn.ops import REGISTRY
from gengnn.ops.base import Op
from gengnn.reference import Sample

INPUTS = (
    Value("x", "nodes", (2,), Kind.INDEX, bound=5),
    Value("src", "edges", (), Kind.INDEX, target="nodes", path=("edge_index", 0)),
    Value("dst", "edges", (), Kind.INDEX, target="nodes", path=("edge_index", 1)),
    Value("edge_attr", "edges", (1,), Kind.INDEX, bound=4),
    Value("rows_nodes", "nodes", (), Kind.ROWS),
    Value("rows_edges", "edges", (), Kind.ROWS),
    Value("rows_graphs", "graphs", (), Kind.ROWS),
)


def make(name: str, *args: object) -> Op:
    """An op by its class name."""
    return REGISTRY[name](*args)


class Builder:
    """Collects nodes; each call names the result and returns the name."""

    def __init__(self, inputs: Sequence[Value] = INPUTS) -> None:
        self.inputs = tuple(inputs)
        self.values = {value.name: value for value in inputs}
        self.params: dict[str, Param] = {}
        self.nodes: list[Node] = []

    def __call__(self, name: str, op: Op, *inputs: str, **params: ArrayLike) -> str:
        keys = {role: f"{name}.{role}" for role in params}
        own = {role: Param(np.asarray(data, dtype=np.float64)) for role, data in params.items()}
        self.params.update({keys[role]: param for role, param in own.items()})
        told = op.infer([self.values[i] for i in inputs], own)
        output = replace(told, name=name, type=None)
        self.values[name] = output
        self.nodes.append(Node(op, inputs, output, keys, Source(name)))
        return name

    def graph(self, *outputs: str, limits: dict[str, int] | None = None) -> Graph:
        """The verified graph with these outputs."""
        spaces = {name: Space(name) for name in ("nodes", "edges", "graphs")}
        most = limits or {"nodes": 32, "edges": 64, "graphs": 1}
        nodes = tuple(self.nodes)
        return Graph(spaces, self.inputs, nodes, outputs, self.params, most).verify()


def gine(layers: int = 3, features: int = 8, hidden: int = 16, seed: int = 0) -> Graph:
    """A GINE with embeddings, trained eps, no ReLU in the last layer, mean pooling, a head."""
    rng = np.random.default_rng(seed)
    build = Builder()
    owner = build("owner", make("Owner"), "rows_nodes")
    columns = [build(f"x{i}", make("Slice", i, i + 1), "x") for i in range(2)]
    tables = [
        build(f"atom{i}", make("Embedding"), c, table=rng.normal(size=(5, features)))
        for i, c in enumerate(columns)
    ]
    h = build("atoms", make("Add"), *tables)
    for layer in range(layers):
        h = _layer(build, rng, h, layer, features, hidden)
        if layer < layers - 1:
            h = build(f"relu_{layer}", make("Relu"), h)
    total = build("total", make("Scatter", "sum"), h, owner, "rows_graphs")
    one = build("one", make("Fill", 1.0), "rows_nodes")
    count = build("count", make("Scatter", "sum"), one, owner, "rows_graphs")
    mean = build("mean", make("Mul"), total, build("inv", make("Table", "reciprocal"), count))
    head = build("head", make("Linear"), mean, weight=rng.normal(size=(1, features)), bias=[0.5])
    return build.graph(head)


def _layer(
    build: Builder, rng: np.random.Generator, h: str, layer: int, features: int, hidden: int
) -> str:
    bond = build(
        f"bond_{layer}", make("Embedding"), "edge_attr", table=rng.normal(size=(4, features))
    )
    message = build(
        f"sum_{layer}", make("Add"), build(f"x_j_{layer}", make("Gather"), h, "src"), bond
    )
    message = build(f"message_{layer}", make("Relu"), message)
    agg = build(f"agg_{layer}", make("Scatter", "sum"), message, "dst", "rows_nodes")
    scale = np.full(features, 1.0 + 0.1 * layer)
    own = build(f"eps_{layer}", make("Affine"), h, scale=scale, shift=np.zeros(features))
    h = build(f"in_{layer}", make("Add"), own, agg)
    h = build(
        f"up_{layer}",
        make("Linear"),
        h,
        weight=rng.normal(size=(hidden, features)) / features,
        bias=rng.normal(size=hidden),
    )
    h = build(f"act_{layer}", make("Relu"), h)
    return build(
        f"down_{layer}",
        make("Linear"),
        h,
        weight=rng.normal(size=(features, hidden)) / hidden,
        bias=rng.normal(size=features),
    )


def virtual(layers: int = 5, features: int = 6, seed: int = 0) -> Graph:
    """Convolutions with a row per graph that all nodes read and write between two of them.

    The first layer starts without that row, the last one does not write it.
    """
    rng = np.random.default_rng(seed)
    build = Builder()
    owner = build("owner", make("Owner"), "rows_nodes")
    column = build("column", make("Slice", 0, 1), "x")
    h = build("atoms", make("Embedding"), column, table=rng.normal(size=(5, features)))

    def matrix(name: str, x: str) -> str:
        weight = rng.normal(size=(features, features)) / features
        return build(name, make("Linear"), x, weight=weight, bias=rng.normal(size=features))

    row = ""
    for layer in range(layers):
        if row:
            h = build(
                f"mixed_{layer}",
                make("Add"),
                h,
                build(f"given_{layer}", make("Gather"), row, owner),
            )
        message = build(f"x_j_{layer}", make("Gather"), h, "src")
        own = build(f"agg_{layer}", make("Scatter", "sum"), message, "dst", "rows_nodes")
        pooled = build(f"pool_{layer}", make("Scatter", "sum"), h, owner, "rows_graphs")
        h = build(f"relu_{layer}", make("Relu"), matrix(f"conv_{layer}", own))
        if layer < layers - 1:
            pooled = build(f"both_{layer}", make("Add"), row, pooled) if row else pooled
            row = build(f"act_{layer}", make("Relu"), matrix(f"update_{layer}", pooled))
    total = build("total", make("Scatter", "sum"), h, owner, "rows_graphs")
    return build.graph(build("head", make("Linear"), total, weight=rng.normal(size=(1, features))))


def chain(layers: int = 3, features: int = 8, seed: int = 0) -> Graph:
    """Convolutions of which the last hands its rows to a slow matrix."""
    rng = np.random.default_rng(seed)
    build = Builder()

    def matrix(name: str, x: str, lanes: int) -> str:
        weight = rng.normal(size=(lanes, features)) / features
        return build(name, make("Linear"), x, weight=weight, bias=rng.normal(size=lanes))

    column = build("column", make("Slice", 0, 1), "x")
    h = build("atoms", make("Embedding"), column, table=rng.normal(size=(5, features)))
    for layer in range(layers):
        message = build(f"x_j_{layer}", make("Gather"), matrix(f"lin_{layer}", h, features), "src")
        own = build(f"agg_{layer}", make("Scatter", "sum"), message, "dst", "rows_nodes")
        h = build(f"act_{layer}", make("Table", "tanh"), own)
    return build.graph(
        matrix("head", h, 2 * features), limits={"nodes": 128, "edges": 128, "graphs": 1}
    )


def norms() -> Graph:
    """Sums over edges of what sums over edges say: one map is read along and scattered along."""
    build = Builder()
    column = build("column", make("Slice", 0, 1), "x")
    h = build("atoms", make("Embedding"), column, table=np.arange(1.0, 11.0).reshape(5, 2))
    ends = build("x_j", make("Gather"), h, "src")
    most = build("most", make("Scatter", "max"), ends, "dst", "rows_nodes")
    both = build("both", make("Add"), ends, build("back", make("Gather"), most, "dst"))
    total = build("sums", make("Scatter", "sum"), both, "dst", "rows_nodes")
    head = build("head", make("Linear"), total, weight=np.ones((8, 2)), bias=np.ones(8))
    return build.graph(head, limits={"nodes": 64, "edges": 320, "graphs": 1})


def weights() -> Graph:
    """Two sums over the same edges, what is in one of them later than what is in the other."""
    build = Builder()
    column = build("column", make("Slice", 0, 1), "x")
    h = build("atoms", make("Embedding"), column, table=np.arange(1.0, 11.0).reshape(5, 2))
    ends = build("x_j", make("Gather"), h, "src")
    weight = build("weight", make("Table", "sigmoid"), ends)
    below = build("below", make("Scatter", "sum"), weight, "dst", "rows_nodes")
    product = build("product", make("Mul"), weight, ends)
    above = build("above", make("Scatter", "sum"), product, "dst", "rows_nodes")
    both = build("both", make("Add"), above, below)
    return build.graph(both, limits={"nodes": 128, "edges": 128, "graphs": 1})


def molecules(count: int = 40, seed: int = 0) -> list[Sample]:
    """Random samples for `gine`, some without edges."""
    rng = np.random.default_rng(seed)
    samples = []
    for number in range(count):
        nodes = int(rng.integers(1, 20))
        edges = int(rng.integers(0, 50)) if number % 7 else 0
        samples.append(
            {
                "x": rng.integers(0, 5, (nodes, 2)),
                "src": rng.integers(0, nodes, edges),
                "dst": rng.integers(0, nodes, edges),
                "edge_attr": rng.integers(0, 4, (edges, 1)),
            }
        )
    return samples


def chains(*nodes: int) -> list[Sample]:
    """A sample for `chain` of each size: an edge from a node to itself, then one to each next."""
    return [
        {
            "x": np.arange(2 * count).reshape(-1, 2) % 5,
            "src": np.append(0, np.arange(count - 1)),
            "dst": np.arange(count),
            "edge_attr": np.zeros((count, 1), dtype=np.int64),
        }
        for count in nodes
    ]


def turned(samples: list[Sample]) -> list[Sample]:
    """The same graphs, the order of their edges turned round."""
    return [
        sample | {name: sample[name][::-1] for name in ("src", "dst", "edge_attr")}
        for sample in samples
    ]


def fans(count: int = 12, seed: int = 0) -> list[Sample]:
    """Random samples for `norms`, their edges in the order of the nodes that they point at."""
    rng = np.random.default_rng(seed)
    samples = []
    for _ in range(count):
        nodes = int(rng.integers(8, 65))
        edges = int(rng.integers(nodes, 321))
        samples.append(
            {
                "x": rng.integers(0, 5, (nodes, 2)),
                "src": rng.integers(0, nodes, edges),
                "dst": np.sort(rng.integers(0, nodes, edges)),
                "edge_attr": np.zeros((edges, 1), dtype=np.int64),
            }
        )
    return samples


SEVERAL = (
    Value("a", "ones", (2,)),
    Value("b", "twos", (3,)),
    Value("to_a", "threes", (), Kind.INDEX, target="ones"),
    Value("to_b", "fours", (), Kind.INDEX, target="twos"),
    Value("extra", "fours", (1,)),
    Value("kind", "fives", (1,), Kind.INDEX, bound=5),
    Value("to_six", "sevens", (), Kind.INDEX, target="sixes"),
    Value("rows_sixes", "sixes", (), Kind.ROWS),
)
"""Seven input spaces, of one of which only the rows are known: a header of three words."""

SEVERAL_LIMITS = dict(ones=5, twos=3, threes=9, fours=6, fives=4, sixes=7, sevens=3)


def several_spaces() -> Graph:
    """A result in every one of seven input spaces."""
    build = Builder(SEVERAL)
    table = np.arange(10.0).reshape(5, 2)
    six = build("six", make("Fill", 0.75), "rows_sixes")
    outputs = (
        build("one", make("Relu"), "a"),
        build("two", make("LeakyRelu", 0.5), "b"),
        build("three", make("Gather"), "a", "to_a"),
        build("four", make("Concat"), build("found", make("Gather"), "b", "to_b"), "extra"),
        build("five", make("Embedding"), "kind", table=table),
        build("seven", make("Gather"), six, "to_six"),
    )
    spaces = {name: Space(name) for name in SEVERAL_LIMITS}
    graph = Graph(
        spaces, SEVERAL, tuple(build.nodes), (*outputs, six), build.params, SEVERAL_LIMITS
    )
    return graph.verify()


def several_samples(count: int, seed: int = 0) -> list[Sample]:
    """Random samples for `several_spaces`; some spaces have no rows."""
    rng = np.random.default_rng(seed)
    samples = []
    for number in range(count):
        rows = {name: int(rng.integers(0, most + 1)) for name, most in SEVERAL_LIMITS.items()}
        if number % 4 == 0:
            rows = dict(SEVERAL_LIMITS)
        rows["threes"] *= rows["ones"] > 0
        rows["fours"] *= rows["twos"] > 0
        rows["sevens"] *= rows["sixes"] > 0
        samples.append(
            {
                "a": rng.normal(size=(rows["ones"], 2)),
                "b": rng.normal(size=(rows["twos"], 3)),
                "to_a": rng.integers(0, max(rows["ones"], 1), rows["threes"]),
                "to_b": rng.integers(0, max(rows["twos"], 1), rows["fours"]),
                "extra": rng.normal(size=(rows["fours"], 1)),
                "kind": rng.integers(0, 5, (rows["fives"], 1)),
                "to_six": rng.integers(0, max(rows["sixes"], 1), rows["sevens"]),
                "rows_sixes": np.zeros((rows["sixes"], 0)),
            }
        )
    return samples
