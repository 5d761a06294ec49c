"""Reader and metric of ogbg-molhiv."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch_geometric.data import Data

SPLITS = ("train", "valid", "test")


def load_molhiv(path: str | Path, split: str, count: int | None = None) -> list[Data]:
    """Read the graphs, or the first `count`, of one part of the scaffold split from molhiv.npz.

    Each graph has x [N, 9], edge_index [2, E] and edge_attr [E, 3], all int64, y [1, 1] float, and
    eig [N, 1] float, the first non-trivial eigenvector of its normalised Laplacian.

    Raises:
        ValueError: `split` is not one of train, valid, test.
    """
    if split not in SPLITS:
        raise ValueError(f"Expected split to be one of {', '.join(SPLITS)} (got {split!r})")
    with np.load(path) as data:
        arrays = {name: data[name] for name in ("x", "edge", "edge_attr", "y")}
        node_ptr, edge_ptr, chosen = data["node_ptr"], data["edge_ptr"], data[split]
    return [
        _graph(arrays, slice(*node_ptr[g : g + 2]), slice(*edge_ptr[g : g + 2]), int(g))
        for g in chosen[:count]
    ]


def _graph(arrays: dict[str, NDArray[np.integer]], nodes: slice, edges: slice, g: int) -> Data:
    """Copy graph number g, which holds the given rows, into int64 tensors."""
    ends = arrays["edge"][edges]
    return Data(
        eig=torch.from_numpy(eigenvector(nodes.stop - nodes.start, ends)),
        x=torch.from_numpy(arrays["x"][nodes].astype(np.int64)),
        edge_index=torch.from_numpy(ends.T.astype(np.int64, order="C")),
        edge_attr=torch.from_numpy(arrays["edge_attr"][edges].astype(np.int64)),
        y=torch.tensor([[float(arrays["y"][g])]]),
    )


def eigenvector(num_nodes: int, ends: NDArray[np.integer]) -> NDArray[np.float32]:
    """The eigenvector of the second smallest eigenvalue of I - D^-1/2 A D^-1/2, as [N, 1].

    Unit length, its largest entry positive; zeros for a single node.
    """
    if num_nodes <= 1:
        return np.zeros((num_nodes, 1), dtype=np.float32)
    adjacency = np.zeros((num_nodes, num_nodes))
    adjacency[ends[:, 0], ends[:, 1]] = 1.0
    root = 1.0 / np.sqrt(np.maximum(adjacency.sum(axis=1), 1.0))
    _, vectors = np.linalg.eigh(np.eye(num_nodes) - root[:, None] * adjacency * root)
    vector = vectors[:, 1:2]
    return (vector * np.sign(vector[np.abs(vector).argmax()])).astype(np.float32)


def roc_auc(labels: NDArray[np.floating], scores: NDArray[np.floating]) -> float:
    """Return the area under the ROC curve of scores [G] against labels [G] in {0, 1}.

    The probability that a positive ranks above a negative, ties counting one half (the
    Mann-Whitney U statistic).

    Raises:
        ValueError: one of the two classes is absent.
    """
    positive = labels > 0
    num_positive = int(positive.sum())
    num_negative = len(labels) - num_positive
    if num_positive == 0 or num_negative == 0:
        raise ValueError(f"Expected both classes (got {num_positive} of {len(labels)} positive)")
    _, group, count = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(count) - (count - 1) / 2
    u = mean_rank[group][positive].sum() - num_positive * (num_positive + 1) / 2
    return float(u / (num_positive * num_negative))
