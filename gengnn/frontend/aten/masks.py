"""Masks: comparisons, logic, and choices by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gengnn.frontend.aims import join_aims
from gengnn.frontend.builder import Builder
from gengnn.ir import Kind, Value
from gengnn.ops.compare import RELATIONS, Compare
from gengnn.ops.divide import Divide
from gengnn.ops.fill import Fill, constant
from gengnn.ops.logical_not import Not
from gengnn.ops.lowering import (
    LOWERINGS,
    Abstract,
    Const,
    Full,
    Infinite,
    LoweringError,
    Rowed,
    is_zero,
    lowers,
    number,
)
from gengnn.ops.select import select
from gengnn.ops.table import Table

MIRRORED = {"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
"""The relation of b to a when a has one to b."""


def _register(relation: str) -> None:
    @lowers(f"aten.{relation}[_].Tensor", f"aten.{relation}[_].Scalar")
    def lower(b: Builder, x: Abstract, y: Abstract) -> Abstract:
        return compare(b, relation, x, y)


for _relation in RELATIONS:
    _register(_relation)


def compare(b: Builder, relation: str, x: Abstract, y: Abstract) -> Abstract:
    """The mask x relation y; either may be constant. Equality with infinity is kept as such."""
    if isinstance(number(x) or x, (Const, Full)):
        relation, x, y = MIRRORED[relation], y, x
    const = number(y) or y
    if isinstance(const, (Const, Full)):
        return _with_constant(b, relation, b.rowed(x), const)
    first, second = b.rowed(x), b.rowed(y)
    if first.is_map and second.is_map:
        join_aims(b, first.value, second.value)
    elif first.value.kind is not second.value.kind or first.is_map or second.is_map:
        first, second = b.real(first), b.real(second)
    return _compared(b, relation, first, second)


def _compared(b: Builder, relation: str, x: Rowed, y: Rowed) -> Rowed:
    x, y = b.align(x, y)
    return replace(x, value=b.emit(Compare(relation), [x.value, y.value]))


def _with_constant(b: Builder, relation: str, x: Rowed, const: Const | Full) -> Abstract:
    """The mask of a comparison with constants, as cheap as the kind of `x` allows."""
    level = const.data.ravel()[0] if const.data.size else 0
    is_level = bool((const.data == level).all())
    if not np.isfinite(const.data).all():
        return _with_infinity(b, relation, x, float(level))
    if x.value.kind is Kind.MASK and is_level:
        return _of_mask(b, relation, x, float(level))
    is_integer = is_level and float(level).is_integer() and level >= 0
    if x.value.kind is Kind.INDEX and is_integer and const.data.size == 1:
        fill = b.emit(Fill(float(level), Kind.INDEX), [b.rows(x.value.space)])
        b.bound(fill, int(level) + 1)
        return _compared(b, relation, x, Rowed(fill, (1,) * len(x.dims), x.axis))
    x = b.real(x)
    if isinstance(const, Full):
        return _compared(b, relation, x, b.fill(Full(_float(const), const.axis, const.rows)))
    return _compared(b, relation, x, b.beside(x, Const(_float(const))))


def _float(const: Const | Full) -> np.ndarray:
    return np.asarray(const.data, dtype=np.float64)


def _with_infinity(b: Builder, relation: str, x: Rowed, level: float) -> Abstract:
    """Comparisons with infinity: numbers are finite, but for those that PyG replaces."""
    if relation == "eq" and np.isinf(level):
        return Infinite(b.real(x))
    if relation in {"eq", "ne"} or np.isnan(level):
        raise LoweringError(f"compares by {relation} with {level}", "test with isinf")
    return constant(b, b.sizes(x), getattr(np, _NUMPY[relation])(0.0, level))


_NUMPY = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal"}


def _of_mask(b: Builder, relation: str, x: Rowed, level: float) -> Abstract:
    """A mask compared with a number: itself, its inverse, or always the same."""
    told = [bool(getattr(np.float64(bit), f"__{relation}__")(level)) for bit in (0, 1)]
    if told[0] == told[1]:
        return constant(b, b.sizes(x), told[0])
    return x if told[1] else invert(b, x)


def mask_of(b: Builder, x: Abstract) -> Rowed:
    """A mask: where numbers are not 0."""
    if isinstance(x, Infinite):
        raise LoweringError("computes with the mask of infinite numbers")
    if isinstance(x, (Const, Full)):
        return _compared(b, "ne", *_both(b, x))
    x = b.rowed(x)
    if x.value.kind is Kind.MASK:
        return x
    found = compare(b, "ne", x, 0)
    assert isinstance(found, Rowed)
    return found


def _both(b: Builder, x: Const | Full) -> tuple[Rowed, Rowed]:
    """A constant on its rows, as numbers, and 0."""
    if isinstance(x, Const):
        raise LoweringError("computes a mask from constants only")
    numbers = b.fill(Full(_float(x), x.axis, x.rows))
    return numbers, b.beside(numbers, Const(np.zeros(())))


def invert(b: Builder, x: Rowed) -> Rowed:
    """Where a mask is not set."""
    return replace(x, value=b.emit(Not(), [x.value]))


@lowers("aten.bitwise_not[_].default", "aten.logical_not[_].default")
def lower_not(b: Builder, x: Abstract) -> Rowed:
    """Where the mask is not set."""
    return invert(b, mask_of(b, x))


@lowers(
    *("aten.logical_and[_].default", "aten.bitwise_and[_].Tensor", "aten.bitwise_and[_].Scalar"),
    *("aten.__and__.Tensor", "aten.__and__.Scalar"),
)
def lower_and(b: Builder, x: Abstract, y: Abstract) -> Abstract:
    """Where both masks are set: where not x is below y."""
    return _logic(b, "lt", x, y)


@lowers(
    *("aten.logical_or[_].default", "aten.bitwise_or[_].Tensor", "aten.bitwise_or[_].Scalar"),
    *("aten.__or__.Tensor", "aten.__or__.Scalar"),
)
def lower_or(b: Builder, x: Abstract, y: Abstract) -> Abstract:
    """Where one of the masks is set: where not x is not above y."""
    return _logic(b, "le", x, y)


@lowers(
    *("aten.logical_xor[_].default", "aten.bitwise_xor[_].Tensor", "aten.bitwise_xor[_].Scalar"),
    *("aten.__xor__.Tensor", "aten.__xor__.Scalar"),
)
def lower_xor(b: Builder, x: Abstract, y: Abstract) -> Abstract:
    """Where just one of the masks is set: where not x equals y."""
    return _logic(b, "eq", x, y)


def _logic(b: Builder, relation: str, x: Abstract, y: Abstract) -> Abstract:
    """The mask `not x` relation y, of masks or of numbers as truth values."""
    if b.dtype != "bool":
        raise LoweringError("computes with the bits of integers")
    if isinstance(number(x) or x, (Const, Full)):
        x, y = y, x
    other = number(y) or y
    if isinstance(other, (Const, Full)):
        other = replace(other, data=(other.data != 0).astype(np.float64))
        return compare(b, relation, invert(b, mask_of(b, x)), other)
    return _compared(b, relation, invert(b, mask_of(b, x)), mask_of(b, y))


def either(b: Builder, x: Rowed, y: Rowed) -> Rowed:
    """Where one of two masks is set."""
    return _compared(b, "le", invert(b, x), y)


@lowers("aten.any.dim", "aten.any.dims", "aten.any.default")
def lower_any(
    b: Builder, x: Abstract, dim: int | Sequence[int] | None = None, keepdim: bool = False
) -> Rowed:
    """Whether a mask is set somewhere along dimensions."""
    largest = LOWERINGS["aten.amax.default"](b, b.real(mask_of(b, x)), _dims(dim), keepdim)
    return mask_of(b, largest)


@lowers("aten.all.dim", "aten.all.dims", "aten.all.default")
def lower_all(
    b: Builder, x: Abstract, dim: int | Sequence[int] | None = None, keepdim: bool = False
) -> Rowed:
    """Whether a mask is set everywhere along dimensions."""
    return invert(b, lower_any(b, invert(b, mask_of(b, x)), dim, keepdim))


def _dims(dim: int | Sequence[int] | None) -> Sequence[int]:
    return () if dim is None else [dim] if isinstance(dim, int) else dim


@lowers("aten.isinf.default")
def lower_isinf(b: Builder, x: Abstract) -> Infinite:
    """Where numbers are infinite."""
    return Infinite(b.real(x))


@lowers("aten.isnan.default")
def lower_isnan(b: Builder, x: Abstract) -> Abstract:
    """Nowhere: what is not a number in floats is 0 here (0 / 0), or saturates."""
    return constant(b, b.sizes(x), False)


@lowers("aten.sign[_].default", "aten.sgn[_].default")
def lower_sign(b: Builder, x: Abstract) -> Rowed:
    """1 where x > 0, -1 where x < 0, else 0."""
    x = b.real(x)
    rest = select(b, mask_of(b, compare(b, "lt", x, 0.0)), Const(np.asarray(-1.0)), _ZERO)
    return select(b, mask_of(b, compare(b, "gt", x, 0.0)), Const(np.asarray(1.0)), rest)


_ZERO = Const(np.zeros(()))


@lowers("aten.masked_fill[_].Scalar", "aten.masked_fill[_].Tensor")
def lower_masked_fill(b: Builder, x: Abstract, mask: Abstract, value: Abstract) -> Abstract:
    """`value` where the mask is set, else x."""
    return lower_where(b, mask, value, x)


@lowers("aten.where.self", "aten.where.ScalarSelf", "aten.where.ScalarOther", "aten.where.Scalar")
def lower_where(b: Builder, mask: Abstract, x: Abstract, y: Abstract) -> Abstract:
    """Choose x where the mask is set, else y."""
    if isinstance(mask, Infinite):
        return _finite(b, mask, x, y)
    for side in (number(x) or x, number(y) or y):
        if isinstance(side, (Const, Full)) and not np.isfinite(_float(side)).all():
            raise LoweringError(
                "fills in infinite numbers", "fill in a number that the features can reach"
            )
    if b.dtype == "bool":
        chosen, other = lower_and(b, mask, x), lower_and(b, lower_not(b, mask), y)
        return lower_or(b, chosen, other)
    return select(b, mask_of(b, mask), x, y)


def _finite(b: Builder, mask: Infinite, chosen: Abstract, y: Abstract) -> Rowed:
    """Y with 0 where it is infinite: y itself, as its op gives 0 there already."""
    same = isinstance(y, Rowed) and mask.of.value == y.value
    if not same or not is_zero(number(chosen) or chosen) or not _masks(b, mask.of.value):
        raise LoweringError("replaces infinite numbers, other than those of an empty degree by 0")
    assert isinstance(y, Rowed)
    return y


def _masks(b: Builder, value: Value) -> bool:
    """Whether a value is 0 where floats are infinite."""
    op = b.op_of(value)
    is_table = isinstance(op, Table) and op.hides_infinity
    return is_table or isinstance(op, Divide)
