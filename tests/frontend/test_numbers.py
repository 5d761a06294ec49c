"""Quotients, comparisons, choices, integers and recurrent cells compute what torch does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.nn import (
    ChebConv,
    ClusterGCNConv,
    DegreeScalerAggregation,
    FastRGCNConv,
    GatedGraphConv,
    JumpingKnowledge,
    MessagePassing,
    MFConv,
    MulAggregation,
    MultiAggregation,
    PNAConv,
    RGATConv,
    Set2Set,
    StdAggregation,
    WLConvContinuous,
)
from torch_geometric.nn.aggr import Aggregation
from torch_geometric.utils import degree, scatter

from gengnn.errors import UnsupportedModelError
from gengnn.frontend import export, load
from gengnn.ir import Graph, Kind
from gengnn.ops.compare import RELATIONS
from gengnn.passes.simplify import simplify
from gengnn.reference import output_rows, run_real
from tests.frontend.inputs import EDGE, EXAMPLE, GRAPHS, NODE
from tests.frontend.test_import import eager, sample
from tests.frontend.zoo import Attributed, Conv, Plain, Weighted, randomized

DEGREES = torch.tensor([2, 3, 4, 1, 1])
"""A histogram of degrees."""

Function = Callable[[Tensor, Tensor], Tensor | tuple[Tensor, ...]]


class Applied(nn.Module):
    """A function of two groups of trained features of each node, [nodes, 6] both."""

    def __init__(self, function: Function) -> None:
        super().__init__()
        self.lin, self.function = nn.Linear(NODE, 12), function

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor | tuple[Tensor, ...]:
        return self.function(*self.lin(x).chunk(2, dim=1))


class Typed(Conv):
    def forward(self, x: Tensor, edge_index: Tensor, edge_type: Tensor) -> Tensor:
        return self.conv(x, edge_index, edge_type)


class Related(Conv):
    def forward(
        self, x: Tensor, edge_index: Tensor, edge_type: Tensor, edge_attr: Tensor
    ) -> Tensor:
        return self.conv(x, edge_index, edge_type, edge_attr)


class Looped(Conv):
    """ClusterGCN's degrees are counted in the default type."""

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        torch.set_default_dtype(x.dtype)
        out = self.conv(x, edge_index)
        torch.set_default_dtype(torch.float32)
        return out


class Aggregated(nn.Module):
    def __init__(self, aggr: Aggregation) -> None:
        super().__init__()
        self.aggr = aggr

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        return self.aggr(x, batch)


class Product(MessagePassing):
    """Products of neighbours, zeros and negative ones among them."""

    def __init__(self) -> None:
        super().__init__(aggr="mul")

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.propagate(edge_index, x=(x - 0.3).relu() - (-x - 0.3).relu(), size=None)


