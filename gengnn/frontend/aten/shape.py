"""Operators that only say a tensor's shape anew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gengnn.frontend.builder import Builder
from gengnn.ops.lowering import (
    Abstract,
    Const,
    Dim,
    Extent,
    Full,
    LoweringError,
    Rowed,
    Stack,
    limited,
    lowers,
    without,
    wrap_dim,
)


@lowers(
    "aten.clone.default",
    "aten.alias.default",
    "aten.detach[_].default",
    "aten.contiguous.default",
    "aten.lift_fresh_copy.default",
    "aten.to.device",
    "aten.positive.default",
)
def lower_same(b: Builder, x: Abstract, *rest: Abstract, **named: Abstract) -> Abstract:
    """The tensor itself."""
    return x


@lowers(
    "aten.dropout[_].default",
    "aten.feature_dropout[_].default",
    "aten.alpha_dropout[_].default",
    "aten.feature_alpha_dropout[_].default",
)
def lower_dropout(b: Builder, x: Abstract, p: float, train: bool) -> Abstract:
    """Nothing, in evaluation mode."""
    if train and p > 0:
        raise LoweringError(
            "drops features at random",
            "pass training=self.training to dropout; export in evaluation mode: model.eval()",
        )
    return x


@lowers("aten.view.default", "aten.reshape.default", "aten._unsafe_view.default")
def lower_view(b: Builder, x: Abstract, sizes: Sequence[Dim]) -> Abstract:
    """Other dimensions for the same lanes."""
    if isinstance(x, Stack):
        pairs = zip(sizes, b.sizes(x), strict=False)
        if len(sizes) == len(b.sizes(x)) and all(new in {-1, was} for new, was in pairs):
            return x
        x = b.join(x)
    if isinstance(x, Const):
        return Const(x.data.reshape([_fixed(size) for size in sizes]), x.name)
    if not isinstance(x, (Rowed, Full)):
        raise LoweringError("views what is no tensor")
    before = b.sizes(x)
    sizes, axis = _place_rows(before, sizes)
    dims = without(tuple(_fixed(size) for size in sizes), axis)
    return _reshaped(x, before, dims, axis)


def _reshaped(
    x: Rowed | Full, before: Sequence[Dim], dims: tuple[int, ...], axis: int | None
) -> Rowed | Full:
    """`x` with new dimensions; the rows may only move past dimensions of size 1."""
    is_single = not any(isinstance(size, Extent) for size in before)
    if not is_single:
        old = math.prod(_fixed(size) for size in before[: _rows_at(before)])
        if old != math.prod(dims[:axis]):
            raise LoweringError("moves features across rows")
    if isinstance(x, Rowed):
        return replace(x, dims=dims, axis=axis)
    if axis is None:
        raise LoweringError("drops the rows of a constant")
    return replace(x, data=x.data.reshape((*dims[:axis], 1, *dims[axis:])), axis=axis)


def _rows_at(sizes: Sequence[Dim]) -> int:
    return next(place for place, size in enumerate(sizes) if isinstance(size, Extent))


def _place_rows(before: Sequence[Dim], sizes: Sequence[Dim]) -> tuple[tuple[Dim, ...], int | None]:
    """The new sizes with -1 resolved (1 in place of the rows), and where the rows are."""
    rows = [size for size in before if isinstance(size, Extent)]
    lanes = math.prod(size for size in before if isinstance(size, int))
    told = list(sizes)
    known = math.prod(size for size in told if isinstance(size, int) and size != -1)
    places = [place for place, size in enumerate(told) if isinstance(size, Extent)]
    if places and (not rows or told[places[0]] != rows[0] or len(places) > 1):
        raise LoweringError("views a tensor with the row count of another")
    if -1 in told:
        hole = told.index(-1)
        if rows and not places:
            places = [hole]
            told[hole] = 1
        else:
            told[hole] = lanes // max(known, 1)
    if rows and not places:
        raise LoweringError("views rows as features", "keep the rows (nodes, edges) a dimension")
    final = [1 if isinstance(size, Extent) else size for size in told]
    if math.prod(final) != lanes:
        raise LoweringError("moves features across rows")
    if not rows:
        places = [place for place, size in enumerate(final) if size == 1][:1]
    return tuple(final), places[0] if places else None


def _fixed(size: Dim) -> int:
    if isinstance(size, Extent):
        return 1
    return size


@lowers("aten.view_as.default", "aten.reshape_as.default")
def lower_view_as(b: Builder, x: Abstract, other: Abstract) -> Abstract:
    """View with the sizes of another tensor."""
    return lower_view(b, x, b.sizes(other))


@lowers("aten.flatten.using_ints")
def lower_flatten(b: Builder, x: Abstract, start_dim: int = 0, end_dim: int = -1) -> Abstract:
    """Several dimensions as one."""
    sizes = b.sizes(x)
    start, end = wrap_dim(start_dim, len(sizes)), wrap_dim(end_dim, len(sizes))
    return lower_view(b, x, (*sizes[:start], -1, *sizes[end + 1 :]))


@lowers("aten.unsqueeze[_].default")
def lower_unsqueeze(b: Builder, x: Abstract, dim: int) -> Abstract:
    """A new dimension of size 1."""
    sizes = list(b.sizes(x))
    dim = wrap_dim(dim, len(sizes) + 1)
    if isinstance(x, Full):
        return Full(np.expand_dims(x.data, dim), x.axis + (dim <= x.axis), x.rows)
    x = b.rowed(x)
    if x.axis is None:
        return replace(x, axis=dim)
    static = dim - (x.axis < dim)
    dims = (*x.dims[:static], 1, *x.dims[static:])
    return replace(x, dims=dims, axis=x.axis + (dim <= x.axis))


@lowers("aten.squeeze[_].default", "aten.squeeze[_].dim", "aten.squeeze[_].dims")
def lower_squeeze(b: Builder, x: Abstract, dim: int | Sequence[int] | None = None) -> Abstract:
    """Without dimensions of size 1."""
    x = x if isinstance(x, (Rowed, Full)) else b.rowed(x)
    sizes = b.sizes(x)
    asked = range(len(sizes)) if dim is None else [dim] if isinstance(dim, int) else dim
    places = {wrap_dim(place, len(sizes)) for place in asked}
    gone = {place for place in places if sizes[place] == 1}
    if isinstance(x, Full):
        axis = x.axis - sum(place < x.axis for place in gone)
        return Full(np.squeeze(x.data, tuple(gone)), axis, x.rows)
    kept = [place for place in range(len(sizes)) if place not in gone]
    dims = tuple(x.padded(x.rank)[place] for place in kept if place != x.axis)
    return replace(x, dims=dims, axis=kept.index(x.axis) if x.axis in kept else None)


@lowers("aten.permute.default")
def lower_permute(b: Builder, x: Abstract, dims: Sequence[int]) -> Abstract:
    """Dimensions in another order."""
    if isinstance(x, Full):
        order = [wrap_dim(dim, x.data.ndim) for dim in dims]
        return Full(np.transpose(x.data, order), order.index(x.axis), x.rows)
    x = b.rowed(x)
    order = [wrap_dim(dim, x.rank) for dim in dims]
    if sorted(order) != list(range(x.rank)):
        raise LoweringError("permutes other dimensions than the tensor has")
    axis = order.index(x.axis) if x.axis is not None else None
    lanes = np.transpose(np.arange(x.lanes).reshape(x.padded(x.rank)), order)
    source = lanes.reshape(without(lanes.shape, axis))
    return replace(b.lanes_of(x, source.ravel(), source.shape), axis=axis)


@lowers(
    *("aten.transpose.int", "aten.t.default", "aten.numpy_T.default"),
    *("aten.swapaxes.default", "aten.swapdims.default"),
)
def lower_transpose(b: Builder, x: Abstract, dim0: int = 0, dim1: int = 1) -> Abstract:
    """Two dimensions exchanged."""
    order = list(range(len(b.sizes(x))))
    if len(order) > 1:
        order[dim0], order[dim1] = order[dim1], order[dim0]
    return lower_permute(b, x, order)


@lowers("aten.expand.default")
def lower_expand(b: Builder, x: Abstract, sizes: Sequence[Dim], implicit: bool = False) -> Abstract:
    """Dimensions of size 1 repeated; a constant or a single graph can be given to all rows."""
    x = x if isinstance(x, (Const, Full)) else b.rowed(x)
    old = b.sizes(x)
    told = [
        *sizes[: len(sizes) - len(old)],
        *(
            was if size == -1 else size
            for was, size in zip(old, sizes[len(sizes) - len(old) :], strict=True)
        ),
    ]
    places = [place for place, size in enumerate(told) if isinstance(size, Extent)]
    if len(places) > 1:
        raise LoweringError("expands rows over rows")
    fixed = tuple(1 if isinstance(size, Extent) else size for size in told)
    limited(*fixed)
    if isinstance(x, Rowed):
        return _expand_rows(b, x, told, fixed, places)
    if not places:
        return Const(np.broadcast_to(x.data, fixed))
    rows = told[places[0]]
    return Full(np.broadcast_to(x.data, fixed), places[0], rows)


def _expand_rows(
    b: Builder, x: Rowed, told: Sequence[Dim], fixed: tuple[int, ...], places: Sequence[int]
) -> Rowed:
    """A tensor with rows, broadcast along static dimensions or from the single graph to rows."""
    axis = places[0] if places else x.axis_at(len(fixed))
    if places and b.extent(x.value.space) != told[places[0]]:
        if b.extent(x.value.space) != 1:
            raise LoweringError(f"expands rows of {x.value.space} to another number")
        x = b.per_row(x, b.space_of(told[places[0]]), len(fixed), axis)
    if x.axis_at(len(fixed)) != axis:
        raise LoweringError("expands across the rows")
    lanes = np.arange(x.lanes).reshape(without(x.padded(len(fixed)), axis))
    dims = without(fixed, axis)
    source = np.broadcast_to(lanes, dims)
    return replace(b.lanes_of(x, source.ravel(), dims), axis=axis)


@lowers("aten.expand_as.default")
def lower_expand_as(b: Builder, x: Abstract, other: Abstract) -> Abstract:
    """Expand to the sizes of another tensor."""
    return lower_expand(b, x, b.sizes(other))


@lowers("aten.repeat.default")
def lower_repeat(b: Builder, x: Abstract, repeats: Sequence[Dim]) -> Abstract:
    """Static dimensions repeated; a row of an index map repeated is a stack."""
    counts = [count for count in repeats if isinstance(count, int)]
    if len(counts) < len(repeats):
        return _repeat_to_rows(b, x, repeats)
    limited(*counts, *(size for size in b.sizes(x) if isinstance(size, int)))
    if isinstance(x, Const):
        return Const(np.tile(x.data, counts))
    x, rank = b.rowed(x), len(counts)
    axis = x.axis_at(rank)
    if axis is not None and counts[axis] != 1:
        raise LoweringError("repeats rows")
    if x.is_map and x.lanes == 1 and axis and counts[1:] == [1] * (rank - 1):
        part = replace(x, dims=x.dims[1:], axis=axis - 1)
        return Stack((part,) * counts[0], 0)
    lanes = np.tile(np.arange(x.lanes).reshape(x.padded(rank)), counts)
    source = lanes.reshape(without(lanes.shape, axis))
    return replace(b.lanes_of(x, source.ravel(), source.shape), axis=axis)


def _repeat_to_rows(b: Builder, x: Abstract, repeats: Sequence[Dim]) -> Abstract:
    """One row repeated for each row of a space."""
    sizes = (*(1,) * (len(repeats) - len(b.sizes(x))), *b.sizes(x))
    pairs = list(zip(sizes, repeats, strict=True))
    if any(size != 1 and count != 1 for size, count in pairs):
        raise LoweringError("repeats rows")
    return lower_expand(b, x, [count if size == 1 else size for size, count in pairs])
