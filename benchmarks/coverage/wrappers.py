"""Modules around a class whose forward does not take plain attributes of a graph."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch_geometric.nn import MessagePassing


class Around(nn.Module):
    """Holds the module that it calls."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module


class Bipartite(Around):
    """From one kind of nodes to another."""

    def forward(self, x: Tensor, x_dst: Tensor, edge_index: Tensor) -> Any:
        """A pair of node features as PyG takes it."""
        return self.module((x, x_dst), edge_index)


class BipartiteWeighted(Around):
    """The same with edge weights, edge features or edge types."""

    def forward(self, x: Tensor, x_dst: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Any:
        """A pair of node features, and what comes with the edges."""
        return self.module((x, x_dst), edge_index, edge_attr)


class SourcesOnly(Around):
    """From one kind of nodes to another that has no features, only a number of rows."""

    def forward(self, x: Tensor, x_dst: Tensor, edge_index: Tensor) -> Any:
        """The second of the pair is None; its size is given."""
        return self.module((x, None), edge_index, size=(x.size(0), x_dst.size(0)))


class BipartitePoints(Around):
    """Points of one kind to points of another."""

    def forward(
        self, x: Tensor, x_dst: Tensor, pos: Tensor, pos_dst: Tensor, edge_index: Tensor
    ) -> Any:
        """A pair of features and a pair of positions."""
        return self.module((x, x_dst), (pos, pos_dst), edge_index)


class WithAttention(Around):
    """The result and the attention of each edge."""

    def forward(self, x: Tensor, edge_index: Tensor) -> Any:
        """Without the edges, which the caller knows."""
        out, (_, attention) = self.module(x, edge_index, return_attention_weights=True)
        return out, attention


class Readout(Around):
    """An aggregation over the nodes of each graph."""

    def forward(self, x: Tensor, batch: Tensor) -> Tensor:
        """[nodes, F] to [graphs, F']."""
        return self.module(x, batch)


class DenseReadout(Around):
    """The same where the module must know how many nodes a graph has at most."""

    def __init__(self, module: nn.Module, most: int) -> None:
        super().__init__(module)
        self.most = most

    def forward(self, x: Tensor, batch: Tensor) -> Tensor:
        """[nodes, F] to [graphs, F']."""
        return self.module(x, batch, max_num_elements=self.most)


class Neighbours(MessagePassing):
    """An aggregation over the neighbours of each node."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__(aggr=module)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """[nodes, F] to [nodes, F']."""
        return self.propagate(edge_index, x=x, size=(x.size(0), x.size(0)))