class Jumping(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lins = nn.ModuleList(nn.Linear(NODE, 6) for _ in range(3))
        self.jump = JumpingKnowledge("lstm", 6, 3)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.jump([lin(x).relu() for lin in self.lins])


class Recurrent(nn.Module):
    """A recurrent layer over three groups of features of each node."""

    def __init__(self, cell: type[nn.RNNBase], **options: object) -> None:
        super().__init__()
        self.rnn = cell(4, 5, **options)

    def forward(self, x: Tensor, edge_index: Tensor) -> tuple[Tensor, Tensor]:
        steps = torch.stack([x, x * 2, x + 1], dim=1 if self.rnn.batch_first else 0)
        out, state = self.rnn(steps)
        last = state[0] if isinstance(state, tuple) else state
        return out.transpose(0, 1 - self.rnn.batch_first).flatten(1), last.transpose(0, 1).flatten(
            1
        )


class Stepped(nn.Module):
    """Cells that share their state with what else is computed."""

    def __init__(self) -> None:
        super().__init__()
        self.gru, self.lstm, self.rnn = nn.GRUCell(4, 6), nn.LSTMCell(4, 6), nn.RNNCell(4, 6)
        self.bare = nn.GRUCell(4, 6, bias=False)

    def forward(self, x: Tensor, edge_index: Tensor) -> tuple[Tensor, ...]:
        h = self.rnn(x, self.gru(x))
        h, c = self.lstm(x, (self.bare(x, h), h))
        return h, c


class Degrees(nn.Module):
    """Degrees as integers: embedded, compared, halved."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(4, 3)

    def forward(self, x: Tensor, edge_index: Tensor) -> tuple[Tensor, ...]:
        deg = degree(edge_index[1], x.size(0), dtype=torch.long)
        many = self.table(deg.clamp(max=3))
        return many, (deg >= 2).to(x.dtype), x * (deg % 2 == 1).view(-1, 1), x[deg > 1].sum(0)


class Picked(nn.Module):
    """Features that a category tells, read and written."""

    def forward(self, x: Tensor, edge_index: Tensor, edge_type: Tensor) -> tuple[Tensor, ...]:
        h = x[edge_index[0]]
        one = torch.gather(h, 1, edge_type.view(-1, 1))
        two = torch.gather(h, 1, torch.stack([edge_type, 3 - edge_type * 0], dim=1))
        zeros = torch.zeros_like(h)
        hot = torch.scatter(zeros, 1, edge_type.view(-1, 1), 2.0)
        return one, two, hot, h.scatter(1, edge_type.view(-1, 1), -1.0)


class Tabled(nn.Module):
    """Entries of a trained table by two categories, and of computed rows by a map and one."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(4, 5, 3))

    def forward(self, x: Tensor, edge_index: Tensor, edge_type: Tensor) -> tuple[Tensor, Tensor]:
        other = (3 * x[edge_index[1], 0].sigmoid()).long()
        return self.table[edge_type, other], x[edge_index[0], edge_type]


class Written(nn.Module):
    """Rows overwritten where an index points."""

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> tuple[Tensor, ...]:
        dst = edge_index[1]
        last = x[:, :EDGE].index_put((dst,), edge_attr)
        some = x.index_fill(0, dst, 0.5)
        hit = torch.zeros(x.size(0), dtype=torch.bool).index_fill(0, dst, True)
        return last, some, hit.to(x.dtype), x[~hit].sum(0)


class Reduced(nn.Module):
    """Every reduction, onto what is there and without it."""

    def forward(self, x: Tensor, edge_index: Tensor) -> tuple[Tensor, ...]:
        index = edge_index[1].view(-1, 1).expand(-1, x.size(1))
        rows = x[edge_index[0]]
        return tuple(
            x.scatter_reduce(0, index, rows, how, include_self=own)
            for how in ("sum", "mean", "prod", "amax", "amin")
            for own in (True, False)
        )


def summed(*parts: Tensor) -> Tensor:
    """Masks as numbers, so that all of them are one output."""
    return torch.cat([part.to(torch.float64) for part in parts], dim=1)


FUNCTIONS: dict[str, Function] = {
    "quotient": lambda x, y: x / (y * y + 0.1),
    "signed_quotient": lambda x, y: x / torch.where(y.abs() < 0.1, 0.5, y),
    "row_quotient": lambda x, y: x / (y[:, :1].square() + 1),
    "inverse": lambda x, y: 3.0 / (y.square() + 1) + (x.square() + 1).reciprocal(),
    "normalized": lambda x, y: functional.normalize(x) + y,
    "floored": lambda x, y: torch.div(x, y.square() + 1, rounding_mode="floor"),
    "truncated": lambda x, y: torch.div(x * 9, 2.0, rounding_mode="trunc") + y // 0.3,
    "left_over": lambda x, y: torch.remainder(x, 0.7) + torch.fmod(y, 0.7) + (x * 5).frac(),
    "rounded": lambda x, y: torch.cat([x.floor(), x.ceil(), x.trunc(), y.round()], 1),
    "decimals": lambda x, y: torch.round(x, decimals=1) + y,
    "whole": lambda x, y: (x * 9).long() + (y * 9).int(),
    "logic": lambda x, y: summed((x > 0) & (y > 0), (x > 0) | (y <= 0), (x > 0) ^ (y > 0)),
    "negated": lambda x, y: summed(~(x > y), torch.logical_not(x > 0.5), (x > 0) == (y > 0)),
    "truth": lambda x, y: summed(torch.logical_and(x.relu(), y.relu()), (x > 0) & True, x.bool()),
    "any": lambda x, y: summed((x > 1).any(1, keepdim=True), (y > -1).all(1, keepdim=True)),
    "never": lambda x, y: summed(torch.isnan(x), x < float("inf"), y >= float("inf")),
    "chosen": lambda x, y: torch.where(x > y, x * 2, y),
    "chosen_row": lambda x, y: torch.where((x > 0)[:, :1], x, y[:, 1:2]),
    "chosen_number": lambda x, y: torch.where(x > 0, 1.5, -0.5) + torch.where(y > 0, y, 2.0),
    "chosen_mask": lambda x, y: torch.where(x > 0, y > 0, y < -0.5).to(x.dtype),
    "filled": lambda x, y: x.masked_fill(y > 0.5, -3.0),
    "masked": lambda x, y: (x > 0) * y + (y > 0).to(x.dtype) * (x < 0),
    "sign": lambda x, y: x.sign() * y + x.relu().sign(),
    "clamped": lambda x, y: x.clamp(min=y, max=y + 0.5),
    "best": lambda x, y: x.max(dim=1, keepdim=True).values + y.min(dim=-1, keepdim=True).values,
    "ordered": lambda x, y: (torch.arange(6) * 0.1 < x).to(x.dtype) + y,
}
"""Functions of two groups of six features."""

POSITIONS: dict[str, Function] = {
    "argmax": lambda x, y: (x.argmax(dim=1), y.argmin(dim=-1, keepdim=True)),
    "groups": lambda x, y: (x.view(-1, 2, 3).argmax(dim=2), y.view(-1, 2, 3).argmin(dim=1)),
    "where": lambda x, y: (*x.max(dim=1), *y.min(dim=1, keepdim=True)),
    "equal": lambda x, y: (x.relu().argmax(dim=1), y.sign().argmin(dim=1)),
    "masks": lambda x, y: (x > y, (x > 0).any(dim=1)),
}
"""Functions whose results are integers or masks."""

MODELS: dict[str, Callable[[], nn.Module]] = {
    "cheb": lambda: Weighted(ChebConv(NODE, 6, K=3)),
    "gated": lambda: Weighted(GatedGraphConv(6, 2)),
    "mf": lambda: Plain(MFConv(NODE, 6, max_degree=4)),
    "fast_rgcn": lambda: Typed(FastRGCNConv(NODE, 6, 4)),
    "fast_rgcn_bases": lambda: Typed(FastRGCNConv(NODE, 6, 4, num_bases=2, aggr="add")),
    "rgat": lambda: Related(RGATConv(NODE, 6, 4, edge_dim=EDGE, heads=2)),
    "rgat_scaled": lambda: Typed(RGATConv(NODE, 6, 4, mod="f-additive", heads=2)),
    "cluster": lambda: Looped(ClusterGCNConv(NODE, 6, diag_lambda=0.5)),
    "wl": lambda: Weighted(WLConvContinuous()),
    "pna": lambda: Attributed(
        PNAConv(NODE, 6, ["mean", "std"], ["identity", "linear"], DEGREES, edge_dim=EDGE)
    ),
    "std": lambda: Aggregated(StdAggregation()),
    "mul": lambda: Aggregated(MulAggregation()),
    "multi": lambda: Aggregated(MultiAggregation(["mean", "std", "max"], mode="cat")),
    "scaled": lambda: Aggregated(
        DegreeScalerAggregation(["mean", "max"], ["identity", "attenuation"], DEGREES)
    ),
    "set2set": lambda: Aggregated(Set2Set(NODE, 3)),
    "product": Product,
    "jumping": Jumping,
    "gru": lambda: Recurrent(nn.GRU, num_layers=2, batch_first=True),
    "lstm": lambda: Recurrent(nn.LSTM, bidirectional=True),
    "rnn": lambda: Recurrent(nn.RNN, nonlinearity="relu", bias=False),
    "cells": Stepped,
    "degrees": Degrees,
    "picked": Picked,
    "tabled": Tabled,
    "written": Written,
    "reduced": Reduced,
}


def check(graph: Graph, model: nn.Module, name: str) -> None:
    """Every output on one graph; integers and masks exactly."""
    run = run_real(graph, [sample(model, GRAPHS[name])])
    for output, expected in zip(graph.outputs, eager(model, GRAPHS[name]), strict=True):
        got = output_rows(graph, output, run).reshape(expected.shape)
        torch.testing.assert_close(got.to(expected.dtype), expected, rtol=1e-9, atol=1e-9)


def check_all(model: nn.Module, path: Path) -> Graph:
    """Import a model and compare it, plain and simplified, on every odd graph."""
    graph = load(export(randomized(model), EXAMPLE, path / "model.pt"))
    model.double()
    for name in GRAPHS:
        check(graph, model, name)
        check(simplify(graph), model, name)
    return graph


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(name: str, tmp_path: Path) -> None:
    check_all(Applied(FUNCTIONS[name]), tmp_path)


@pytest.mark.parametrize("name", POSITIONS)
def test_integers_and_masks_are_outputs(name: str, tmp_path: Path) -> None:
    graph = check_all(Applied(POSITIONS[name]), tmp_path)
    kinds = {graph.values[output].kind for output in graph.outputs}
    assert kinds & {Kind.INDEX, Kind.MASK}


@pytest.mark.parametrize("name", MODELS)
def test_model(name: str, tmp_path: Path) -> None:
    check_all(MODELS[name](), tmp_path)


@pytest.mark.parametrize("relation", RELATIONS)
def test_relations(relation: str, tmp_path: Path) -> None:
    """Between numbers, with a constant on either side, and where both are equal."""
    told = getattr(torch, relation)
    model = Applied(
        lambda x, y: summed(
            told(x, y), told(x.relu(), 0), told(torch.tensor(0.25), y), told(x, x), told(x, 7)
        )
    )
    check_all(model, tmp_path)


def test_maps_as_outputs_count_from_their_own_graph(tmp_path: Path) -> None:
    """An index that is returned points at rows of its graph, however many run together."""

    class Ends(nn.Module):
        def forward(self, x: Tensor, edge_index: Tensor) -> tuple[Tensor, Tensor]:
            return edge_index[0], x[edge_index[1]]

    model = Ends()
    graph = load(export(model, EXAMPLE, tmp_path / "model.pt"))
    several = [GRAPHS["random"], GRAPHS["duplicates"]]
    run = run_real(graph, [sample(model, data) for data in several])
    expected = torch.cat([data.edge_index[0] for data in several])
    assert torch.equal(output_rows(graph, graph.outputs[0], run).ravel(), expected)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda x, y: x.masked_fill(y > 0, float("-inf")).softmax(1), "infinite numbers"),
        (lambda x, y: x.argmax(dim=0), "no fixed positions"),
        (lambda x, y: (x * 8).long() & 3, "bits of integers"),
        (lambda x, y: (x != float("inf")).to(x.dtype), "isinf"),
        (lambda x, y: x.t(), "dimension 1"),
    ],
)
def test_refused_with_the_reason(function: Function, reason: str, tmp_path: Path) -> None:
    path = export(Applied(function), EXAMPLE, tmp_path / "model.pt")
    with pytest.raises(UnsupportedModelError, match=reason):
        load(path)


def test_products_do_not_depend_on_the_order_of_edges(tmp_path: Path) -> None:
    """The reduction of a product is a sum of logarithms, which is exact."""
    graph = load(export(Product(), EXAMPLE, tmp_path / "model.pt"))
    reductions = {node.op.reduce for node in graph.nodes if hasattr(node.op, "reduce")}
    assert reductions == {"sum", "max"}


def test_an_empty_product_is_one() -> None:
    index, ones = torch.tensor([1]), torch.full((1, 2), -2.0)
    told = scatter(ones, index, 0, 3, reduce="mul")
    assert told.tolist() == [[1.0, 1.0], [-2.0, -2.0], [1.0, 1.0]]
