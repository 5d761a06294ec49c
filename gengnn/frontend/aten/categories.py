"""Features read and written at places that integers tell: one-hot rows, picked entries, copies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gengnn.frontend.aten.masks import compare, either, mask_of
from gengnn.frontend.aten.reduce import reduced
from gengnn.frontend.aten.select import lower_cat, lower_slice
from gengnn.frontend.aten.shape import lower_squeeze
from gengnn.frontend.builder import Builder
from gengnn.ir import Kind
from gengnn.ops.embedding import embed
from gengnn.ops.gather import gather
from gengnn.ops.lowering import (
    Abstract,
    Const,
    Extent,
    Full,
    LoweringError,
    Rowed,
    lowers,
    number,
    wrap_dim,
)
from gengnn.ops.scatter import overwrite
from gengnn.ops.select import select

MAX_PICKS = 64
"""Entries that are picked from one row."""


@lowers("aten.index_copy[_].default")
def lower_index_copy(
    b: Builder, base: Abstract, dim: int, index: Abstract, x: Abstract
) -> Abstract:
    """`base` with the rows that a map points at replaced by those of x."""
    return overwrite(b, base, dim, index, x)


@lowers("aten.index_fill[_].int_Scalar", "aten.index_fill[_].int_Tensor")
def lower_index_fill(
    b: Builder, base: Abstract, dim: int, index: Abstract, value: Abstract
) -> Abstract:
    """`base` with the rows that a map points at filled with one number."""
    return overwrite(b, base, dim, index, value)


@lowers("aten.scatter[_].value")
def lower_scatter_value(
    b: Builder, base: Abstract, dim: int, index: Abstract, value: Abstract
) -> Abstract:
    """`base` with one number at the rows, or at the features, that integers tell."""
    sizes = b.sizes(base)
    place = wrap_dim(dim, len(sizes))
    size = sizes[place]
    if isinstance(size, Extent):
        return overwrite(b, base, dim, index, value)
    level = number(value)
    if level is None:
        raise LoweringError("writes a computed number into features")
    index = b.rowed(index)
    if isinstance(base, Full) and not base.data.any() and b.sizes(index)[place] == 1:
        squeezed = b.rowed(lower_squeeze(b, index, place))
        if place == squeezed.rank and _is_category(squeezed):
            return embed(b, Const(np.eye(size) * float(level.data)), squeezed)
    mask = _any_at(b, index, place, size)
    return select(b, mask, level, base)


@lowers("aten.gather.default")
def lower_gather(
    b: Builder, x: Abstract, dim: int, index: Abstract, *, sparse_grad: bool = False
) -> Abstract:
    """Rows of x along a map that was expanded to the shape of the result, or picked features."""
    x, index = b.rowed(x), b.as_map(index)
    place = wrap_dim(dim, x.rank)
    if place == x.axis and index.axis == x.axis and index.dims == x.dims:
        return gather(b, x, index)
    if place == x.axis or x.value.space != index.value.space or x.value.kind is not Kind.REAL:
        raise LoweringError("gathers rows along several maps", "gather along one map, x[index]")
    count = b.sizes(index)[place]
    if not isinstance(count, int) or count > MAX_PICKS:
        raise LoweringError(f"picks {count} entries of each row", f"at most {MAX_PICKS}")
    picks = [b.rowed(lower_slice(b, index, place, at, at + 1)) for at in range(count)]
    parts = [_picked(b, x, place, pick) for pick in picks]
    return lower_cat(b, parts, place) if count > 1 else parts[0]


def picked(b: Builder, x: Rowed, index: Rowed) -> Rowed:
    """The entry of each row along its first dimension that an integer of the row tells."""
    if x.axis != 0 or not x.dims or x.value.space != index.value.space:
        raise LoweringError("picks entries of rows by integers of other rows")
    entry = replace(index, dims=(1,) * len(x.dims))
    return b.rowed(lower_squeeze(b, _picked(b, b.real(x), 1, entry), 1))


def _picked(b: Builder, x: Rowed, place: int, index: Rowed) -> Rowed:
    """The one entry of x along a static dimension that an integer tells."""
    size = x.padded(x.rank)[place]
    kept = select(b, _at(b, index, place, size), x, 0.0)
    return reduced(b, kept, place, True, "sum")


def _any_at(b: Builder, index: Rowed, place: int, size: int) -> Rowed:
    """The mask of the entries along dimension `place` that one of the integers there tells."""
    count = index.padded(index.rank)[place]
    picks = [b.rowed(lower_slice(b, index, place, at, at + 1)) for at in range(count)]
    mask = _at(b, picks[0], place, size)
    for pick in picks[1:]:
        mask = either(b, mask, _at(b, pick, place, size))
    return mask


def _at(b: Builder, index: Rowed, place: int, size: int) -> Rowed:
    """The mask of the entry along dimension `place` that an integer of size 1 there tells."""
    flat = b.rowed(lower_squeeze(b, index, place))
    if _is_category(flat) and flat.lanes == 1 and place == index.rank - 1:
        hot = embed(b, Const(np.eye(size)), flat)
        return mask_of(b, compare(b, "gt", hot, 0.5))
    shape = [1] * index.rank
    shape[place] = size
    return mask_of(b, compare(b, "eq", b.real(index), Const(np.arange(size).reshape(shape))))


def _is_category(index: Rowed) -> bool:
    return index.value.kind is Kind.INDEX and not index.is_map
