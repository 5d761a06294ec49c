"""Lengths and angles of vectors: norms, distances, cosines, cross products; products of entries."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from gengnn.frontend.aten.arithmetic import lower_div
from gengnn.frontend.aten.arrange import lower_roll
from gengnn.frontend.aten.functions import lower_pow, lower_square
from gengnn.frontend.aten.reduce import Dims, reduced
from gengnn.frontend.builder import Builder
from gengnn.ops.add import lower_add, lower_sub
from gengnn.ops.linear import Linear
from gengnn.ops.lowering import Abstract, LoweringError, Rowed, limited, lowers, without, wrap_dim
from gengnn.ops.maximum import lower_abs, lower_clamp_min
from gengnn.ops.mul import lower_mul
from gengnn.ops.table import tabulate

EUCLIDEAN = 2
"""The order of the norm that is a root of a sum of squares."""

MAX_FACTORS = 64
"""Entries that a product along a dimension multiplies at the most."""

SPATIAL = 3
"""Entries of the vectors of a cross product."""


@lowers("aten.linalg_vector_norm.default", "aten.linalg_norm.default")
def lower_norm(
    b: Builder,
    x: Abstract,
    ord: float | str | None = 2,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: Abstract = None,
) -> Rowed:
    """The p-norm over dimensions: (sum of |x|**p)**(1 / p); the largest or smallest |x|."""
    order = EUCLIDEAN if ord in {None, "fro"} else ord
    if isinstance(order, str) or (isinstance(dim, list) and len(dim) > 1 and order != EUCLIDEAN):
        raise LoweringError(f"a matrix norm of order {ord}", "use norms of vectors")
    if order == EUCLIDEAN:
        return tabulate(b, reduced(b, lower_square(b, x), dim, keepdim, "sum"), "sqrt")
    sizes = lower_abs(b, x)
    if math.isinf(order):
        return reduced(b, sizes, dim, keepdim, "max" if order > 0 else "min")
    if order == 1:
        return reduced(b, sizes, dim, keepdim, "sum")
    total = reduced(b, lower_pow(b, sizes, order), dim, keepdim, "sum")
    return lower_pow(b, total, 1.0 / order)


@lowers("aten.norm.ScalarOpt_dim", "aten.norm.ScalarOpt_dim_dtype")
def lower_norm_of_dims(
    b: Builder, x: Abstract, p: float | None, dim: Dims, keepdim: bool = False, **dtype: Abstract
) -> Rowed:
    """The p-norm in its older spelling."""
    return lower_norm(b, x, p, dim, keepdim)


@lowers("aten.norm.Scalar")
def lower_norm_of_all(b: Builder, x: Abstract, p: float = 2) -> Rowed:
    """The p-norm of all entries."""
    return lower_norm(b, x, p)


@lowers("aten.pairwise_distance.default")
def lower_pairwise_distance(
    b: Builder, x: Abstract, y: Abstract, p: float = 2, eps: float = 1e-6, keepdim: bool = False
) -> Rowed:
    """The norm of x - y + eps over the last dimension."""
    return lower_norm(b, lower_add(b, lower_sub(b, x, y), eps), p, -1, keepdim)


@lowers("aten.cosine_similarity.default")
def lower_cosine(b: Builder, x: Abstract, y: Abstract, dim: int = 1, eps: float = 1e-8) -> Rowed:
    """The sum of x * y over a dimension after both were brought to length 1."""
    units = [
        lower_div(b, side, lower_clamp_min(b, lower_norm(b, side, 2, dim, True), eps))
        for side in (x, y)
    ]
    return reduced(b, lower_mul(b, *units), dim, False, "sum")


@lowers("aten.linalg_cross.default", "aten.cross.default")
def lower_cross(b: Builder, x: Abstract, y: Abstract, dim: int | None = -1) -> Rowed:
    """The cross product of vectors of three entries along a dimension, by default the last.

    The older spelling takes the first dimension of size 3.
    """
    sizes = b.sizes(x)
    place = sizes.index(SPATIAL) if dim is None else dim
    if sizes[place] != SPATIAL:
        raise LoweringError(f"a cross product of vectors of {sizes[place]} entries")
    (x1, y1), (x2, y2) = (
        [lower_roll(b, side, -steps, place) for side in (x, y)] for steps in (1, 2)
    )
    return lower_sub(b, lower_mul(b, x1, y2), lower_mul(b, x2, y1))


@lowers("aten.prod.dim_int")
def lower_prod_dim(
    b: Builder, x: Abstract, dim: int, keepdim: bool = False, *, dtype: Abstract = None
) -> Rowed:
    """The product along a static dimension, halves multiplied with each other."""
    x = b.spread(b.real(x))
    place = wrap_dim(dim, x.rank)
    if place == x.axis:
        raise LoweringError("multiplies the rows of a graph", "use the aggregation aggr='mul'")
    sizes = x.padded(x.rank)
    limited(min(sizes[place], MAX_FACTORS + 1))
    if sizes[place] > MAX_FACTORS:
        raise LoweringError(f"a product of {sizes[place]} entries", f"at most {MAX_FACTORS}")
    lanes = np.arange(x.lanes).reshape(sizes)
    dims = without(tuple(1 if at == place else n for at, n in enumerate(sizes)), x.axis)
    parts = [b.lanes_of(x, np.take(lanes, at, place).ravel(), dims) for at in range(sizes[place])]
    while len(parts) > 1:
        halves = zip(parts[::2], parts[1::2], strict=False)
        parts = [lower_mul(b, *pair) for pair in halves] + (parts[-1:] if len(parts) % 2 else [])
    return parts[0] if keepdim else reduced(b, parts[0], dim, False, "sum")


@lowers("aten.prod.default")
def lower_prod(b: Builder, x: Abstract, *, dtype: Abstract = None) -> Rowed:
    """The product of all entries of each of several dimensions in turn."""
    told = b.real(x)
    for _ in range(told.rank):
        told = lower_prod_dim(b, told, -1)
    return told


@lowers("aten.cumsum[_].default")
def lower_cumsum(b: Builder, x: Abstract, dim: int, *, dtype: Abstract = None) -> Rowed:
    """Each entry plus those before it along a static dimension."""
    x = b.spread(b.real(x))
    place = wrap_dim(dim, x.rank)
    if place == x.axis:
        raise LoweringError("adds up the rows before each row", "the order of rows is arbitrary")
    limited(x.lanes, x.lanes)
    at = np.indices(x.padded(x.rank)).reshape(x.rank, -1)
    others = np.delete(at, place, axis=0)
    same = (others[:, :, None] == others[:, None, :]).all(axis=0)
    weight = (same & (at[place][:, None] >= at[place][None, :])).astype(np.float64)
    return replace(x, value=b.emit(Linear(), [x.value], weight=weight))
