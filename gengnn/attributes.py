"""Attributes: what a graph given by the user brings for an argument of `forward`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import torch
from torch_geometric.data import Data, HeteroData


def attribute(graph: object, name: str) -> Any:
    """The attribute `name` of a Data, a HeteroData or a mapping; None if there is none.

    Of a HeteroData `x` and `x_dict` are a dictionary by node or edge type. Without `batch` all
    nodes are in one graph; `num_nodes` counts them.
    """
    if isinstance(graph, HeteroData):
        return _typed(graph, name)
    found = graph.get(name) if isinstance(graph, Mapping) else None
    if isinstance(graph, Data):
        found = graph.get(name)  # not getattr: Data has methods of its own, such as size
    elif not isinstance(graph, Mapping):
        found = getattr(graph, name, None)
    if found is None and name == "batch":
        count = getattr(graph, "num_nodes", None)
        return torch.zeros(int(count or 0), dtype=torch.int64) if count is not None else None
    if found is None and name == "num_nodes" and isinstance(graph, Data):
        return _counted(graph)
    return found


def _typed(graph: HeteroData, name: str) -> Any:
    """An attribute of the whole, or one entry for each type that has it."""
    if name in graph._global_store:
        return graph._global_store[name]
    base = name.removesuffix("_dict")
    found = {kind: store[base] for kind, store in graph._edge_store_dict.items() if base in store}
    for kind, nodes in graph._node_store_dict.items():
        if base in nodes:
            found[kind] = nodes[base]
        elif base == "num_nodes":
            found[kind] = _counted(nodes)
        elif base == "batch":
            found[kind] = torch.zeros(_counted(nodes) or 0, dtype=torch.int64)
    return found or None


def _counted(store: Any) -> int | None:
    """How many nodes there are; None where nothing tells, not even an index."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyG warns that it takes the largest index
        count = store.num_nodes
    return None if count is None else int(count)


def names(graph: object) -> list[str]:
    """The attributes that a graph has, for messages."""
    if isinstance(graph, HeteroData):
        stores = [*graph.node_stores, *graph.edge_stores]
        typed = {f"{key}_dict" for store in stores for key in store.keys()}  # noqa: SIM118
        return sorted(typed | set(graph._global_store.keys()))
    keys = getattr(graph, "keys", None)
    return sorted(map(str, keys())) if callable(keys) else []
