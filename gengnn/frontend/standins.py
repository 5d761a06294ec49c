"""What PyG and torch compute in another way than along index maps, said anew for a trace.

Sorting becomes operators of `leaves`, attention with a mask becomes arithmetic.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.nn import aggr
from torch_geometric.nn.pool.connect import filter_edges
from torch_geometric.nn.pool.select import topk
from torch_geometric.utils import softmax, to_dense_batch

from gengnn.frontend import leaves, typed_standins
from gengnn.frontend.refusals import Refused

MATRIX = 2
"""Dimensions of a tensor of rows and features."""

SOME = 2
"""Places per group where the model declares none."""


@contextmanager
def standing_in(model: nn.Module, refused: Refused) -> Iterator[None]:
    """Everywhere in PyG and in the user's modules: the functions below for PyG's own."""
    quantiles = [m for m in model.modules() if isinstance(m, aggr.QuantileAggregation)]
    shares = {id(module): _numbers(module.q) for module in quantiles}
    methods: list[tuple[Any, str, Callable[..., Any]]] = [
        (aggr.QuantileAggregation, "forward", _quantile(aggr.QuantileAggregation.forward, shares)),
        (aggr.SortAggregation, "forward", _sort),
        (aggr.Aggregation, "assert_sorted_index", lambda self, index: None),
        (nn.MultiheadAttention, "forward", _attention(nn.MultiheadAttention.forward)),
        *typed_standins.METHODS,
    ]
    functions: list[tuple[Any, Callable[..., Any]]] = [
        (to_dense_batch, _to_dense_batch(to_dense_batch, refused)),
        (topk.topk, _topk(topk.topk)),
        (softmax, _softmax(softmax)),
        (filter_edges.filter_adj, _filter_adj),
        *typed_standins.FUNCTIONS,
    ]
    with ExitStack() as stack:
        for owner, name, function in methods:
            stack.enter_context(patch.object(owner, name, function))
        for original, function in functions:
            for scope in _scopes(original):
                stack.enter_context(patch.dict(scope, {original.__name__: function}))
        yield


def _scopes(function: Any) -> list[dict[str, Any]]:
    """The namespaces of all modules that hold `function` under its own name."""
    named = [vars(module) for module in list(sys.modules.values()) if hasattr(module, "__dict__")]
    return [scope for scope in named if scope.get(function.__name__) is function]


def _numbers(x: Any) -> list[float]:
    return [float(number) for number in x.flatten()]


def _quantile(
    original: Callable[..., Tensor], shares: Mapping[int, list[float]]
) -> Callable[..., Tensor]:
    def forward(
        self: aggr.QuantileAggregation,
        x: Tensor,
        index: Tensor | None = None,
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
    ) -> Tensor:
        """As `QuantileAggregation.forward`, of rows."""
        if index is None or dim_size is None or x.dim() != MATRIX or dim not in {0, -MATRIX}:
            return original(self, x, index, ptr, dim_size, dim)
        q = shares[id(self)]
        told: Tensor = leaves.quantile(x, index, dim_size, q, self.interpolation, self.fill_value)
        return told

    return forward


def _sort(
    self: aggr.SortAggregation,
    x: Tensor,
    index: Tensor | None = None,
    ptr: Tensor | None = None,
    dim_size: int | None = None,
    dim: int = -2,
    max_num_elements: int | None = None,
) -> Tensor:
    """As `SortAggregation.forward`: the k rows with the largest last feature, the rest 0."""
    self.assert_index_present(index)
    self.assert_two_dimensional_input(x, dim)
    dense: Tensor = leaves.dense(x, index, x[:, -1], dim_size, self.k)
    return dense.flatten(1)


def _to_dense_batch(original: Callable[..., Any], refused: Refused) -> Callable[..., Any]:
    def dense(
        x: Tensor,
        batch: Tensor | None = None,
        fill_value: float = 0.0,
        max_num_nodes: int | None = None,
        batch_size: int | None = None,
    ) -> tuple[Tensor, Tensor]:
        """As `torch_geometric.utils.to_dense_batch`, with `max_num_nodes` declared."""
        if batch is None and max_num_nodes is None:
            told: tuple[Tensor, Tensor] = original(x)
            return told
        if batch is None:
            batch = x.new_zeros(x.shape[0], dtype=torch.int64)
        if max_num_nodes is None:
            max_num_nodes = SOME
            refused.note("to_dense_batch", *NO_LIMIT)
        if batch_size is None:
            batch_size = _count(batch.max())
        wide = leaves.dense(x.flatten(1), batch, None, batch_size, max_num_nodes)
        wide = wide.view(batch_size, max_num_nodes, *x.shape[1:])
        mask = leaves.dense_mask(batch, batch_size, max_num_nodes)
        if fill_value != 0:
            there = mask.view(batch_size, max_num_nodes, *[1] * (x.dim() - 1))
            wide = torch.where(there, wide, fill_value)
        return wide, mask

    return dense


NO_LIMIT = (
    "makes matrices of as many rows as the largest group has",
    "declare how many these are: to_dense_batch(..., max_num_nodes=...), or "
    "aggr(..., max_num_elements=...)",
)
"""Why a dense batch without a limit cannot be compiled, and what to do."""


def _topk(original: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def topk(
        x: Tensor,
        ratio: float | None,
        batch: Tensor,
        min_score: float | None = None,
        tol: float = 1e-7,
    ) -> Tensor:
        """As PyG's function of the same name; a choice by the score alone needs no order."""
        if min_score is not None or ratio is None:
            return original(x, ratio, batch, min_score, tol)
        told: Tensor = leaves.first(x.view(-1), batch, float(ratio))
        return told

    return topk


