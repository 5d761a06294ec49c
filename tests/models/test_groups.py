"""Models that sort: C++ and RTL equal the reference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch_geometric.data import Data
from torch_geometric.nn import (
    GraphConv,
    MedianAggregation,
    QuantileAggregation,
    SortAggregation,
    TopKPooling,
    global_mean_pool,
)

import gengnn
from gengnn.data import samples_of
from gengnn.passes.estimate import estimate
from gengnn.project import Project

NODE = 4
SIZES = (
    (9, 20, 1),
    (12, 31, 2),
    (5, 4, 1),
    (1, 0, 1),
    (7, 12, 1),
    (11, 32, 3),
    (3, 9, 1),
    (6, 0, 2),
)
"""Nodes, edges and graphs of the packets."""


class Quantiles(nn.Module):
    """The median of the neighbours, and a readout between two rows."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = GraphConv(NODE, 5, aggr=MedianAggregation())
        self.aggr = QuantileAggregation([0.3, 0.75])

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        return self.aggr(self.conv(x, edge_index), batch)


class Sorted(nn.Module):
    """The nodes that are largest in the last channel, side by side, as in DGCNN."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.aggr = GraphConv(NODE, 3), SortAggregation(4)
        self.head = nn.Linear(12, 2)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        return self.head(self.aggr(self.conv(x, edge_index).tanh(), batch))


class Pooled(nn.Module):
    """Convolutions before and behind a choice of nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = GraphConv(NODE, 5), GraphConv(5, 3)
        self.pool = TopKPooling(5, 0.6)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        size = int(batch.max()) + 1
        h = self.first(x, edge_index).relu()
        h, edge_index, _, batch, _, _ = self.pool(h, edge_index, None, batch)
        return global_mean_pool(self.second(h, edge_index), batch, size)


MODELS: dict[str, Callable[[], nn.Module]] = {
    "quantiles": Quantiles,
    "sorted": Sorted,
    "pooled": Pooled,
}


def data_set() -> list[Data]:
    """Random packets of one graph and of several."""
    torch.manual_seed(0)
    return [
        Data(
            x=torch.randn(nodes, NODE),
            edge_index=torch.randint(nodes, (2, edges)),
            batch=torch.arange(nodes) * graphs // nodes,
        )
        for nodes, edges, graphs in SIZES
    ]


@pytest.fixture(scope="module", params=list(MODELS))
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("groups")
    torch.manual_seed(1)
    gengnn.export(MODELS[request.param]().eval(), data_set()[1], folder / "model.pt")
    limits = {"max_nodes": 12, "max_edges": 32, "max_graphs": 3}
    out = folder / "out"
    return gengnn.build(
        folder / "model.pt", part="xcu50", data=data_set(), out=out, multipliers=100, **limits
    )


@pytest.mark.slow
def test_no_code_differs(project: Project) -> None:
    assert project.csim(data_set()).mismatches == 0
    told = project.cosim(data_set())
    assert told.mismatches == 0
    for sample, cycles in zip(
        samples_of(project.design.graph, data_set()), told.cycles, strict=True
    ):
        assert estimate(project.design, sample) == pytest.approx(cycles, rel=0.25, abs=40)


def test_sorted_rows_are_those_of_torch(tmp_path: Path) -> None:
    """The order is that of the codes, so only near ties may swap; here there are none."""
    torch.manual_seed(1)
    model = Sorted().eval()
    gengnn.export(model, data_set()[0], tmp_path / "model.pt")
    project = gengnn.build(
        tmp_path / "model.pt", part="xcu50", data=data_set(), out=tmp_path / "out", max_nodes=12
    )
    got = np.asarray(project.predict(data_set())).reshape(-1, 2)
    with torch.no_grad():
        want = torch.cat([model(d.x, d.edge_index, d.batch) for d in data_set()])
    assert np.abs(got - want.numpy()).max() < 0.004
