"""Arithmetic that takes several ops: quotients and what is left of them."""

from __future__ import annotations

from dataclasses import replace

from gengnn.frontend.aten.divisors import without_epsilon
from gengnn.frontend.aten.signs import is_count, is_never_negative
from gengnn.frontend.builder import Builder
from gengnn.ops.add import lower_sub
from gengnn.ops.affine import affine
from gengnn.ops.divide import divide
from gengnn.ops.lowering import (
    Abstract,
    Const,
    Full,
    LoweringError,
    Rowed,
    lowers,
    number,
)
from gengnn.ops.mul import lower_mul
from gengnn.ops.round import rounded
from gengnn.ops.table import tabulate


@lowers("aten.reciprocal[_].default")
def lower_reciprocal(b: Builder, x: Abstract) -> Rowed:
    """1 / x; 1 / 0 counts as 0, as PyG's normalisations make it."""
    x = b.real(x)
    if is_never_negative(b, x.value):
        return tabulate(b, x, "reciprocal")
    return divide(b, 1.0, x)


@lowers("aten.div[_].Tensor", "aten.div[_].Scalar", "aten.true_divide.Tensor")
def lower_div(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """The quotient x / y: by a constant or a count times the reciprocal, else divided."""
    const = number(y) or y
    if isinstance(const, (Const, Full)):
        if not const.data.all():
            raise LoweringError("divides by zero")
        return affine(b, x, replace(const, data=1.0 / const.data), 0.0)
    divisor = b.real(y)
    if is_count(b, divisor.value):
        return lower_mul(b, x, tabulate(b, divisor, "reciprocal"))
    return divide(b, x, replace(divisor, value=without_epsilon(b, divisor.value)))


@lowers("aten.div[_].Tensor_mode", "aten.div[_].Scalar_mode")
def lower_div_mode(
    b: Builder, x: Abstract, y: Abstract, *, rounding_mode: str | None = None
) -> Rowed:
    """The quotient, its floor, or the integer towards 0."""
    quotient = lower_div(b, x, y)
    return quotient if rounding_mode is None else rounded(b, quotient, rounding_mode)


@lowers("aten.floor_divide[_].default", "aten.floor_divide[_].Scalar")
def lower_floor_divide(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """The floor of the quotient."""
    return rounded(b, lower_div(b, x, y), "floor")


@lowers("aten.remainder[_].Tensor", "aten.remainder[_].Scalar")
def lower_remainder(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """What the floored quotient leaves, of the sign of y: x - y floor(x / y)."""
    return lower_sub(b, x, lower_mul(b, lower_floor_divide(b, x, y), y))


@lowers("aten.fmod[_].Tensor", "aten.fmod[_].Scalar")
def lower_fmod(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """What the quotient towards 0 leaves, of the sign of x."""
    return lower_sub(b, x, lower_mul(b, rounded(b, lower_div(b, x, y), "trunc"), y))


@lowers("aten.frac[_].default")
def lower_frac(b: Builder, x: Abstract) -> Rowed:
    """What is behind the point: x - trunc(x)."""
    return lower_sub(b, x, rounded(b, x, "trunc"))
