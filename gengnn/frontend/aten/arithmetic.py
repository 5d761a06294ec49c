"""Arithmetic that takes several ops: quotients, powers, choices by a mask."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gengnn.frontend.aten.signs import is_never_negative
from gengnn.frontend.builder import Builder
from gengnn.ir import Kind
from gengnn.ops.add import lower_add, lower_sub
from gengnn.ops.affine import affine
from gengnn.ops.lowering import (
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
from gengnn.ops.mul import lower_mul
from gengnn.ops.table import Table, tabulate


@lowers("aten.reciprocal[_].default")
def lower_reciprocal(b: Builder, x: Abstract) -> Rowed:
    """1 / x for x >= 0; 1 / 0 counts as 0, as PyG's normalisations make it."""
    x = b.real(x)
    if not is_never_negative(b, x.value):
        raise LoweringError(
            "divides by numbers that may be negative",
            "divide by a constant, a degree, a sum of exponentials, or clamp(min=...) the divisor",
        )
    return tabulate(b, x, "reciprocal")


@lowers("aten.div[_].Tensor", "aten.div[_].Scalar", "aten.true_divide.Tensor")
def lower_div(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """The quotient x / y: by a constant, or times the reciprocal."""
    const = number(y) or y
    if isinstance(const, (Const, Full)):
        if not const.data.all():
            raise LoweringError("divides by zero")
        return affine(b, x, replace(const, data=1.0 / const.data), 0.0)
    return lower_mul(b, x, lower_reciprocal(b, y))


@lowers("aten.pow.Tensor_Scalar", "aten.pow_.Scalar")
def lower_pow(b: Builder, x: Abstract, exponent: float) -> Rowed:
    """The input to a constant power: 0.5, -0.5, -1, or a small natural number."""
    if exponent in {0.5, -0.5}:
        return tabulate(b, x, "sqrt" if exponent > 0 else "rsqrt")
    if exponent == -1:
        return lower_reciprocal(b, x)
    if exponent not in range(1, MAX_POWER + 1):
        raise LoweringError(f"a power of {exponent}", "use 0.5, -0.5, -1, 2, 3 or 4")
    x = b.real(x)
    result = x
    for _ in range(int(exponent) - 1):
        result = lower_mul(b, result, x)
    return result


MAX_POWER = 4
"""The largest power that is multiplied out."""


@lowers("aten.square[_].default")
def lower_square(b: Builder, x: Abstract) -> Rowed:
    """The product of the input with itself."""
    return lower_mul(b, x, x)


@lowers("aten.masked_fill[_].Scalar", "aten.masked_fill[_].Tensor")
def lower_masked_fill(b: Builder, x: Abstract, mask: Abstract, value: Abstract) -> Rowed:
    """`value` where the mask is set, else x."""
    return lower_where(b, mask, value, x)


@lowers("aten.where.self", "aten.where.ScalarSelf", "aten.where.ScalarOther", "aten.where.Scalar")
def lower_where(b: Builder, mask: Abstract, x: Abstract, y: Abstract) -> Rowed:
    """Choose x where the mask is set, else y, computed as y + mask * (x - y)."""
    chosen, other = number(x) or x, number(y) or y
    if isinstance(mask, Infinite):
        return _finite(b, mask, chosen, y)
    if not isinstance(mask, Rowed) or mask.value.kind is not Kind.MASK:
        raise LoweringError("chooses by what is no mask")
    if is_zero(chosen):
        return lower_mul(b, affine(b, mask, -1.0, 1.0), y)
    if isinstance(other, (Const, Full)):
        if isinstance(chosen, (Const, Full)):
            delta = Const(np.asarray(chosen.data - other.data, dtype=np.float64))
            return affine(b, mask, delta, other)
        rest = x if is_zero(other) else lower_sub(b, x, other)
        return affine(b, lower_mul(b, mask, rest), 1.0, other)
    return lower_add(b, y, lower_mul(b, mask, lower_sub(b, x, y)))


def _finite(b: Builder, mask: Infinite, chosen: Abstract, y: Abstract) -> Rowed:
    """Y with 0 where it is infinite: y itself, as its table gives 0 there already."""
    op = b.op_of(mask.of.value)
    is_table = isinstance(op, Table) and op.function in {"rsqrt", "reciprocal"}
    if not is_zero(chosen) or not isinstance(y, Rowed) or mask.of.value != y.value or not is_table:
        raise LoweringError("replaces infinite numbers, other than those of an empty degree by 0")
    return y
