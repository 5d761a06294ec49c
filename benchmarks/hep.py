"""Graphs of the shape of hep10k: 49 nodes and 785 edges on average, each node's 16 nearest."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch_geometric.data import Data

from benchmarks.models import ATOM_SIZES, BOND_SIZES
from benchmarks.molhiv import eigenvector

NEIGHBOURS = 16
"""Edges into each node."""

NUM_NODES = (34, 64)
"""The least and the most nodes; all counts between are equally likely, 49 on average."""

MAX_EDGES = NUM_NODES[1] * NEIGHBOURS
"""Edges of the largest graph."""


def hep_graphs(count: int, seed: int) -> list[Data]:
    """`count` graphs; the same seed gives the same graphs.

    Each has x [N, 9], edge_index [2, 16 N] and edge_attr [16 N, 3], int64, with the categories of
    OGB's atoms and bonds drawn uniformly, so that models of molecules take them, and eig [N, 1]
    float, as molhiv has it, of the graph with its edges taken both ways.
    """
    rng = np.random.default_rng(seed)
    return [_graph(rng, int(rng.integers(*NUM_NODES, endpoint=True))) for _ in range(count)]


def _graph(rng: np.random.Generator, num_nodes: int) -> Data:
    """Nodes uniform in the unit cube, edges from the nearest to each."""
    edge_index = nearest(rng.random((num_nodes, 3)), NEIGHBOURS)
    both = np.concatenate([edge_index, edge_index[::-1]], axis=1).T
    return Data(
        x=torch.from_numpy(_categories(rng, num_nodes, ATOM_SIZES)),
        edge_index=torch.from_numpy(edge_index),
        edge_attr=torch.from_numpy(_categories(rng, edge_index.shape[1], BOND_SIZES)),
        eig=torch.from_numpy(eigenvector(num_nodes, both)),
    )


def nearest(positions: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    """The edges [2, k N] from the k other points nearest to each of `positions` [N, D] to it."""
    distance = np.linalg.norm(positions[:, None] - positions, axis=2)
    np.fill_diagonal(distance, np.inf)
    src = np.argsort(distance, axis=1, kind="stable")[:, :k]
    dst = np.repeat(np.arange(len(positions)), k)
    return np.stack([src.reshape(-1), dst])


def _categories(rng: np.random.Generator, rows: int, sizes: tuple[int, ...]) -> NDArray[np.int64]:
    """One category of each feature per row, [rows, features]."""
    return rng.integers(0, np.array(sizes), size=(rows, len(sizes)))
