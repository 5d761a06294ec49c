"""Classes of PyG that are refused by name: more than arithmetic along index maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch_geometric import nn as pyg


def _always(*args: Any, **kwargs: Any) -> bool:
    return True


@dataclass(frozen=True)
class Refusal:
    """Why the forward of a class cannot be compiled, and what to use instead.

    `stub` gives results of the same shapes, so that a trace can go on; `applies` tells of a
    call whether it is refused. Both take the arguments of forward.
    """

    reason: str
    advice: str
    stub: Callable[..., Any]
    applies: Callable[..., bool] = _always


def _groups(
    m: Any,
    x: Tensor,
    index: Any = None,
    ptr: Any = None,
    dim_size: Any = None,
    dim: int = -2,
    max_num_elements: Any = None,
) -> Tensor:
    """An aggregation's result: a row of `out_channels` for each group."""
    features = m.out_channels if hasattr(m, "out_channels") else m.channels
    if getattr(m, "concat", False):
        features *= m.num_seed_points
    return x.new_zeros(x.shape[0] if dim_size is None else dim_size, features)


def _same_edges(m: Any, x: Tensor, edge_index: Tensor, batch: Tensor) -> Any:
    return x, edge_index, batch, None


IN_ORDER = Refusal(
    "runs a recurrent cell along the neighbours, which have no order",
    "use SoftmaxAggregation, DeepSetsAggregation or several of sum, mean, max and std",
    _groups,
)

LIMIT = (
    "makes matrices of as many rows as the largest group has",
    "declare how many these are: aggr(..., max_num_elements=...)",
)
"""Why attention among the rows of a group needs a limit, and what to do."""


def _unlimited(
    m: Any,
    x: Tensor,
    index: Any = None,
    ptr: Any = None,
    dim_size: Any = None,
    dim: int = -2,
    max_num_elements: Any = None,
) -> bool:
    return max_num_elements is None


def _zeros(
    m: Any, x: Tensor, index: Any = None, ptr: Any = None, dim_size: Any = None, dim: int = -2
) -> Tensor:
    return x.new_zeros(x.shape[0] if dim_size is None else dim_size, m.output_dim)


REFUSED: Mapping[type[nn.Module], Refusal] = {
    pyg.LSTMAggregation: IN_ORDER,
    pyg.GRUAggregation: IN_ORDER,
    pyg.LCMAggregation: IN_ORDER,
    pyg.GraphMultisetTransformer: Refusal(*LIMIT, _groups, _unlimited),
    pyg.SetTransformerAggregation: Refusal(*LIMIT, _groups, _unlimited),
    pyg.PatchTransformerAggregation: Refusal(*LIMIT, _groups, _unlimited),
    pyg.EquilibriumAggregation: Refusal(
        "minimises an energy by its gradients inside forward",
        "use DeepSetsAggregation or AttentionalAggregation",
        _zeros,
    ),
    pyg.WLConv: Refusal(
        "numbers the colours of neighbourhoods in a Python dict",
        "use WLConvContinuous, or a GINConv of one-hot features",
        lambda m, x, edge_index: x.new_zeros(x.shape[0], dtype=torch.int64),
    ),
    pyg.PANConv: Refusal(
        "multiplies sparse matrices of edges with torch-sparse",
        "use TAGConv, SSGConv or MixHopConv: powers of the adjacency without its matrix",
        lambda m, x, edge_index: (x.new_zeros(x.shape[0], m.out_channels), None),
    ),
    pyg.GPSConv: Refusal(
        "attends from every node to every node of the graph",
        "add a TransformerConv on an edge_index of all pairs of nodes to the convolution",
        lambda m, x, edge_index, *rest, **named: x,
    ),
    pyg.EdgePooling: Refusal(
        "contracts edges one after the other in Python",
        "use TopKPooling or SAGPooling, or a global pooling",
        _same_edges,
    ),
    pyg.ClusterPooling: Refusal(
        "looks for connected components",
        "use TopKPooling or SAGPooling, or a global pooling",
        _same_edges,
    ),
    pyg.ASAPooling: Refusal(
        "multiplies sparse matrices of edges",
        "use TopKPooling or SAGPooling, or a global pooling",
        lambda m, x, edge_index, *rest, **named: (x, edge_index, None, None, None),
    ),
}
"""The classes, and what to say of each."""
