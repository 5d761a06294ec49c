"""Where the largest and the smallest entry are: argmax, argmin, max and min along a dimension."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gengnn.frontend.aten.masks import compare, mask_of
from gengnn.frontend.aten.reduce import reduced
from gengnn.frontend.aten.shape import lower_flatten
from gengnn.frontend.builder import Builder
from gengnn.frontend.program import Unknown
from gengnn.ops.lowering import Abstract, Const, LoweringError, Rowed, lowers, wrap_dim
from gengnn.ops.select import select
from gengnn.ops.whole import Whole

NO_POSITION = Unknown("the position of the largest or smallest row")
"""The second result of max and min over rows."""


@lowers("aten.max.dim")
def lower_max_dim(b: Builder, x: Abstract, dim: int, keepdim: bool = False) -> list[Abstract]:
    """The largest entry along a dimension, and its position."""
    return _extreme(b, x, dim, keepdim, "max")


@lowers("aten.min.dim")
def lower_min_dim(b: Builder, x: Abstract, dim: int, keepdim: bool = False) -> list[Abstract]:
    """The smallest entry along a dimension, and its position."""
    return _extreme(b, x, dim, keepdim, "min")


def _extreme(b: Builder, x: Abstract, dim: int, keepdim: bool, how: str) -> list[Abstract]:
    best = reduced(b, x, dim, keepdim, how)
    sizes = b.sizes(x)
    if not isinstance(sizes[wrap_dim(dim, len(sizes))], int):
        return [best, NO_POSITION]
    return [best, _position(b, b.rowed(x), dim, keepdim, how)]


@lowers("aten.argmax.default")
def lower_argmax(b: Builder, x: Abstract, dim: int | None = None, keepdim: bool = False) -> Rowed:
    """The position of the largest entry along a dimension; of equal ones the first."""
    return _position(b, b.rowed(x), dim, keepdim, "max")


@lowers("aten.argmin.default")
def lower_argmin(b: Builder, x: Abstract, dim: int | None = None, keepdim: bool = False) -> Rowed:
    """The position of the smallest entry along a dimension; of equal ones the first."""
    return _position(b, b.rowed(x), dim, keepdim, "min")


def _position(b: Builder, x: Rowed, dim: int | None, keepdim: bool, how: str) -> Rowed:
    """The least position at which an entry is the extreme one."""
    if dim is None:
        flat = lower_flatten(b, x)
        assert isinstance(flat, Rowed)
        x, dim = flat, 0
    place = wrap_dim(dim, x.rank)
    size = b.sizes(x)[place]
    if not isinstance(size, int):
        raise LoweringError(
            "looks for the position of the largest or smallest row",
            "rows have no fixed positions; use the extreme value itself",
        )
    x = b.spread(b.real(x))
    best = reduced(b, x, place, True, how)
    shape = [1] * x.rank
    shape[place] = size
    positions = Const(np.arange(size, dtype=np.float64).reshape(shape))
    found = select(b, mask_of(b, compare(b, "eq", x, best)), positions, float(size - 1))
    first = reduced(b, found, place, keepdim, "min")
    return replace(first, value=b.emit(Whole(size), [first.value]))
