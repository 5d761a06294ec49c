"""Normalisations: rows brought to mean 0 and variance 1, and the variance itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gengnn.frontend.aten.arithmetic import lower_div
from gengnn.frontend.aten.functions import lower_square
from gengnn.frontend.aten.reduce import Dims, reduced
from gengnn.frontend.aten.shape import lower_view
from gengnn.frontend.builder import Builder
from gengnn.ops.add import lower_sub
from gengnn.ops.affine import affine
from gengnn.ops.fill import Fill
from gengnn.ops.lowering import Abstract, Const, LoweringError, Rowed, lowers, wrap_dim
from gengnn.ops.mul import lower_mul
from gengnn.ops.table import tabulate

SINGLE_EPS = float(np.finfo(np.float32).eps)
"""What torch adds where an RMS normalisation gives no eps."""


def standardized(b: Builder, x: Abstract, dims: Dims, eps: float) -> list[Abstract]:
    """(x - mean) / sqrt(variance + eps) over dimensions, the mean, and the inverse root."""
    x = b.real(x)
    mean = reduced(b, x, dims, True, "mean")
    centred = lower_sub(b, x, mean)
    inverse = inverse_root(b, centred, dims, eps)
    return [lower_mul(b, centred, inverse), mean, inverse]


def inverse_root(b: Builder, x: Rowed, dims: Dims, eps: float) -> Rowed:
    """1 / sqrt(mean of squares + eps) over dimensions; those kept have size 1."""
    total, scale = squares(b, x, dims, True)
    return tabulate(b, total, "rsqrt", scale, eps)


def squares(b: Builder, x: Rowed, dims: Dims, keepdim: bool) -> tuple[Rowed, float]:
    """The sum of squares over dimensions, and by what it is multiplied to be their mean.

    Over the rows of a graph, whose number only the data tells, it is the mean already.
    """
    places = dimensions(x, dims)
    squared = lower_square(b, x)
    if x.axis in places:
        return reduced(b, squared, places, keepdim, "mean"), 1.0
    total = reduced(b, squared, places, keepdim, "sum")
    return total, 1.0 / math.prod(x.padded(x.rank)[place] for place in places)


def dimensions(x: Rowed, dims: Dims) -> list[int]:
    """Dimensions, counted from the front; all of them if none are told."""
    asked = (
        range(x.rank) if dims is None or dims == [] else [dims] if isinstance(dims, int) else dims
    )
    return [wrap_dim(place, x.rank) for place in asked]


def scaled(b: Builder, x: Abstract, weight: Abstract, bias: Abstract, dim: int) -> Rowed:
    """The sum x * weight + bias, trained constants for dimension `dim` and those behind it."""
    x = b.real(x)
    told = []
    for const, missing in ((weight, 1.0), (bias, 0.0)):
        data = const.data if isinstance(const, Const) else np.asarray(missing)
        told.append(Const(data.reshape(data.shape + (1,) * (x.rank - dim - data.ndim))))
    return affine(b, x, told[0], told[1])


@lowers("aten.layer_norm.default")
def lower_layer_norm(b: Builder, x: Abstract, shape: Sequence[int], *given: Any) -> Rowed:
    """Each row normalised over its last dimensions; `given` is weight, bias, eps."""
    weight, bias, eps, *_ = _filled(given, (None, None, 1e-5))
    normal = lower_native_layer_norm(b, x, shape, weight, bias, eps)[0]
    assert isinstance(normal, Rowed)
    return normal


@lowers("aten.native_layer_norm.default")
def lower_native_layer_norm(
    b: Builder, x: Abstract, shape: Sequence[int], weight: Abstract, bias: Abstract, eps: float
) -> list[Abstract]:
    """The same, with the mean and the inverse root of the variance behind it."""
    normal, mean, inverse = standardized(b, x, range(-len(shape), 0), eps)
    return [scaled(b, normal, weight, bias, len(b.sizes(x)) - len(shape)), mean, inverse]


@lowers("aten.rms_norm.default")
def lower_rms_norm(b: Builder, x: Abstract, shape: Sequence[int], *given: Any) -> Rowed:
    """The quotient x / sqrt(mean of squares + eps) over last dimensions; `given`: weight, eps."""
    weight, eps = _filled(given, (None, None))
    x = b.real(x)
    eps = SINGLE_EPS if eps is None else eps
    inverse = inverse_root(b, x, range(-len(shape), 0), eps)
    return scaled(b, lower_mul(b, x, inverse), weight, None, x.rank - len(shape))


@lowers("aten.group_norm.default")
def lower_group_norm(b: Builder, x: Abstract, groups: int, *given: Any) -> Rowed:
    """Channels (dimension 1) normalised in groups; `given` is weight, bias, eps."""
    weight, bias, eps, *_ = _filled(given, (None, None, 1e-5))
    sizes = b.sizes(x)
    channels = sizes[1]
    if not isinstance(channels, int):
        raise LoweringError("normalises groups of rows", "normalise groups of features")
    parted = lower_view(b, x, (sizes[0], groups, channels // groups, *sizes[2:]))
    normal = standardized(b, parted, range(2, len(sizes) + 1), eps)[0]
    return scaled(b, lower_view(b, normal, sizes), weight, bias, 1)


@lowers("aten.native_group_norm.default")
def lower_native_group_norm(b: Builder, x: Abstract, *given: Any) -> list[Abstract]:
    """The core ATen spelling of the same; `given` is weight, bias, three sizes, groups, eps."""
    weight, bias, _, _, _, groups, eps = given
    return [lower_group_norm(b, x, groups, weight, bias, eps), None, None]


@lowers("aten.instance_norm.default")
def lower_instance_norm(b: Builder, x: Abstract, *given: Any) -> Rowed:
    """Each channel (dimension 1) normalised over the dimensions behind it.

    `given` is weight, bias, mean, var, whether the input's own statistics are taken, momentum,
    eps.
    """
    weight, bias, mean, var, is_own, _, eps = given[:7]
    if not is_own:
        return lower_batch_norm(b, x, weight, bias, mean, var, False, 0.0, eps)
    normal = standardized(b, x, range(2, len(b.sizes(x))), eps)[0]
    return scaled(b, normal, weight, bias, 1)


@lowers("aten.batch_norm.default", "aten.cudnn_batch_norm.default")
def lower_batch_norm(b: Builder, x: Abstract, *given: Any) -> Rowed:
    """(x - mean) / sqrt(var + eps) * weight + bias for each channel (dimension 1).

    The statistics are those of training; without any, those of the rows of the graph. `given` is
    weight, bias, mean, var, training, momentum, eps and more that changes nothing.
    """
    weight, bias, mean, var, training, _, eps = given[:7]
    x = b.real(x)
    if training or mean is None or var is None:
        others = [dim for dim in range(x.rank) if dim != 1]
        return scaled(b, standardized(b, x, others, eps)[0], weight, bias, 1)
    if x.rank > 1 and (x.axis == 1 or b.sizes(x)[1] != mean.data.size):
        raise LoweringError("normalises another dimension than the features")
    scale = 1.0 / np.sqrt(var.data + eps)
    scale = scale * weight.data if weight else scale
    shift = (bias.data if bias else 0.0) - mean.data * scale
    return scaled(b, x, Const(scale), Const(shift), min(1, x.rank - 1))


@lowers(
    "aten._native_batch_norm_legit_no_training.default",
    "aten._batch_norm_no_update.default",
)
def lower_native_batch_norm(b: Builder, x: Abstract, *given: Any) -> list[Abstract]:
    """The core ATen spelling of the same; statistics that nothing reads follow the result."""
    *stats, momentum, eps = given
    return [lower_batch_norm(b, x, *stats, False, momentum, eps), None, None, None]


@lowers("aten._native_batch_norm_legit.no_stats")
def lower_batch_norm_own(b: Builder, x: Abstract, *given: Any) -> list[Abstract]:
    """The same by the statistics of the input; `given` is weight, bias, training, ..., eps."""
    weight, bias, *_, eps = given
    return [lower_batch_norm(b, x, weight, bias, None, None, True, 0.0, eps), None, None]


@dataclass(frozen=True)
class Spread:
    """The variance over dimensions is `scale` times `total`; and the mean."""

    total: Rowed
    scale: float
    mean: Rowed

    def variance(self, b: Builder) -> Rowed:
        """The mean square distance from the mean."""
        return affine(b, self.total, self.scale, 0.0)

    def deviation(self, b: Builder) -> Rowed:
        """Its root."""
        return tabulate(b, self.total, "sqrt", self.scale, 0.0)


def spread(b: Builder, x: Rowed, dims: Dims, correction: float, keepdim: bool) -> Spread:
    """Squares of distances from the mean, divided by `correction` less than their number."""
    places = dimensions(x, dims)
    mean = reduced(b, x, places, True, "mean")
    centred = lower_sub(b, x, mean)
    told = mean if keepdim else reduced(b, x, places, False, "mean")
    entries = math.prod(x.padded(x.rank)[place] for place in places)
    if not correction:
        return Spread(*squares(b, centred, places, keepdim), told)
    total = reduced(b, lower_square(b, centred), places, keepdim, "sum")
    if x.axis in places and b.extent(x.value.space) != 1:
        ones = Rowed(b.emit(Fill(1.0), [b.rows(x.value.space)]), x.dims, x.axis)
        count = affine(b, reduced(b, ones, places, keepdim, "sum"), 1.0, -correction)
        return Spread(lower_div(b, total, count), 1.0, told)
    if entries <= correction:
        raise LoweringError(f"the variance of {entries} entries with correction {correction:g}")
    return Spread(total, 1.0 / (entries - correction), told)


def _filled(given: Sequence[Any], missing: Sequence[Any]) -> list[Any]:
    """Arguments with those that are left out at the end."""
    return [*given, *missing[len(given) :]]


def _corrected(unbiased: bool | None, correction: float | None) -> float:
    """By how much a variance's divisor is smaller than the number of entries."""
    if correction is not None:
        return float(correction)
    return 0.0 if unbiased is False else 1.0


