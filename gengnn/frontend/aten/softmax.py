"""Softmax and its logarithm over features, the largest entry taken away first."""

from __future__ import annotations

from collections.abc import Sequence

from gengnn.frontend.aten.arithmetic import lower_div
from gengnn.frontend.aten.reduce import reduced
from gengnn.frontend.builder import Builder
from gengnn.ops.add import lower_add, lower_sub
from gengnn.ops.lowering import Abstract, Rowed, lowers
from gengnn.ops.table import tabulate


def _shifted(b: Builder, x: Abstract, dim: int | Sequence[int]) -> tuple[Rowed, Rowed, Rowed]:
    """The largest entry m along `dim`, x - m, and the sum of exp(x - m), which is at least 1."""
    x = b.real(x)
    most = reduced(b, x, dim, True, "max")
    below = lower_sub(b, x, most)
    return most, below, reduced(b, tabulate(b, below, "exp"), dim, True, "sum")


@lowers("aten.softmax.int", "aten._softmax.default")
def lower_softmax(b: Builder, x: Abstract, dim: int, dtype: Abstract = None) -> Rowed:
    """exp(x - m) divided by its sum, m the largest entry."""
    _, below, total = _shifted(b, x, dim)
    return lower_div(b, tabulate(b, below, "exp"), total)


@lowers("aten.log_softmax.int", "aten._log_softmax.default")
def lower_log_softmax(b: Builder, x: Abstract, dim: int, dtype: Abstract = None) -> Rowed:
    """The logarithm of the softmax: x - m less that of the sum of exp(x - m)."""
    _, below, total = _shifted(b, x, dim)
    return lower_sub(b, below, tabulate(b, total, "log"))


@lowers("aten.logsumexp.default")
def lower_logsumexp(
    b: Builder, x: Abstract, dim: int | Sequence[int], keepdim: bool = False
) -> Rowed:
    """The largest entry m plus the logarithm of the sum of exp(x - m)."""
    most, _, total = _shifted(b, x, dim)
    told = lower_add(b, most, tabulate(b, total, "log"))
    return told if keepdim else reduced(b, told, dim, False, "sum")
