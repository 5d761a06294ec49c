"""Graphs that are odd in every way, with every attribute that a model of the zoo takes."""

from __future__ import annotations

import inspect

import torch
from torch import Tensor, nn
from torch_geometric.data import Data

NODE, EDGE, CLASSES = 4, 3, (5, 3)
"""Features of nodes and of edges; categories in the columns of `z`."""


def graph(nodes: int, edges: list[tuple[int, int]], seed: int = 0, graphs: int = 1) -> Data:
    """A graph with every attribute that a model of the zoo takes."""
    torch.manual_seed(seed)
    count = len(edges)
    return Data(
        x=torch.randn(nodes, NODE),
        z=torch.stack([torch.randint(0, n, (nodes,)) for n in CLASSES], dim=1),
        edge_index=torch.tensor(edges, dtype=torch.long).reshape(-1, 2).t().contiguous(),
        edge_attr=torch.randn(count, EDGE),
        edge_weight=torch.rand(count) + 0.1,
        edge_type=torch.randint(0, 4, (count,)),
        batch=torch.arange(nodes) * graphs // max(nodes, 1),
        u=torch.randn(graphs, 2),
    )


def _random(nodes: int, edges: int, seed: int, graphs: int = 1) -> Data:
    torch.manual_seed(seed)
    pairs = torch.randint(0, nodes, (edges, 2)).tolist()
    return graph(nodes, [(int(a), int(b)) for a, b in pairs], seed, graphs)


GRAPHS: dict[str, Data] = {
    "random": _random(9, 20, 1),
    "isolated": graph(6, [(0, 1), (1, 0), (1, 2)], 2),
    "self_loops": graph(4, [(0, 0), (1, 1), (0, 1), (1, 1), (2, 0), (3, 3)], 3),
    "duplicates": graph(3, [(0, 1)] * 4 + [(1, 2), (1, 2)], 4),
    "hub": graph(8, [(i, 0) for i in range(8)] + [(0, 7)], 5),
    "one_node": graph(1, [], 6),
    "one_loop": graph(1, [(0, 0)], 7),
    "no_edges": graph(5, [], 8),
}

EXAMPLE = _random(11, 24, 9, graphs=3)
"""What models are exported with: three graphs in one batch."""


def arguments(model: nn.Module, data: Data) -> dict[str, Tensor]:
    """The attributes of `data` that `model` takes."""
    return {
        name: data[name] for name in inspect.signature(model.forward).parameters if name in data
    }
