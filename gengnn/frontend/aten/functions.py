"""Functions that take several ops: powers, and what is made from logarithms and angles."""

from __future__ import annotations

import math

import numpy as np

from gengnn.frontend.aten.arithmetic import lower_div, lower_reciprocal
from gengnn.frontend.builder import Builder
from gengnn.ops.add import lower_add, lower_sub
from gengnn.ops.affine import affine
from gengnn.ops.lowering import Abstract, Const, Full, LoweringError, Rowed, lowers, number
from gengnn.ops.mul import lower_mul
from gengnn.ops.table import tabulate

MAX_POWER = 4
"""The largest power that is multiplied out."""

HALF_TURN = 180.0
"""Degrees."""

SOFTPLUS_END = 40.0
"""Where a softplus is the input itself in float64."""

ROOTS = {0.5: "sqrt", -0.5: "rsqrt"}
"""Powers with a function of their own."""


@lowers("aten.pow[_].Scalar", "aten.pow[_].Tensor_Scalar", "aten.pow[_].Tensor_Tensor")
def lower_pow(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """The power x**y: of a tensor, an exponential, or exp(y * log(x)).

    Powers of negative numbers to other than whole ones are not defined in torch; here they are
    0 where the exponent is a constant.
    """
    base, exponent = _constant(x), _constant(y)
    if exponent is not None:
        return _power(b, x, exponent)
    if base is not None:
        return _exponential(b, base, y)
    exponents = number(y)
    bases = number(x)
    if exponents is not None and bases is None:
        logarithm = tabulate(b, x, "log")
        return tabulate(b, affine(b, logarithm, Const(exponents.data), 0.0), "exp")
    if bases is not None and (bases.data > 0).all():
        return tabulate(b, affine(b, y, Const(np.log(bases.data)), 0.0), "exp")
    if bases is not None:
        raise LoweringError("a power of constants that are not positive")
    return tabulate(b, lower_mul(b, tabulate(b, x, "log"), y), "exp")


def _constant(x: Abstract) -> float | None:
    """The number that a tensor is equal to everywhere, if it is known."""
    const = number(x) or x
    if not isinstance(const, (Const, Full)) or not const.data.size:
        return None
    flat = const.data.ravel()
    return float(flat[0]) if (flat == flat[0]).all() else None


def _power(b: Builder, x: Abstract, exponent: float) -> Rowed:
    """A constant power: multiplied out, or a table of the whole function."""
    x = b.real(x)
    if exponent == 0:
        return Rowed(b.fill_lanes(np.ones(1), x.value.space), x.dims, x.axis)
    if exponent in ROOTS:
        return tabulate(b, x, ROOTS[exponent])
    if exponent == -1:
        return lower_reciprocal(b, x)
    if not exponent.is_integer():
        return tabulate(b, x, "power", exponent)
    if not 0 < exponent <= MAX_POWER:
        return tabulate(b, x, "odd_power" if exponent % 2 else "even_power", exponent)
    result = x
    for _ in range(int(exponent) - 1):
        result = lower_mul(b, result, x)
    return result


def _exponential(b: Builder, base: float, x: Abstract) -> Rowed:
    """base**x for a constant base."""
    if base <= 0:
        raise LoweringError(f"a power of the base {base:g}", "use a positive base")
    if base == 1:
        return _power(b, x, 0.0)
    return tabulate(b, x, "exponential", base)


@lowers("aten.square[_].default")
def lower_square(b: Builder, x: Abstract) -> Rowed:
    """The product of the input with itself."""
    return _power(b, x, 2.0)


@lowers("aten.tan[_].default")
def lower_tan(b: Builder, x: Abstract) -> Rowed:
    """sin(x) / cos(x)."""
    return lower_div(b, tabulate(b, x, "sin"), tabulate(b, x, "cos"))


@lowers("aten.acos[_].default", "aten.arccos[_].default")
def lower_acos(b: Builder, x: Abstract) -> Rowed:
    """A right angle less asin(x)."""
    return affine(b, tabulate(b, x, "asin"), -1.0, math.pi / 2)


@lowers("aten.deg2rad[_].default")
def lower_deg2rad(b: Builder, x: Abstract) -> Rowed:
    """Degrees in radians."""
    return affine(b, x, math.pi / HALF_TURN, 0.0)


@lowers("aten.rad2deg[_].default")
def lower_rad2deg(b: Builder, x: Abstract) -> Rowed:
    """Radians in degrees."""
    return affine(b, x, HALF_TURN / math.pi, 0.0)


@lowers("aten.xlogy[_].Tensor", "aten.xlogy[_].Scalar_Self")
def lower_xlogy(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """The product x * log(y) for positive y."""
    return lower_mul(b, x, tabulate(b, y, "log"))


@lowers("aten.logaddexp.default")
def lower_logaddexp(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """log(exp(x) + exp(y)) = y + softplus(x - y)."""
    return lower_add(b, y, tabulate(b, lower_sub(b, x, y), "softplus", 1.0, SOFTPLUS_END))


@lowers("aten.hypot[_].default")
def lower_hypot(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """The length of the vector (x, y)."""
    return tabulate(b, lower_add(b, lower_square(b, x), lower_square(b, y)), "sqrt")


@lowers("aten.logit[_].default")
def lower_logit(b: Builder, x: Abstract, eps: float | None = None) -> Rowed:
    """log(x / (1 - x)) for numbers between 0 and 1, by log(x) - log(1 - x)."""
    if eps is not None:
        raise LoweringError("a logit that clamps its input", "clamp(eps, 1 - eps) before it")
    rest = affine(b, x, -1.0, 1.0)
    return lower_sub(b, tabulate(b, x, "log"), tabulate(b, rest, "log"))