def _spread(b: Builder, args: Sequence[Any], kwargs: dict[str, Any]) -> Spread:
    """The same from the arguments of any overload of var and std."""
    x, *rest = args
    dim: Dims = kwargs.get("dim")
    unbiased = kwargs.get("unbiased")
    if rest and isinstance(rest[0], bool):
        unbiased = rest[0]
    elif rest:
        dim, *more = rest
        unbiased = more[0] if more else unbiased
    keepdim = bool(rest[2]) if len(rest) > len(("dim", "unbiased")) else kwargs.get("keepdim")
    correction = _corrected(unbiased, kwargs.get("correction"))
    return spread(b, b.real(x), dim, correction, bool(keepdim))


@lowers("aten.var.default", "aten.var.dim", "aten.var.correction")
def lower_var(b: Builder, *args: Any, **kwargs: Any) -> Rowed:
    """The variance over dimensions."""
    return _spread(b, args, kwargs).variance(b)


@lowers("aten.std.default", "aten.std.dim", "aten.std.correction")
def lower_std(b: Builder, *args: Any, **kwargs: Any) -> Rowed:
    """The standard deviation over dimensions."""
    return _spread(b, args, kwargs).deviation(b)


@lowers("aten.var_mean.default", "aten.var_mean.dim", "aten.var_mean.correction")
def lower_var_mean(b: Builder, *args: Any, **kwargs: Any) -> list[Abstract]:
    """Variance and mean."""
    told = _spread(b, args, kwargs)
    return [told.variance(b), told.mean]


@lowers("aten.std_mean.default", "aten.std_mean.dim", "aten.std_mean.correction")
def lower_std_mean(b: Builder, *args: Any, **kwargs: Any) -> list[Abstract]:
    """Standard deviation and mean."""
    told = _spread(b, args, kwargs)
    return [told.deviation(b), told.mean]
