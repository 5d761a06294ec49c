"""Sums, means and extrema over features, over the parts of a stack, or over all rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gengnn.frontend.aten.sizes import largest
from gengnn.frontend.builder import Builder
from gengnn.ir import Kind, Value
from gengnn.ops.add import Add
from gengnn.ops.affine import affine
from gengnn.ops.fill import Fill
from gengnn.ops.lowering import (
    Abstract,
    LoweringError,
    Rowed,
    Stack,
    lowers,
    without,
    wrap_dim,
)
from gengnn.ops.maximum import Maximum
from gengnn.ops.mul import Mul
from gengnn.ops.reduce import Reduce
from gengnn.ops.scatter import Scatter
from gengnn.ops.table import Table

Dims = int | Sequence[int] | None


@lowers("aten.sum.default", "aten.sum.dim_IntList")
def lower_sum(
    b: Builder, x: Abstract, dim: Dims = None, keepdim: bool = False, *, dtype: Abstract = None
) -> Rowed:
    """The sum over dimensions."""
    return reduced(b, x, dim, keepdim, "sum")


@lowers("aten.mean.default", "aten.mean.dim")
def lower_mean(
    b: Builder, x: Abstract, dim: Dims = None, keepdim: bool = False, *, dtype: Abstract = None
) -> Rowed:
    """The mean over dimensions; of no rows at all it is 0."""
    return reduced(b, x, dim, keepdim, "mean")


@lowers("aten.amax.default")
def lower_amax(b: Builder, x: Abstract, dim: Dims = (), keepdim: bool = False) -> Rowed:
    """The largest entry over dimensions."""
    return reduced(b, x, dim or None, keepdim, "max")


@lowers("aten.amin.default")
def lower_amin(b: Builder, x: Abstract, dim: Dims = (), keepdim: bool = False) -> Rowed:
    """The smallest entry over dimensions."""
    return reduced(b, x, dim or None, keepdim, "min")


@lowers("aten.max.default")
def lower_max(b: Builder, x: Abstract) -> Abstract:
    """The largest entry of an index map (a size), or of all numbers."""
    if isinstance(x, Rowed) and x.value.kind is Kind.REAL:
        return reduced(b, x, None, False, "max")
    return largest(b, x)


@lowers("aten.min.default")
def lower_min(b: Builder, x: Abstract) -> Rowed:
    """The smallest of all numbers."""
    return reduced(b, x, None, False, "min")


def reduced(b: Builder, x: Abstract, dim: Dims, keepdim: bool, how: str) -> Rowed:
    """Dimensions `dim` (all if None) of `x` reduced by `how`: sum, mean, max or min."""
    rank = len(b.sizes(x))
    asked = range(rank) if dim is None or dim == [] else [dim] if isinstance(dim, int) else dim
    places = {wrap_dim(place, rank) for place in asked}
    if isinstance(x, Stack) and places == {x.dim}:
        return _over_parts(b, x, keepdim, how)
    x = b.real(x)
    value = _over_lanes(b, x, {place for place in places if place != x.axis}, how)
    if x.axis in places:
        value = _over_rows(b, value, how)
    sizes = tuple(1 if place in places else n for place, n in enumerate(x.padded(rank)))
    if keepdim:
        return Rowed(value, without(sizes, x.axis), x.axis)
    kept = [place for place in range(rank) if place not in places]
    dims = tuple(sizes[place] for place in kept if place != x.axis)
    return Rowed(value, dims, kept.index(x.axis) if x.axis in kept else None)


def _over_parts(b: Builder, x: Stack, keepdim: bool, how: str) -> Rowed:
    """The parts of a stack added up, or compared, one after the other."""
    total = b.real(x.parts[0])
    for part in x.parts[1:]:
        first, second = b.align(total, b.real(part))
        op = Add() if how in {"sum", "mean"} else Maximum(1 if how == "max" else -1)
        total = replace(first, value=b.emit(op, [first.value, second.value]))
    if how == "mean":
        total = affine(b, total, 1.0 / len(x.parts), 0.0)
    if not keepdim:
        return total
    axis = total.axis
    static = x.dim - (axis is not None and axis < x.dim)
    dims = (*total.dims[:static], 1, *total.dims[static:])
    return Rowed(total.value, dims, None if axis is None else axis + (x.dim <= axis))


def _over_lanes(b: Builder, x: Rowed, places: set[int], how: str) -> Value:
    """Each row's reduction over static dimensions."""
    sizes = x.padded(x.rank)
    last = sorted(places)
    count = math.prod(sizes[place] for place in last)
    if count == 1:
        return x.value
    if x.value.features == 1:
        return affine(b, x, count, 0.0).value if how == "sum" else x.value
    lanes = np.arange(x.lanes).reshape(sizes)
    groups = np.moveaxis(lanes, last, range(-len(last), 0)).reshape(-1, count)
    joined = b.lanes_of(x, groups.ravel(), groups.shape)
    halvings = count.bit_length() - 1 if how == "mean" and count.bit_count() == 1 else 0
    op = Reduce("sum" if how == "mean" else how, len(groups), count, halvings)
    total = Rowed(b.emit(op, [joined.value]), (len(groups),))
    is_divided = how == "mean" and not halvings
    return affine(b, total, 1.0 / count, 0.0).value if is_divided else total.value


def _over_rows(b: Builder, value: Value, how: str) -> Value:
    """The reduction over all rows of the single graph; 0 when there are none."""
    if value.space == "graphs" and not b.is_batched:
        return value
    if b.is_batched:
        raise LoweringError(
            f"reduces over the {value.space} of all graphs together",
            "use global_add_pool, global_mean_pool or global_max_pool with batch",
        )
    owner, graphs = b.owner(value.space), b.rows("graphs")
    total = b.emit(Scatter("sum" if how == "mean" else how), [value, owner, graphs])
    if how != "mean":
        return total
    ones = b.emit(Fill(1.0), [b.rows(value.space)])
    count = b.emit(Scatter("sum"), [ones, owner, graphs])
    return b.emit(Mul(), [total, b.emit(Table("reciprocal"), [count])])
