"""Operators of the namespace `gengnn`: what PyG computes by sorting, as one call of an archive.

Each has a real implementation, so that an exported program run by torch gives what the model
gives, and a fake one, so that torch.export can follow it. Rows of equal keys keep their order.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.library import custom_op
from torch_geometric.nn import QuantileAggregation

from gengnn.ops.rank import ranks_of


@custom_op("gengnn::quantile", mutates_args=())
def quantile(
    x: Tensor, index: Tensor, dim_size: int, q: list[float], interpolation: str, fill: float
) -> Tensor:
    """Quantiles [dim_size, len(q) F] of the rows of x [N, F] with equal index [N].

    `interpolation` is that of `torch.quantile`; groups without rows get `fill`.
    """
    module = QuantileAggregation(q, interpolation, fill).to(x.dtype)
    told: Tensor = module(x, index, dim_size=dim_size)
    return told


@quantile.register_fake
def _(
    x: Tensor, index: Tensor, dim_size: int, q: list[float], interpolation: str, fill: float
) -> Tensor:
    return x.new_empty(dim_size, len(q) * x.shape[1])


@custom_op("gengnn::dense", mutates_args=())
def dense(x: Tensor, index: Tensor, key: Tensor | None, dim_size: int, rows: int) -> Tensor:
    """The first `rows` rows of each group side by side: [dim_size, rows, F] of x [N, F].

    Groups are the rows of equal index [N], in the order of descending key [N] if there is one,
    else in the order of the rows. Missing rows are 0.
    """
    order = torch.zeros_like(index) if key is None else key
    place = ranks_of(order.unsqueeze(1), index, descending=True)[0].squeeze(1)
    kept = place < rows
    out = x.new_zeros(dim_size * rows, x.shape[1])
    out[index[kept] * rows + place[kept]] = x[kept]
    return out.view(dim_size, rows, x.shape[1])


@dense.register_fake
def _(x: Tensor, index: Tensor, key: Tensor | None, dim_size: int, rows: int) -> Tensor:
    return x.new_empty(dim_size, rows, x.shape[1])


@custom_op("gengnn::dense_mask", mutates_args=())
def dense_mask(index: Tensor, dim_size: int, rows: int) -> Tensor:
    """Which places [dim_size, rows] of `dense` have a row."""
    count = index.new_zeros(dim_size).index_add_(0, index, torch.ones_like(index))
    return torch.arange(rows) < count.unsqueeze(1)


@dense_mask.register_fake
def _(index: Tensor, dim_size: int, rows: int) -> Tensor:
    return index.new_empty(dim_size, rows, dtype=torch.bool)


@custom_op("gengnn::first", mutates_args=())
def first(score: Tensor, index: Tensor, ratio: float) -> Tensor:
    """The rows with the largest score [N] of each group: ceil(ratio n) of n, or `ratio` >= 1.

    Returns their positions, group by group in descending order of the score.
    """
    rank, others = (t.squeeze(-1) for t in ranks_of(score.unsqueeze(1), index, descending=True))
    count = (ratio * (others + 1).double()).ceil() if ratio < 1 else torch.tensor(int(ratio))
    kept = (rank < count).nonzero().view(-1)
    return kept[torch.argsort(index[kept] * len(index) + rank[kept])]


@first.register_fake
def _(score: Tensor, index: Tensor, ratio: float) -> Tensor:
    return index.new_empty(torch.library.get_ctx().new_dynamic_size())


@custom_op("gengnn::places", mutates_args=())
def places(kept: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """For each of `count` rows whether it is in `kept`, and where (0 if it is not)."""
    is_kept = torch.zeros(count, dtype=torch.bool)
    is_kept[kept] = True
    place = kept.new_zeros(count)
    place[kept] = torch.arange(len(kept))
    return is_kept, place


@places.register_fake
def _(kept: Tensor, count: int) -> tuple[Tensor, Tensor]:
    return kept.new_empty(count, dtype=torch.bool), kept.new_empty(count)


@custom_op("gengnn::largest", mutates_args=())
def largest(index: Tensor) -> Tensor:
    """The largest entry of an index, -1 where there are none; any larger number does as well."""
    return index.amax() if index.numel() else index.new_full((), -1)


@largest.register_fake
def _(index: Tensor) -> Tensor:
    return index.new_empty(())
