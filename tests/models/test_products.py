"""Models with products of computed matrices, through the whole flow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch_geometric.nn import EGConv, NNConv, TransformerConv, global_add_pool
from torch_geometric.utils import scatter

import gengnn
from gengnn.project import Project
from tests.frontend.zoo import randomized
from tests.models.test_models import LIMITS, eager
from tests.models.zoo import data_set


class EdgeConditioned(nn.Module):
    """A matrix for every edge, computed from its features."""

    def __init__(self) -> None:
        super().__init__()
        net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 24))
        self.conv = NNConv(6, 4, net, aggr="mean")

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        return self.conv(x, edge_index, edge_attr)


class Bases(nn.Module):
    """Weighted sums of aggregations, two heads."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = EGConv(6, 8, ["symnorm", "max"], num_heads=2, num_bases=3)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.conv(x, edge_index)


class Attention(nn.Module):
    """Dot products of queries and keys along edges, two heads."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = TransformerConv(6, 4, heads=2, edge_dim=3)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        return self.conv(x, edge_index, edge_attr)


class Forms(nn.Module):
    """Bilinear forms of both ends of an edge, and of graphs with themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.edge, self.graph = nn.Bilinear(6, 6, 3), nn.Linear(6, 6)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> tuple[Tensor, Tensor]:
        src, dst = edge_index
        total = self.graph(global_add_pool(x, batch)).view(-1, 2, 3) / 8
        return self.edge(x[src], x[dst]), total @ total.transpose(1, 2)


class Relations(nn.Module):
    """A trained matrix for every type of edge, picked by the edge."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, 6, 5))

    def forward(self, x: Tensor, edge_index: Tensor, bond: Tensor) -> Tensor:
        src, dst = edge_index
        messages = torch.bmm(x[src].unsqueeze(1), self.weight[bond]).squeeze(1)
        return scatter(messages, dst, dim_size=x.size(0))


class Heads(nn.Module):
    """Trained matrices of heads: one for each of three, then one for both halves of all."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Parameter(torch.randn(3, 2, 4)), nn.Linear(2, 3)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        h = torch.einsum("nhi,hio->nho", x.view(-1, 3, 2), self.first).tanh()
        return self.second(h.reshape(-1, 3, 2, 2)).flatten(1)


MODELS: dict[str, Callable[[], nn.Module]] = {
    "edge_conditioned": EdgeConditioned,
    "bases": Bases,
    "attention": Attention,
    "forms": Forms,
    "relations": Relations,
    "heads": Heads,
}


def build(name: str) -> nn.Module:
    return randomized(MODELS[name]())


@pytest.fixture(scope="module", params=list(MODELS))
def project(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Project]:
    """Each model, built."""
    folder = tmp_path_factory.mktemp("products")
    archive = gengnn.export(build(request.param), data_set()[0], folder / "model.pt")
    told = gengnn.build(
        archive, part="xcu50", data=data_set(), out=folder / "out", multipliers=60, **LIMITS
    )
    return request.param, told


def test_fixed_point_is_close_to_eager(project: tuple[str, Project]) -> None:
    name, told = project
    graphs = data_set()
    predicted = told.predict(graphs)
    outputs = predicted if isinstance(predicted, tuple) else (predicted,)
    wanted = zip(*(eager(build(name), g) for g in graphs), strict=True)
    for got, parts in zip(outputs, wanted, strict=True):
        want = torch.cat(parts).numpy()
        error = np.abs(np.asarray(got).reshape(want.shape) - want).max()
        assert error <= 0.01 * max(1.0, float(np.abs(want).max()))


@pytest.mark.slow
def test_csim_equals_the_reference(project: tuple[str, Project]) -> None:
    assert project[1].csim(data_set()).mismatches == 0


@pytest.mark.slow
def test_rtl_equals_the_reference(project: tuple[str, Project]) -> None:
    assert project[1].cosim(data_set()).mismatches == 0
