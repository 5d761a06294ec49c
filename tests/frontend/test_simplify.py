"""What simplify does to a graph; that it keeps the numbers is tested with every model."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch_geometric.nn import BatchNorm, GCNConv, GINConv, SAGEConv

from gengnn.frontend import export, load
from gengnn.ir import Graph, Kind, Node, Param, Space, Value
from gengnn.ops.add import Add
from gengnn.ops.affine import Affine
from gengnn.ops.base import Op
from gengnn.ops.compare import Compare
from gengnn.ops.concat_rows import ConcatRows
from gengnn.ops.embedding import Embedding
from gengnn.ops.fill import Fill
from gengnn.ops.filter import Filter
from gengnn.ops.gather import Gather
from gengnn.ops.iota import Iota
from gengnn.ops.linear import Linear
from gengnn.ops.logical_not import Not
from gengnn.ops.maximum import Maximum
from gengnn.ops.mul import Mul
from gengnn.ops.relu import Relu
from gengnn.ops.scatter import Scatter
from gengnn.ops.slice import Slice
from gengnn.ops.table import Table
from gengnn.passes.fold import fold
from gengnn.passes.simplify import simplify
from gengnn.reference import run_real
from tests.frontend.inputs import EXAMPLE, NODE
from tests.frontend.zoo import randomized


class Draft:
    """A graph written down node by node."""

    def __init__(self) -> None:
        self.spaces = {name: Space(name) for name in ("nodes", "edges")}
        self.inputs = [
            Value("x", "nodes", (3,)),
            Value("src", "edges", (), Kind.INDEX, "nodes"),
            Value("dst", "edges", (), Kind.INDEX, "nodes"),
            Value("rows_nodes", "nodes", (), Kind.ROWS),
            Value("rows_edges", "edges", (), Kind.ROWS),
        ]
        self.nodes: list[Node] = []
        self.params: dict[str, Param] = {}

    def add(self, name: str, op: Op, *inputs: str, **params: list[object]) -> str:
        """Append a node and return its name."""
        keys = {role: f"{name}.{role}" for role in params}
        for role, data in params.items():
            self.params[keys[role]] = Param(np.asarray(data, dtype=np.float64))
        values = {v.name: v for v in self.inputs} | {n.name: n.output for n in self.nodes}
        own = {role: self.params[key] for role, key in keys.items()}
        told = op.infer(tuple(values[i] for i in inputs), own)
        output = Value(name, told.space, told.shape, told.kind, told.target)
        self.nodes.append(Node(op, inputs, output, keys))
        return name

    def space(self, name: str, kind: str, *parents: str) -> None:
        """Declare a derived space."""
        self.spaces[name] = Space(name, kind, parents)

    def graph(self, *outputs: str) -> Graph:
        """The verified graph."""
        inputs, nodes = tuple(self.inputs), tuple(self.nodes)
        return Graph(self.spaces, inputs, nodes, outputs, self.params).verify()


def simplified(graph: Graph) -> Graph:
    """The simplified graph, checked to compute the same numbers."""
    sample = {
        "x": np.random.default_rng(0).normal(size=(4, 3)),
        "src": np.array([0, 1, 1, 3, 2]),
        "dst": np.array([1, 1, 0, 3, 0]),
        "z": np.array([2, 0, 1, 1]),
    }
    after = simplify(graph).verify()
    first, second = run_real(graph, [sample]), run_real(after, [sample])
    for old, new in zip(graph.outputs, after.outputs, strict=True):
        torch.testing.assert_close(first.tensors[old], second.tensors[new], rtol=1e-12, atol=1e-12)
    return after


def ops(graph: Graph) -> list[str]:
    """The op names, in order."""
    return [type(node.op).__name__ for node in graph.nodes]


WEIGHT = [[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]]


def test_affine_goes_into_the_linear_before_it() -> None:
    d = Draft()
    d.add("lin", Linear(), "x", weight=WEIGHT, bias=[1.0, -1.0])
    d.add("bn", Affine(), "lin", scale=[2.0, 0.5], shift=[0.25, 1.0])
    d.add("y", Relu(), "bn")
    after = simplified(d.graph("y"))
    assert [node.name for node in after.nodes] == ["lin", "y"]
    assert set(after.params) == {"lin.fused_weight", "lin.fused_bias"}


def test_affine_with_another_reader_stays() -> None:
    d = Draft()
    d.add("lin", Linear(), "x", weight=WEIGHT)
    d.add("bn", Affine(), "lin", scale=[2.0, 0.5], shift=[0.25, 1.0])
    d.add("y", Add(), "bn", "lin")
    assert ops(simplified(d.graph("y"))) == ["Linear", "Affine", "Add"]
    assert ops(simplified(d.graph("bn", "lin"))) == ["Linear", "Affine"]


def test_affine_goes_into_the_linear_behind_it_and_into_an_affine() -> None:
    d = Draft()
    d.add("a", Affine(), "x", scale=[2.0, 1.0, 1.0], shift=[0.0, 1.0, 2.0])
    d.add("b", Affine(), "a", scale=[1.0, 3.0, 1.0], shift=[5.0, 0.0, 0.0])
    d.add("y", Linear(), "b", weight=WEIGHT)
    after = simplified(d.graph("y"))
    assert ops(after) == ["Linear"]
    assert after.outputs == ("y",)


def test_output_keeps_its_name_when_merged() -> None:
    d = Draft()
    d.add("lin", Linear(), "x", weight=WEIGHT)
    d.add("scores", Affine(), "lin", scale=[2.0, 0.5], shift=[0.25, 1.0])
    after = simplified(d.graph("scores"))
    assert after.outputs == ("scores",)
    assert ops(after) == ["Linear"]


@pytest.mark.parametrize(
    ("second", "merges"),
    [
        ([[1.0, 1.0]], True),
        ([[0.0, 1.0], [1.0, 0.0]], True),
        ([[0.0, 1.0], [1.0, 0.0]] * 9, False),
        ([[0.5, 2.0]], False),
    ],
)
def test_sums_and_rearrangements_go_into_matrices(second: list[object], merges: bool) -> None:
    d = Draft()
    d.add("a", Linear(), "x", weight=WEIGHT, bias=[1.0, 2.0])
    d.add("y", Linear(), "a", weight=second)
    assert len(simplified(d.graph("y")).nodes) == (1 if merges else 2)


def test_one_hot_and_matrix_become_a_table() -> None:
    d = Draft()
    d.inputs.append(Value("z", "nodes", (), Kind.INDEX, bound=3))
    d.add("hot", Embedding(), "z", table=np.eye(3).tolist())
    d.add("lin", Linear(), "hot", weight=WEIGHT, bias=[1.0, 2.0])
    d.add("y", Affine(), "lin", scale=[2.0, 0.5], shift=[0.25, 1.0])
    after = simplified(d.graph("y"))
    assert ops(after) == ["Embedding"]
    assert after.params["y.fused_table"].data.shape == (3, 2)


def test_equal_masks_make_one_space() -> None:
    d = Draft()
    ends = []
    for layer in ("p", "q"):
        d.space(f"{layer}_kept", "filter", "edges")
        d.space(f"{layer}_all", "concat", f"{layer}_kept", "nodes")
        mask = d.add(f"{layer}_mask", Compare("ne"), "src", "dst")
        kept = d.add(f"{layer}_src", Filter(f"{layer}_kept"), "src", mask)
        loop = d.add(f"{layer}_loop", Iota(), "rows_nodes")
        both = d.add(f"{layer}_both", ConcatRows(f"{layer}_all"), kept, loop)
        ends.append(d.add(f"{layer}_x", Gather(), "x", both))
    d.add("sum", Add(), "p_x", "p_x")
    after = simplified(d.graph("sum", *ends))
    assert set(after.spaces) == {"nodes", "edges", "p_kept", "p_all"}
    assert Counter(ops(after)) == Counter(
        ["Compare", "Filter", "Iota", "ConcatRows", "Gather", "Add"]
    )
    assert after.outputs[1] == after.outputs[2]


def test_equal_columns_keep_the_stricter_bound() -> None:
    d = Draft()
    d.inputs.append(Value("z", "nodes", (), Kind.INDEX, bound=3))
    for name, rows in (("a", 3), ("b", 2)):
        d.add(name, Slice(0, 1), "z")
        d.nodes[-1] = replace(d.nodes[-1], output=replace(d.nodes[-1].output, bound=rows))
        d.add(f"{name}_table", Embedding(), name, table=np.eye(rows).tolist())
    after = simplify(d.graph("a_table", "b_table"))
    assert [n.output.bound for n in after.nodes if isinstance(n.op, Slice)] == [2]


def test_constants_are_computed() -> None:
    d = Draft()
    one = d.add("one", Fill(1.0), "rows_nodes")
    two = d.add("two", Affine(), one, scale=[3.0], shift=[-1.0])
    d.add("root", Table("sqrt"), two)
    d.add("most", Maximum(1), "root", one)
    spread = d.add("spread", Gather(), "most", "src")
    d.add("x_j", Gather(), "x", "src")
    d.add("y", Mul(), "x_j", spread)
    after = simplified(d.graph("y"))
    assert ops(after) == ["Gather", "Affine"]
    np.testing.assert_allclose(after.params["y.scale"].data, [2**0.5] * 3)


def test_identities_go() -> None:
    d = Draft()
    d.add("a", Affine(), "x", scale=[1.0, 1.0, 1.0], shift=[0.0, 0.0, 0.0])
    d.add("b", Relu(), "a")
    d.add("c", Relu(), "b")
    d.add("i", Iota(), "rows_nodes")
    d.add("g", Gather(), "c", "i")
    d.add("s", Slice(0, 3), "g")
    d.add("m", Maximum(1), "s", "s")
    after = simplified(d.graph("m"))
    assert [node.name for node in after.nodes] == ["b"]
    assert after.outputs == ("b",)


def test_positions_of_a_mask_become_a_filter() -> None:
    d = Draft()
    d.space("kept", "filter", "edges")
    d.add("mask", Compare("ne"), "src", "dst")
    d.add("no", Not(), "mask")
    d.add("yes", Not(), "no")
    d.add("every", Iota(), "rows_edges")
    d.add("where", Filter("kept"), "every", "yes")
    d.add("x_j", Gather(), "x", "src")
    d.add("y", Gather(), "x_j", "where")
    assert ops(simplified(d.graph("y"))) == ["Compare", "Gather", "Filter"]


def test_what_nothing_reads_goes_and_inputs_stay() -> None:
    d = Draft()
    d.add("unused", Linear(), "x", weight=WEIGHT)
    d.space("kept", "filter", "edges")
    d.add("mask", Compare("ne"), "src", "dst")
    d.add("few", Filter("kept"), "src", "mask")
    d.add("y", Relu(), "x")
    graph = d.graph("y")
    after = simplified(graph)
    assert (ops(after), after.params, set(after.spaces)) == (["Relu"], {}, {"nodes", "edges"})
    assert after.inputs == graph.inputs


def test_structure_comes_first_and_features_stay_in_order() -> None:
    d = Draft()
    d.inputs.append(Value("z", "nodes", (), Kind.INDEX, bound=3))
    d.add("h", Relu(), "x")
    d.add("trained", Embedding(), "z", table=np.ones((3, 3)).tolist())
    d.add("one", Fill(1.0), "rows_edges")
    d.add("deg", Scatter("sum"), "one", "dst", "rows_nodes")
    d.add("w", Table("reciprocal"), "deg")
    d.add("sum", Add(), "h", "trained")
    d.add("y", Mul(), "sum", "w")
    after = simplified(d.graph("y"))
    assert [node.name for node in after.nodes] == ["one", "deg", "w", "h", "trained", "sum", "y"]


class Deep(nn.Module):
    """Layers of one shape, each with its own norm."""

    def __init__(self, conv: type[nn.Module], hidden: int = 5) -> None:
        super().__init__()
        self.lin = nn.Linear(NODE, hidden)
        self.convs = nn.ModuleList(self._conv(conv, hidden) for _ in range(3))
        self.norms = nn.ModuleList(BatchNorm(hidden) for _ in range(3))

    @staticmethod
    def _conv(conv: type[nn.Module], hidden: int) -> nn.Module:
        if conv is GINConv:
            mlp = nn.Sequential(nn.Linear(hidden, 7), BatchNorm(7), nn.ReLU(), nn.Linear(7, hidden))
            return GINConv(mlp, train_eps=True)
        return conv(hidden, hidden)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        h = self.lin(x)
        for conv, norm in zip(self.convs, self.norms, strict=True):
            h = norm(conv(h, edge_index)).relu()
        return h


@pytest.mark.parametrize(
    ("conv", "shared", "layer"),
    [
        (GINConv, 0, ["Gather", "Scatter", "Affine", "Add", "Linear", "Relu", "Linear", "Relu"]),
        (GCNConv, 14, ["Linear", "Gather", "Mul", "Scatter", "Affine", "Relu"]),
        (SAGEConv, 5, ["Gather", "Scatter", "Mul", "Linear", "Linear", "Add", "Affine", "Relu"]),
    ],
)
def test_layers_are_alike_behind_their_common_front(
    conv: type[nn.Module], shared: int, layer: list[str], tmp_path: Path
) -> None:
    graph = load(export(randomized(Deep(conv)), EXAMPLE, tmp_path / "model.pt"))
    after = simplify(graph)
    assert ops(after) == [*ops(after)[:shared], "Linear", *layer * 3]
    (loop,) = fold(after).loops
    assert len(loop.iterations) == 3
    assert len(loop.iterations[0]) == len(layer)
