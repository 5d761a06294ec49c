"""x[...]: rows by an index map (gather) or by a mask (filter), read and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gengnn.frontend.aten.categories import picked
from gengnn.frontend.aten.masks import lower_where
from gengnn.frontend.aten.select import lower_cat, lower_select
from gengnn.frontend.aten.shape import lower_expand
from gengnn.frontend.builder import Builder
from gengnn.frontend.parts import kept_part, rows_of_part
from gengnn.ir import Kind
from gengnn.ops.embedding import embed
from gengnn.ops.filter import filter_rows
from gengnn.ops.gather import lower_index_select
from gengnn.ops.iota import Iota
from gengnn.ops.lowering import Abstract, Const, Infinite, LoweringError, Rowed, lowers, number
from gengnn.ops.scatter import lower_scatter_add, overwrite


@lowers("aten.index.Tensor")
def lower_index(b: Builder, x: Abstract, indices: Sequence[Abstract]) -> Abstract:
    """x[:, index] with one index, a map or a mask, over one dimension; or x[index, category]."""
    if len([index for index in indices if index is not None]) > 1:
        return _of_several(b, x, indices)
    dim, index = _only(indices)
    if isinstance(x, Const):
        return embed(b, x, index)
    if isinstance(index, Const) and index.data.ndim == 0:
        return lower_select(b, x, dim, int(index.data))
    if isinstance(index, Rowed) and index.value.kind is Kind.MASK:
        if index.dims or b.sizes(x)[dim] != b.sizes(index)[0]:
            raise LoweringError("takes single features by a mask")
        return _part(b, x, index) or filter_rows(b, x, index)
    return lower_index_select(b, x, dim, index)


def _of_several(b: Builder, x: Abstract, indices: Sequence[Abstract]) -> Abstract:
    """The rows that the first index tells, and of them the entries that the others tell."""
    first, *others = indices
    if any(not isinstance(index, Rowed) or index.dims for index in indices):
        raise LoweringError("indexes several dimensions at once", "index one dimension at a time")
    rows = b.rowed(lower_index(b, x, [first]))
    for index in others:
        rows = picked(b, rows, b.rowed(index))
    return rows


@lowers("aten.index_put[_].default")
def lower_index_put(
    b: Builder, x: Abstract, indices: Sequence[Abstract], y: Abstract, accumulate: bool = False
) -> Abstract:
    """x[index] = y, or += y; of several rows for one place the last stays."""
    dim, index = _only(indices)
    if isinstance(index, Infinite) and not accumulate:
        return lower_where(b, index, y, x)
    if dim != 0:
        raise LoweringError("writes features by computed numbers")
    if isinstance(index, Rowed) and index.value.kind is Kind.MASK:
        joined = None if accumulate else _with_part(b, x, index, y)
        if joined is not None:
            return joined
        if not accumulate and (const := number(y)) is not None and const.data.size == 1:
            rest = len(b.sizes(x)) - index.rank
            mask = replace(index, dims=(*index.dims, *[1] * rest))
            return lower_where(b, mask, Const(const.data.reshape(())), x)
        index = _positions(b, index)
    if not accumulate:
        return overwrite(b, x, 0, index, y)
    if number(y) is not None:
        y = lower_expand(b, number(y), b.sizes(index))
    return lower_scatter_add(b, x, 0, index, y)


def _part(b: Builder, x: Abstract, mask: Rowed) -> Rowed | None:
    """x[mask] where the mask is known to keep one of two parts that were joined."""
    part = kept_part(b, mask.value)
    if part is None or not isinstance(x, Rowed):
        return None
    value = rows_of_part(b, x.value, part)
    return replace(x, value=value) if value else None


def _with_part(b: Builder, x: Abstract, mask: Rowed, y: Abstract) -> Rowed | None:
    """`x` with one of its two parts replaced by y."""
    part = kept_part(b, mask.value)
    if part is None or not isinstance(x, Rowed) or not isinstance(y, Rowed):
        return None
    other = rows_of_part(b, x.value, 1 - part)
    if other is None or x.dims != y.dims:
        return None
    sides = [replace(x, value=other), y]
    joined = lower_cat(b, sides if part else sides[::-1], x.axis or 0)
    assert isinstance(joined, Rowed)
    return joined


@lowers("aten.nonzero.default")
def lower_nonzero(b: Builder, mask: Abstract) -> Rowed:
    """The positions where a mask is set, as a map [rows kept, 1]."""
    return replace(_positions(b, mask), dims=(1,))


@lowers("aten.nonzero_numpy.default", "aten.where.default")
def lower_nonzero_tuple(b: Builder, mask: Abstract) -> list[Abstract]:
    """The same in one column."""
    return [_positions(b, mask)]


def _positions(b: Builder, mask: Abstract) -> Rowed:
    if not isinstance(mask, Rowed) or mask.value.kind is not Kind.MASK or mask.dims:
        raise LoweringError(
            "looks for what is not zero in numbers", "use a mask of integer features"
        )
    every = Rowed(b.emit(Iota(), [b.rows(mask.value.space)]), ())
    kept = filter_rows(b, every, mask)
    assert isinstance(kept, Rowed)
    return kept


def _only(indices: Sequence[Abstract]) -> tuple[int, Abstract]:
    """The one dimension that is indexed, and its index."""
    given = [(dim, index) for dim, index in enumerate(indices) if index is not None]
    if len(given) != 1:
        raise LoweringError("indexes several dimensions at once", "index one dimension at a time")
    return given[0]
