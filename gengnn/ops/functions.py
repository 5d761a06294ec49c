"""The functions of one number that tables hold: their float meaning, and where they are steep."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

UP, DOWN = 1, -1
"""Sides of an anchor: larger arguments, smaller ones."""

EVEN, ODD = 1, -1
"""f(-x) = f(x); f(-x) = -f(x)."""

FAR = math.inf
"""The anchor of a function that grows ever faster: where the output saturates."""

Anchor = tuple[float, int]
"""A place where a function is steep, bent or broken, and the side on which it is regular."""


def _none(*values: float) -> tuple[Anchor, ...]:
    return ()


def _at(place: float, side: int = UP) -> Callable[..., tuple[Anchor, ...]]:
    return lambda *values: ((place, side),)


def _above_first(*values: float) -> tuple[Anchor, ...]:
    return ((values[0], UP),)


@dataclass(frozen=True)
class Function:
    """A function of one number.

    `apply` takes float64 numbers of any shape and the function's own constants. `anchors` tells,
    from these constants, near which places entries must stand closer; a function with a `parity`
    is given for x >= 0 only there. `is_positive`: never negative. `hides_infinity`: 0 stands for
    the infinite values at 0, and for what is not defined. `is_fine`: small numbers matter as much
    as large ones.
    """

    apply: Callable[..., Tensor]
    parity: int = 0
    anchors: Callable[..., tuple[Anchor, ...]] = _none
    is_positive: bool = False
    hides_infinity: bool = False
    is_fine: bool = False


def _elu(x: Tensor, alpha: float = 1.0, scale: float = 1.0, inner: float = 1.0) -> Tensor:
    negative = alpha * torch.expm1(x.clamp(max=0) * inner)
    return scale * torch.where(x > 0, x, negative)


def _softplus(x: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    return functional.softplus(x, beta, threshold)


def _root(x: Tensor, scale: float = 1.0, more: float = 0.0) -> Tensor:
    """The root of scale * x + more; negative x counts as 0."""
    return torch.sqrt(scale * x.clamp(min=0) + more)


def _inverse_root(x: Tensor, scale: float = 1.0, more: float = 0.0) -> Tensor:
    return _positive_power(scale * x.clamp(min=0) + more, -0.5)


def _power(x: Tensor, exponent: float) -> Tensor:
    """|x|**exponent; 0 at 0 for every exponent but 0."""
    size = x.abs()
    return torch.where(size > 0, torch.where(size > 0, size, 1.0).pow(exponent), 0.0)


def _positive_power(x: Tensor, exponent: float) -> Tensor:
    return _power(x.clamp(min=0), exponent)


def _inverse(x: Tensor) -> Tensor:
    return _positive_power(x, -1.0)


def _odd_power(x: Tensor, exponent: float) -> Tensor:
    return x.sign() * _power(x, exponent)


def _gelu_tanh(x: Tensor) -> Tensor:
    return functional.gelu(x, approximate="tanh")


def _hard_shrink(x: Tensor, width: float = 0.5) -> Tensor:
    return torch.where(x.abs() > width, x, 0.0)


def _soft_shrink(x: Tensor, width: float = 0.5) -> Tensor:
    return x.sign() * (x.abs() - width).clamp(min=0)


def _threshold(x: Tensor, least: float, value: float) -> Tensor:
    return torch.where(x > least, x, value)


def _exponential(x: Tensor, base: float) -> Tensor:
    return torch.exp(x * math.log(base))


def _foot(base: float) -> tuple[Anchor, ...]:
    """Where base**x is steepest."""
    return ((FAR, DOWN),) if base > 1 else ((-FAR, UP),)


FUNCTIONS: dict[str, Function] = {
    "sigmoid": Function(torch.sigmoid, is_positive=True),
    "log_sigmoid": Function(functional.logsigmoid),
    "tanh": Function(torch.tanh, ODD, _at(0.0)),
    "tanhshrink": Function(functional.tanhshrink, ODD, _at(0.0)),
    "softsign": Function(functional.softsign, ODD, _at(0.0)),
    "softplus": Function(_softplus, is_positive=True),
    "elu": Function(_elu),
    "gelu": Function(functional.gelu),
    "gelu_tanh": Function(_gelu_tanh),
    "silu": Function(functional.silu),
    "mish": Function(functional.mish),
    "hardsigmoid": Function(functional.hardsigmoid, is_positive=True),
    "hardswish": Function(functional.hardswish),
    "hard_shrink": Function(_hard_shrink, ODD, _above_first),
    "soft_shrink": Function(_soft_shrink, ODD, _above_first),
    "threshold": Function(_threshold, 0, _above_first),
    "sign": Function(torch.sign, ODD, _at(0.0)),
    "exp": Function(torch.exp, 0, _at(FAR, DOWN), is_positive=True),
    "exp2": Function(torch.exp2, 0, _at(FAR, DOWN), is_positive=True),
    "expm1": Function(torch.expm1, 0, _at(FAR, DOWN)),
    "exponential": Function(_exponential, 0, _foot, is_positive=True),
    "log": Function(torch.log, 0, _at(0.0), is_fine=True),
    "log2": Function(torch.log2, 0, _at(0.0), is_fine=True),
    "log10": Function(torch.log10, 0, _at(0.0), is_fine=True),
    "log1p": Function(torch.log1p, 0, _at(-1.0)),
    "sqrt": Function(_root, 0, _at(0.0), is_positive=True, is_fine=True),
    "rsqrt": Function(_inverse_root, 0, _at(0.0), True, True, is_fine=True),
    "reciprocal": Function(_inverse, 0, _at(0.0), True, True, is_fine=True),
    "power": Function(_positive_power, 0, _at(0.0), True, True, is_fine=True),
    "even_power": Function(_power, EVEN, _at(0.0), True, True),
    "odd_power": Function(_odd_power, ODD, _at(0.0), False, True),
    "sin": Function(torch.sin, ODD),
    "cos": Function(torch.cos, EVEN),
    "asin": Function(torch.asin, ODD, _at(1.0, DOWN)),
    "atan": Function(torch.atan, ODD, _at(0.0)),
    "sinh": Function(torch.sinh, ODD, _at(FAR, DOWN)),
    "cosh": Function(torch.cosh, EVEN, _at(FAR, DOWN), is_positive=True),
    "asinh": Function(torch.asinh, ODD, _at(0.0)),
    "acosh": Function(torch.acosh, 0, _at(1.0), is_positive=True),
    "atanh": Function(torch.atanh, ODD, _at(1.0, DOWN)),
    "erf": Function(torch.erf, ODD, _at(0.0)),
    "erfc": Function(torch.erfc, is_positive=True),
}
"""The functions by name."""


def evaluate(name: str, values: tuple[float, ...], x: Tensor) -> Tensor:
    """The function `name` of float64 numbers; infinite or NaN where it is not defined."""
    return FUNCTIONS[name].apply(x, *values)


def told(name: str, values: tuple[Any, ...]) -> str:
    """The function in a comment: `elu(0.7)`."""
    constants = ", ".join(f"{value:g}" for value in values)
    return f"{name}({constants})" if constants else name
