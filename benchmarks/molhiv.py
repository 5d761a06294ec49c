"""Reader and metric of ogbg-molhiv."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch_geometric.data import Data

SPLITS = ("train", "valid", "test")


def load_molhiv(path: str | Path, split: str) -> list[Data]:
    """Read the graphs of one part of the scaffold split from molhiv.npz.

    Each graph has x [N, 9], edge_index [2, E] and edge_attr [E, 3], all int64, and y [1, 1] float.

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
        for g in chosen
    ]


def _graph(arrays: dict[str, NDArray[np.integer]], nodes: slice, edges: slice, g: int) -> Data:
    """Copy graph number g, which holds the given rows, into int64 tensors."""
    return Data(
        x=torch.from_numpy(arrays["x"][nodes].astype(np.int64)),
        edge_index=torch.from_numpy(arrays["edge"][edges].T.astype(np.int64, order="C")),
        edge_attr=torch.from_numpy(arrays["edge_attr"][edges].astype(np.int64)),
        y=torch.tensor([[float(arrays["y"][g])]]),
    )


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
