"""Reductions of the rows that meet at a place, onto what is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gengnn.frontend.aten.masks import compare, mask_of
from gengnn.frontend.builder import Builder
from gengnn.ops.add import lower_add
from gengnn.ops.fill import Fill
from gengnn.ops.lowering import (
    Abstract,
    Const,
    Full,
    LoweringError,
    Rowed,
    is_zero,
    lowers,
)
from gengnn.ops.maximum import lower_abs, lower_maximum, lower_minimum
from gengnn.ops.mul import lower_mul
from gengnn.ops.odd import Odd
from gengnn.ops.scatter import Scatter, average, reached, scattered
from gengnn.ops.select import select
from gengnn.ops.table import tabulate

MODES = {"sum": "sum", "mean": "mean", "amax": "max", "amin": "min", "prod": "prod"}
"""The reductions by torch's names."""


@lowers("aten.scatter_reduce[_].two")
def lower_scatter_reduce(
    b: Builder,
    base: Abstract,
    dim: int,
    index: Abstract,
    x: Abstract,
    reduce: str,
    *,
    include_self: bool = True,
) -> Rowed:
    """The sum, mean, product or extreme of the rows sent to each row; `base` where there are none.

    With `include_self` the base takes part.
    """
    if reduce not in MODES:
        raise LoweringError(f"reduces by {reduce}", f"use {', '.join(MODES)}")
    if reduce == "prod":
        total = product(b, base, dim, index, x)
    elif reduce == "mean":
        total = _mean(b, base, dim, index, x, include_self)
    else:
        total = scattered(b, base, dim, index, x, MODES[reduce])
    if include_self:
        return _including(b, base, total, index, reduce)
    if is_zero(base) and reduce != "prod":
        return total
    if _is(base, 1.0) and reduce == "prod":
        return total
    return select(b, _hit(b, total, index), total, base)


@lowers("aten.index_reduce[_].default")
def lower_index_reduce(
    b: Builder,
    base: Abstract,
    dim: int,
    index: Abstract,
    x: Abstract,
    reduce: str,
    *,
    include_self: bool = True,
) -> Rowed:
    """The same along a map of one column."""
    return lower_scatter_reduce(b, base, dim, index, x, reduce, include_self=include_self)


def _including(b: Builder, base: Abstract, total: Rowed, index: Abstract, reduce: str) -> Rowed:
    """The reduction of the rows and of `base`."""
    if reduce == "mean":
        return total
    if reduce == "prod":
        return total if _is(base, 1.0) else lower_mul(b, total, base)
    if reduce == "sum":
        return total if is_zero(base) else lower_add(b, base, total)
    extreme = lower_maximum if reduce == "amax" else lower_minimum
    best = extreme(b, total, base)
    return best if is_zero(base) else select(b, _hit(b, total, index), best, base)


def _is(base: Abstract, level: float) -> bool:
    """Whether a tensor is one number everywhere."""
    return isinstance(base, (Const, Full)) and bool((base.data == level).all())


def _hit(b: Builder, total: Rowed, index: Abstract) -> Rowed:
    """The mask of the rows that something was sent to."""
    mask = reached(b, b.as_map(index).value)
    return Rowed(mask, (1,) * len(total.dims), total.axis)


def _mean(
    b: Builder, base: Abstract, dim: int, index: Abstract, x: Abstract, include_self: bool
) -> Rowed:
    """The sum over the count; with `include_self` the base is one more."""
    total = scattered(b, base, dim, index, x, "sum")
    path = b.as_map(index).value
    if not include_self:
        return replace(total, value=average(b, total.value, path))
    ones = b.emit(Fill(1.0), [b.rows(path.space)])
    count = b.emit(Scatter("sum"), [ones, path, b.rows(total.value.space)])
    rows = Rowed(count, (1,) * len(total.dims), total.axis)
    share = tabulate(b, lower_add(b, rows, 1.0), "reciprocal")
    return lower_mul(b, lower_add(b, total, base), share)


def product(b: Builder, base: Abstract, dim: int, index: Abstract, x: Abstract) -> Rowed:
    """The product of the rows that a map sends to each row of `base`; 1 where there are none.

    Fixed-point products would depend on the order of the factors, so their size is the
    exponential of a sum of logarithms: 0 if a factor is 0, negative if an odd number of them is.
    """
    x = b.real(b.fill(x, b.as_map(index).value.space) if isinstance(x, Full) else x)
    zero, negative = (mask_of(b, compare(b, relation, x, 0.0)) for relation in ("eq", "lt"))
    size = select(b, zero, _ONE, lower_abs(b, x))
    total = scattered(b, base, dim, index, tabulate(b, size, "log"), "sum")
    grown = tabulate(b, total, "exp")
    count = scattered(b, base, dim, index, b.real(negative), "sum")
    turned = select(b, replace(count, value=b.emit(Odd(), [count.value])), _minus(b, grown), grown)
    gone = scattered(b, base, dim, index, b.real(zero), "max")
    return select(b, mask_of(b, compare(b, "gt", gone, 0.0)), 0.0, turned)


_ONE = Const(np.ones(()))


def _minus(b: Builder, x: Rowed) -> Rowed:
    return lower_mul(b, x, -1.0)
