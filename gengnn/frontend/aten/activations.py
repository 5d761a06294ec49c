"""Activations that take several ops; those that are one table stand with it."""

from __future__ import annotations

import numpy as np

from gengnn.frontend.aten.select import lower_chunk
from gengnn.frontend.builder import Builder
from gengnn.ops.add import lower_add
from gengnn.ops.affine import affine
from gengnn.ops.leaky_relu import lower_leaky_relu
from gengnn.ops.lowering import Abstract, Const, LoweringError, Rowed, lowers, number, wrap_dim
from gengnn.ops.maximum import lower_clamp, lower_maximum, lower_minimum
from gengnn.ops.mul import lower_mul
from gengnn.ops.table import tabulate

RRELU_LOWER, RRELU_UPPER = 1.0 / 8, 1.0 / 3


@lowers("aten.hardtanh[_].default")
def lower_hardtanh(b: Builder, x: Abstract, low: float = -1.0, high: float = 1.0) -> Rowed:
    """max(low, min(x, high))."""
    return lower_clamp(b, x, low, high)


@lowers("aten.prelu.default", "aten._prelu_kernel.default")
def lower_prelu(b: Builder, x: Abstract, weight: Abstract) -> Rowed:
    """The input where it is positive, else `weight` times it: one slope, or one per channel.

    The channels are dimension 1 of x. Slopes that are all at most 1, or all at least 1, make it
    the larger or the smaller of x and weight * x.
    """
    slopes = number(weight)
    if slopes is None:
        raise LoweringError("a PReLU whose slopes are computed")
    bends = slopes.data.astype(np.float64)
    if (bends == bends.flat[0]).all():
        return lower_leaky_relu(b, x, float(bends.flat[0]))
    x = b.real(x)
    if bends.ndim <= 1:
        bends = bends.reshape(-1, *(1,) * (x.rank - 2))
    bent = affine(b, x, Const(bends), 0.0)
    if (bends <= 1).all():
        return lower_maximum(b, x, bent)
    if (bends >= 1).all():
        return lower_minimum(b, x, bent)
    positive = affine(b, lower_clamp(b, x, 0.0), Const(1.0 - bends), 0.0)
    return lower_add(b, positive, bent)


@lowers("aten.rrelu[_].default")
def lower_rrelu(
    b: Builder,
    x: Abstract,
    lower: float = RRELU_LOWER,
    upper: float = RRELU_UPPER,
    training: bool = False,
    generator: Abstract = None,
) -> Rowed:
    """As it infers: a leaky ReLU with the mean of both slopes."""
    if training:
        raise LoweringError(
            "draws random slopes", "export the model in evaluation mode: model.eval()"
        )
    return lower_leaky_relu(b, x, (lower + upper) / 2)


@lowers("aten.rrelu_with_noise.default", "aten.rrelu_with_noise_functional.default")
def lower_rrelu_with_noise(
    b: Builder,
    x: Abstract,
    noise: Abstract,
    lower: float = RRELU_LOWER,
    upper: float = RRELU_UPPER,
    training: bool = False,
    generator: Abstract = None,
) -> list[Abstract]:
    """The same with the noise, which inference does not use, as second result."""
    return [lower_rrelu(b, x, lower, upper, training), noise]


@lowers("aten.glu.default")
def lower_glu(b: Builder, x: Abstract, dim: int = -1) -> Rowed:
    """The first half of the features times the sigmoid of the second."""
    first, second = lower_chunk(b, x, 2, wrap_dim(dim, len(b.sizes(x))))
    return lower_mul(b, first, tabulate(b, second, "sigmoid"))


@lowers("aten.log_sigmoid_forward.default")
def lower_log_sigmoid_forward(b: Builder, x: Abstract) -> list[Abstract]:
    """log(sigmoid(x)); what training keeps follows, empty."""
    return [tabulate(b, x, "log_sigmoid"), None]
