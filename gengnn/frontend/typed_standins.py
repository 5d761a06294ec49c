"""What PyG computes type by type with rows sorted by type, said without sorting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch_geometric.nn import HeteroLinear, HGTConv
from torch_geometric.utils import hetero

Keyed = Mapping[Any, Any]
"""Something for each node type or edge type."""


def _linear(self: HeteroLinear, x: Tensor, type_vec: Tensor) -> Tensor:
    """As `HeteroLinear.forward`: each row times the weight of its type."""
    out = torch.bmm(x.unsqueeze(1), self.weight[type_vec]).squeeze(1)
    return out if self.bias is None else out + self.bias[type_vec]


def _source_features(
    self: HGTConv, k_dict: Keyed, v_dict: Keyed, edge_index_dict: Keyed
) -> tuple[Tensor, Tensor, Keyed]:
    """As `HGTConv._construct_src_node_feat`: keys and values [N, H, D] for each edge type."""
    ks: list[Tensor] = []
    vs: list[Tensor] = []
    offset: dict[Any, int] = {}
    total = 0
    for kind in edge_index_dict:
        first = self.edge_types_map[kind]
        offset[kind] = total
        total += k_dict[kind[0]].size(0)
        for given, linear, found in ((k_dict, self.k_rel, ks), (v_dict, self.v_rel, vs)):
            weight = linear.weight[first :: len(self.edge_types)]  # [H, D, D]
            found.append(torch.einsum("nhd,hde->nhe", given[kind[0]], weight))
    return torch.cat(ks), torch.cat(vs), offset


def _edges(
    edge_index_dict: Keyed,
    src_offset_dict: Keyed,
    dst_offset_dict: Keyed,
    edge_attr_dict: Keyed | None = None,
    num_nodes: int | None = None,
) -> tuple[Tensor, Tensor | None]:
    """As PyG's function of the same name: all edges as one list, with an attribute each."""
    joined, attributes = [], []
    for kind, offset in src_offset_dict.items():
        src, dst = edge_index_dict[kind]
        joined.append(torch.stack([src + offset, dst + dst_offset_dict[kind[-1]]]))
        if edge_attr_dict is not None:
            is_by_name = isinstance(edge_attr_dict, torch.nn.ParameterDict)
            value = edge_attr_dict["__".join(kind) if is_by_name else kind]
            attributes.append(value.expand(src.size(0), -1) if value.size(0) == 1 else value)
    return torch.cat(joined, dim=1), torch.cat(attributes) if attributes else None


METHODS: list[tuple[Any, str, Callable[..., Any]]] = [
    (HeteroLinear, "forward", _linear),
    (HGTConv, "_construct_src_node_feat", _source_features),
]
FUNCTIONS: list[tuple[Any, Callable[..., Any]]] = [(hetero.construct_bipartite_edge_index, _edges)]
"""What stands in for PyG's own while a model is traced: methods of classes, and functions."""