def _filter_adj(
    edge_index: Tensor,
    edge_attr: Tensor | None,
    node_index: Tensor,
    cluster_index: Tensor | None = None,
    num_nodes: int | None = None,
) -> tuple[Tensor, Tensor | None]:
    """As PyG's function of the same name: the edges between nodes that are kept."""
    count = _count(edge_index.max()) if num_nodes is None else num_nodes
    is_kept, place = leaves.places(node_index, count)
    if cluster_index is not None:
        place = cluster_index[place]
    row, col = edge_index[0], edge_index[1]
    mask = is_kept[row] & is_kept[col]
    kept = None if edge_attr is None else edge_attr[mask]
    return torch.stack([place[row[mask]], place[col[mask]]], dim=0), kept


def _count(largest: Tensor) -> int:
    """One more than the largest entry, as a symbolic size."""
    count = largest.item() + 1
    torch._check(count >= 0)  # type: ignore[no-untyped-call]
    return count  # type: ignore[return-value]


def _softmax(original: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def softmax(
        src: Tensor,
        index: Tensor | None = None,
        ptr: Tensor | None = None,
        num_nodes: int | None = None,
        dim: int = 0,
    ) -> Tensor:
        """As PyG's function of the same name; how many groups there are changes no share."""
        if num_nodes is None and ptr is None and index is not None:
            num_nodes = _count(leaves.largest(index))
        return original(src, index, ptr, num_nodes, dim)

    return softmax


def _attention(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def forward(
        self: nn.MultiheadAttention,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        **options: Any,
    ) -> tuple[Tensor, Tensor | None]:
        """As torch's: among the rows of a dense batch [B, N, F], those of the mask left out."""
        is_plain = query.dim() == BATCHED and self.bias_k is None and not self.add_zero_attn
        if options or not is_plain or self.in_proj_weight is None:
            told: tuple[Tensor, Tensor | None] = original(
                self, query, key, value, key_padding_mask, need_weights, **options
            )
            return told
        if not self.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))
        weights = self.in_proj_weight.chunk(3)
        biases = [None] * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        q, k, v = (
            _heads(functional.linear(x, weight, bias), self.num_heads)
            for x, weight, bias in zip((query, key, value), weights, biases, strict=True)
        )
        scores = q @ k.transpose(-2, -1) / self.head_dim**0.5
        shares = (
            scores.softmax(-1) if key_padding_mask is None else _shares(scores, key_padding_mask)
        )
        out = self.out_proj((shares @ v).transpose(1, 2).flatten(2))
        out = out if self.batch_first else out.transpose(0, 1)
        return out, shares.mean(1) if need_weights else None

    return forward


def _heads(x: Tensor, count: int) -> Tensor:
    """The heads of [B, N, F] as a dimension before the rows: [B, H, N, F / H]."""
    return x.view(*x.shape[:2], count, x.shape[2] // count).transpose(1, 2)


BATCHED = 3
"""Dimensions of a dense batch of rows."""


def _shares(scores: Tensor, hidden: Tensor) -> Tensor:
    """The softmax of scores [B, H, Q, N] over the places that are not hidden [B, N]."""
    hidden = hidden[:, None, None, :]
    seen = torch.where(hidden, scores.amin(-1, keepdim=True), scores)
    raised = torch.where(hidden, 0.0, (seen - seen.amax(-1, keepdim=True)).exp())
    return raised / raised.sum(-1, keepdim=True)
