"""Parts of tensors and tensors put together: select, slice, split, cat, stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from gengnn.frontend.aims import join_aims, merge
from gengnn.frontend.builder import Builder
from gengnn.frontend.sections import section
from gengnn.ir import Space, Value
from gengnn.ops.concat import Concat
from gengnn.ops.concat_rows import ConcatRows
from gengnn.ops.lowering import (
    Abstract,
    Const,
    Dim,
    Extent,
    Full,
    LoweringError,
    Rowed,
    Stack,
    lowers,
    plus,
    without,
    wrap_dim,
)


@lowers("aten.select.int")
def lower_select(b: Builder, x: Abstract, dim: int, index: int) -> Abstract:
    """One entry along a dimension."""
    if isinstance(x, Stack) and wrap_dim(dim, len(b.sizes(x))) == x.dim:
        return x.parts[index]
    if isinstance(x, Stack):
        x = b.join(x)
    picked = pick(b, x, dim, [wrap_dim(index, static_size(b, x, dim))])
    dim = wrap_dim(dim, len(b.sizes(x)))
    if isinstance(picked, Full):
        return Full(np.squeeze(picked.data, dim), picked.axis - (dim < picked.axis), picked.rows)
    axis = picked.axis
    if dim == axis:
        return replace(picked, axis=None)
    static = dim - (axis is not None and axis < dim)
    dims = picked.dims[:static] + picked.dims[static + 1 :]
    return replace(picked, dims=dims, axis=None if axis is None else axis - (dim < axis))


@lowers("aten.slice.Tensor")
def lower_slice(
    b: Builder,
    x: Abstract,
    dim: int = 0,
    start: Dim | None = None,
    end: Dim | None = None,
    step: int = 1,
) -> Abstract:
    """A range along a dimension; of rows, those of a part of a concat space."""
    whole = (start or 0) == 0 and step == 1
    size = b.sizes(x)[wrap_dim(dim, len(b.sizes(x)))]
    if whole and (end is None or end == size or (isinstance(end, int) and end >= _FAR)):
        return x
    if isinstance(size, Extent) and isinstance(x, Rowed) and step == 1:
        is_open = end is None or (isinstance(end, int) and end >= _FAR)
        if whole and isinstance(end, Extent):
            merge(b, x.value.space, "".join(end.spaces))
        return section(b, x, start or 0, size if is_open else end or 0)
    if isinstance(start, Extent) or isinstance(end, Extent):
        raise LoweringError("takes as many features as there are rows")
    places = list(range(static_size(b, x, dim)))[start:end:step]
    if isinstance(x, Stack) and wrap_dim(dim, len(b.sizes(x))) == x.dim:
        return Stack(tuple(x.parts[place] for place in places), x.dim)
    return pick(b, b.join(x) if isinstance(x, Stack) else x, dim, places)


_FAR = (1 << 63) - 1
"""How torch spells "to the end"."""


@lowers("aten.narrow.default")
def lower_narrow(b: Builder, x: Abstract, dim: int, start: int, length: int) -> Abstract:
    """A range given by its length."""
    return lower_slice(b, x, dim, start, start + length)


@lowers("aten.split.Tensor", "aten.split_with_sizes.default")
def lower_split(
    b: Builder, x: Abstract, sizes: int | Sequence[Dim], dim: int = 0
) -> list[Abstract]:
    """Consecutive ranges; `sizes` is one size for all or a list."""
    if isinstance(sizes, int):
        total = static_size(b, x, dim)
        sizes = [min(sizes, total - at) for at in range(0, total, sizes)]
    ends: list[Dim] = [0]
    for size in sizes:
        ends.append(plus(ends[-1], size))
    return [lower_slice(b, x, dim, start, end) for start, end in pairwise(ends)]


@lowers("aten.chunk.default")
def lower_chunk(b: Builder, x: Abstract, chunks: int, dim: int = 0) -> list[Abstract]:
    """`chunks` ranges of about equal size."""
    return lower_split(b, x, -(-static_size(b, x, dim) // chunks), dim)


@lowers("aten.unbind.int")
def lower_unbind(b: Builder, x: Abstract, dim: int = 0) -> list[Abstract]:
    """Every entry along a dimension."""
    return [lower_select(b, x, dim, index) for index in range(static_size(b, x, dim))]


@lowers("aten.flip.default")
def lower_flip(b: Builder, x: Abstract, dims: Sequence[int]) -> Abstract:
    """Static dimensions backwards; edge_index.flip(0) turns every edge around."""
    for dim in dims:
        places = list(range(static_size(b, x, dim)))[::-1]
        if isinstance(x, Stack) and wrap_dim(dim, len(b.sizes(x))) == x.dim:
            x = Stack(x.parts[::-1], x.dim)
        else:
            x = pick(b, b.join(x) if isinstance(x, Stack) else x, dim, places)
    return x


def static_size(b: Builder, x: Abstract, dim: int) -> int:
    """A static size."""
    sizes = b.sizes(x)
    size = sizes[wrap_dim(dim, len(sizes))]
    if isinstance(size, Extent):
        raise LoweringError(
            "takes some rows by their position", "rows have no fixed positions; use a mask"
        )
    return size


def pick(b: Builder, x: Abstract, dim: int, places: Sequence[int]) -> Rowed | Full:
    """Entries of a static dimension."""
    if isinstance(x, Full):
        return replace(x, data=np.take(x.data, places, wrap_dim(dim, x.data.ndim)))
    x = b.rowed(x)
    dim = wrap_dim(dim, x.rank)
    if dim == x.axis:
        if list(places) != [0]:
            raise LoweringError("takes graphs by their position")
        return x
    lanes = np.arange(x.lanes).reshape(x.padded(x.rank))
    source = without_rows(np.take(lanes, places, dim), x.axis)
    return b.lanes_of(x, source.ravel(), source.shape)


def without_rows(lanes: np.ndarray, axis: int | None) -> np.ndarray:
    """Lane numbers without the dimension of the rows."""
    return lanes.reshape(without(lanes.shape, axis))


@lowers("aten.stack.default")
def lower_stack(b: Builder, tensors: Sequence[Abstract], dim: int = 0) -> Stack:
    """Tensors of one shape along a new dimension."""
    parts = _even(b, [b.rowed(x) for x in tensors])
    return Stack(tuple(parts), wrap_dim(dim, len(b.sizes(parts[0])) + 1))


def _even(b: Builder, parts: list[Rowed]) -> list[Rowed]:
    """Parts in one space and of one kind."""
    if len({part.value.space for part in parts}) > 1 or len({part.axis for part in parts}) > 1:
        raise LoweringError("joins rows of different spaces side by side")
    is_mixed = len({(part.value.kind, part.value.target) for part in parts}) > 1
    if is_mixed and not all(part.is_map for part in parts):
        return [b.real(part) for part in parts]
    return parts


@lowers("aten.cat.default", "aten.concat.default")
def lower_cat(b: Builder, tensors: Sequence[Abstract], dim: int = 0) -> Abstract:
    """Tensors one after the other along a dimension."""
    if any(isinstance(x, Stack) for x in tensors):
        return _cat_stacks(b, tensors, dim)
    if len(tensors) == 1:
        return tensors[0]
    like = next((x for x in tensors if isinstance(x, (Rowed, Full))), None)
    if like is None:
        raise LoweringError("joins constants with what is no tensor")
    sizes = b.sizes(like)
    dim = wrap_dim(dim, len(sizes))
    if isinstance(sizes[dim], Extent):
        return _cat_rows(b, [b.rowed(x) for x in tensors])
    return _cat_lanes(b, tensors, like, dim)


def _cat_stacks(b: Builder, tensors: Sequence[Abstract], dim: int) -> Abstract:
    """Stacks joined along their rows: part by part."""
    stacks = [x for x in tensors if isinstance(x, Stack)]
    first = stacks[0]
    dim = wrap_dim(dim, len(b.sizes(first)))
    if len(stacks) == len(tensors) and dim == first.dim:
        return Stack(tuple(part for stack in stacks for part in stack.parts), dim)
    alike = {(len(stack.parts), stack.dim) for stack in stacks}
    if len(stacks) < len(tensors) or len(alike) > 1:
        return lower_cat(b, [b.rowed(x) for x in tensors], dim)
    inner = dim - (first.dim < dim)
    columns = zip(*(stack.parts for stack in stacks), strict=True)
    joined = (b.rowed(lower_cat(b, list(column), inner)) for column in columns)
    return Stack(tuple(joined), first.dim)


def _cat_rows(b: Builder, parts: list[Rowed]) -> Rowed:
    """Rows of the first tensor, then rows of the second, ..."""
    joined = parts[0]
    for part in parts[1:]:
        joined = _append(b, joined, part)
    return joined


def _append(b: Builder, x: Rowed, y: Rowed) -> Rowed:
    if (x.dims, x.axis) != (y.dims, y.axis):
        raise LoweringError(f"joins rows of {x.dims} features and of {y.dims}")
    if x.value.kind is not y.value.kind:
        x, y = b.real(x), b.real(y)
    if x.value.features != y.value.features:
        x, y = b.spread(x), b.spread(y)
    join_aims(b, x.value, y.value)
    return replace(x, value=concat_rows(b, x.value, y.value))


def concat_rows(b: Builder, first: Value, second: Value) -> Value:
    """Two values one after the other, in the space of both their rows."""
    parents = (first.space, second.space)

    def rows() -> Value:
        return b.emit(ConcatRows(name), [b.rows(first.space), b.rows(second.space)])

    name = b.derive(("concat", parents), Space("_and_".join(parents), "concat", parents), rows)
    return b.emit(ConcatRows(name), [first, second])


def _cat_lanes(
    b: Builder, tensors: Sequence[Abstract], like: Rowed | Full, dim: int
) -> Rowed | Stack:
    """Features of the first tensor, then features of the second, ..."""
    parts = [_with_rows(b, x, like) for x in tensors]
    if all(part.is_map for part in parts) and all(part.lanes == 1 for part in parts):
        return Stack(tuple(_unstacked(part, dim) for part in parts), dim)
    parts = [b.spread(part) for part in _even(b, parts)]
    axis = parts[0].axis
    value, offset, lanes = parts[0].value, 0, []
    for place, part in enumerate(parts):
        if place:
            value = b.emit(Concat(), [value, part.value])
        numbers = np.arange(offset, offset + part.lanes)
        lanes.append(numbers.reshape(part.padded(part.rank)))
        offset += part.lanes
    source = without_rows(np.concatenate(lanes, dim), axis)
    flat = Rowed(value, (offset,), axis)
    return b.lanes_of(flat, source.ravel(), source.shape)


def _with_rows(b: Builder, x: Abstract, like: Rowed | Full) -> Rowed:
    """A part of a cat of features; a constant gets the rows of the single graph."""
    if isinstance(x, Const) and isinstance(like, Rowed):
        data = np.expand_dims(x.data, 0) if like.axis is None else x.data
        full = Full(data, like.axis or 0, b.extent(like.value.space))
        return replace(b.fill(full), axis=like.axis)
    return b.rowed(x)


def _unstacked(part: Rowed, dim: int) -> Rowed:
    """An index map [1, rows] or [rows, 1] without the dimension of size 1."""
    axis = part.axis
    return replace(part, dims=(), axis=None if axis is None else axis - (dim < axis))
