"""Models of several types of nodes and edges."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch_geometric.nn import GATConv, GraphConv, SAGEConv, conv, models, to_hetero

from benchmarks.coverage.entry import NODE, OUT, Row, each
from benchmarks.coverage.graphs import EDGE_TYPES, METADATA, SIDE
from benchmarks.coverage.wrappers import Around

DICTS = "x_dict edge_index_dict"
CHANNELS = {"paper": NODE, "author": SIDE}
WRITES, CITES, WRITTEN = EDGE_TYPES


def _hetero(**options: object) -> nn.Module:
    convs = {
        WRITES: SAGEConv((SIDE, NODE), OUT),
        CITES: GraphConv(NODE, OUT),
        WRITTEN: GATConv((NODE, SIDE), OUT, add_self_loops=False),
    }
    return Dicts(conv.HeteroConv(convs, **options))


class Sage(nn.Module):
    """Two layers for nodes of one type, to be made heterogeneous."""

    def __init__(self) -> None:
        super().__init__()
        self.first = SAGEConv((-1, -1), 8)
        self.second = SAGEConv((-1, -1), OUT)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """[nodes, F] to [nodes, F']."""
        return self.second(self.first(x, edge_index).relu(), edge_index)


def _to_hetero(aggr: str = "sum") -> nn.Module:
    """The same for two types; the lazy sizes are filled by a first call."""
    model = to_hetero(Sage(), METADATA, aggr=aggr)
    with torch.no_grad():
        model(
            {name: torch.zeros(2, size) for name, size in CHANNELS.items()},
            {name: torch.zeros(2, 1, dtype=torch.int64) for name in EDGE_TYPES},
        )
    return Dicts(model)


class Dicts(Around):
    """A model that takes the features and edges of all types."""

    def forward(self, x_dict: dict[str, Tensor], edge_index_dict: dict[tuple, Tensor]) -> Any:
        """[nodes, F] to [nodes, F'] of each type."""
        return self.module(x_dict, edge_index_dict)


class Jumps(Around):
    """The features of both types and their negatives, joined."""

    def forward(self, x_dict: dict[str, Tensor]) -> dict[str, Tensor]:
        """[nodes, F] to [nodes, F'] of each type."""
        return self.module({name: [x, -x] for name, x in x_dict.items()})


CONVS = (
    Row(
        "HGTConv",
        each(partial(conv.HGTConv, CHANNELS, 8, METADATA), DICTS, {}, {"heads": 2}),
    ),
    Row(
        "HANConv",
        each(partial(conv.HANConv, CHANNELS, 8, METADATA), DICTS, {}, {"heads": 2}),
    ),
    Row("HeteroConv", each(_hetero, DICTS, {}, {"aggr": "mean"}, {"aggr": "max"}, {"aggr": "cat"})),
)

MODELS = (
    Row(
        "HeteroJumpingKnowledge",
        each(
            lambda mode: Jumps(models.HeteroJumpingKnowledge(list(CHANNELS), mode)),
            "x_dict",
            {"mode": "cat"},
            {"mode": "max"},
        ),
    ),
    Row(
        "to_hetero",
        each(_to_hetero, DICTS, {"aggr": "sum"}, {"aggr": "mean"}, {"aggr": "max"}),
    ),
)
