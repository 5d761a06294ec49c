"""Table: a function of one number, lane by lane, as a table with straight lines between."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from gengnn.fixed import FixedType, bits_for
from gengnn.ir import Param, Value
from gengnn.ops.base import (
    Approximation,
    Cost,
    Exact,
    Interval,
    Memory,
    Op,
    Rows,
    Site,
    cast_cost,
    cast_params,
    constants_cost,
    outlet_cost,
)
from gengnn.ops.entries import Plan, choose
from gengnn.ops.facts import Facts
from gengnn.ops.functions import FUNCTIONS, Function, evaluate, told
from gengnn.ops.lowering import Abstract, Rowed, lowers

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder

ENTRY_BITS = 10
"""A table with a copy for each of many lanes has at most 2**ENTRY_BITS entries."""

LONE_BITS = 13
"""All copies of the table of a few lanes (degrees, norms, scores) together have 2**LONE_BITS."""

COMPLETE_BITS = 16
"""Results are kept for every code of formats up to this width: the reference looks them up."""

SMALLEST_BITS = 60
"""Bounds hold for numbers as near to an anchor as 2**-SMALLEST_BITS."""

HUGE = 1e30
"""Bounds are cut here."""


@dataclass(frozen=True)
class Table(Op):
    """y = function(x).

    The high bits of the input code choose an entry (value, rise to the next entry); the low bits
    go along the straight line between. Entries stand evenly, or closer and closer towards a place
    where the function is steep (`gengnn.ops.spacing`); which, and how many, `gengnn.ops.entries`
    chooses by measuring the error. Narrow inputs (degrees) have one entry per code and no line.
    `values` are the constants of the function. Where it is not defined, the result is that of the
    nearest number where it is; infinite results are the end of the output format, or 0 where
    `Function.hides_infinity`.
    """

    function: str
    values: tuple[float, ...] = ()

    kernel: ClassVar[str] = "table"
    is_rowwise: ClassVar[bool] = True

    @property
    def _function(self) -> Function:
        return FUNCTIONS[self.function]

    @property
    def hides_infinity(self) -> bool:
        """Whether 0 stands for the infinite results."""
        return self._function.hides_infinity

    @property
    def fine_ports(self) -> tuple[str, ...]:
        return ("x",) if self._function.is_fine else ()

    @property
    def is_steep(self) -> bool:
        return self._function.hides_infinity

    def kept_from(self, inputs: Sequence[str], more: Sequence[int]) -> Sequence[int]:
        return more if self.is_steep else ()

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return inputs[0]

    def _apply(self, x: Tensor) -> Tensor:
        return evaluate(self.function, self.values, x)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return self._apply(inputs[0])

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        low, high = max(inputs[0][0], -HUGE), min(inputs[0][1], HUGE)
        small = torch.logspace(-SMALLEST_BITS, 0, 4 * SMALLEST_BITS + 1, 2.0, dtype=torch.float64)
        anchors = [0.0, *(place for place, _ in self._function.anchors(*self.values))]
        near = [place + side * small for place in anchors for side in (-1, 1)]
        points = torch.cat([torch.linspace(low, high, 4097, dtype=torch.float64), *near])
        reached = self._apply(points[(points >= low) & (points <= high)])
        reached = reached[reached.isfinite()].clamp(-HUGE, HUGE)
        ends = torch.aminmax(reached) if reached.numel() else (torch.zeros(()),) * 2
        return float(ends[0]), float(ends[1])

    def plan(self, x: Value, y: Value) -> Plan:
        """The table from the format of `x` to that of `y`."""
        return choose(self.function, self.values, x.format, y.format, entry_bits(x.features))

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts(self._function.is_positive)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        x, y = values[0], values[-1]
        plan = self.plan(x, y)
        ends = plan.of_distance(plan.spacing.samples(x.format)[:, [0, -1]])
        low, high = int(ends.min()), int(ends.max())
        if plan.is_odd:
            low, high = min(low, -high), max(high, -low)
        return Exact(y.format.frac + plan.guard + plan.along_bits, low, high)

    def hint(self, inputs: Sequence[Value], limits: Mapping[str, int]) -> Exact | None:
        return None

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        x, y = values[0], values[-1]
        codes = inputs[0].to(torch.int64)
        if x.format.width > COMPLETE_BITS:
            return self.plan(x, y).exact(codes)
        results = _every_result(self, x.format, y.format, entry_bits(x.features))
        return results[codes + (1 << (x.format.width - 1))]

    def error(self, values: Sequence[Value]) -> float:
        """The largest distance of the exact result from the function, as `Plan` measures it."""
        return self.plan(values[0], values[-1]).error

    def approximation(self, values: Sequence[Value]) -> Approximation:
        plan = self.plan(values[0], values[-1])
        return Approximation(told(self.function, self.values), plan.spacing.depth, plan.error)

    def kernel_params(self, site: Site) -> dict[str, int]:
        x, y = site.inputs[0], site.output
        plan = self.plan(x, y)
        spacing = plan.spacing
        value, rise = plan.widths
        least, most = spacing.along_range(x.format) if plan.along_bits else (0, 0)
        return {
            "Lanes": site.lanes["y"],
            "WidthX": x.format.width,
            "Octave": int(spacing.by_octave),
            "Reverse": int(spacing.is_reversed),
            "Mirror": int(spacing.mirrored) + int(plan.is_odd),
            "Offset": spacing.offset,
            "WidthD": spacing.window,
            "LowBits": spacing.low_bits,
            "AlongBits": plan.along_bits,
            "WidthAlong": bits_for(least, most),
            "Depth": spacing.depth,
            "WidthValue": value,
            "WidthRise": rise,
            **cast_params(self.exact((x, y), {}, {}), y.format),
        }

    def memories(self, site: Site) -> tuple[Memory, ...]:
        """The entries, one copy per lane: the value in the low bits of a word, the rise above."""
        plan = self.plan(site.inputs[0], site.output)
        value, rise = plan.widths
        words = (plan.entries[:, 1] << value) | (plan.entries[:, 0] & ((1 << value) - 1))
        return (Memory("entry", value + rise, words[:, None], copies=site.lanes["y"]),)

    def cost(self, site: Site) -> Cost:
        x, y = site.inputs[0], site.output
        plan, exact, lanes = self.plan(x, y), self.exact((x, y), {}, {}), site.lanes["y"]
        total = Cost(interval=site.beats("y", y)) + _locate_cost(plan, x.format, lanes)
        total += _line_cost(plan, exact, lanes)
        total += constants_cost(sum(plan.widths), plan.spacing.depth, site.lut_words, copies=lanes)
        return total + cast_cost(lanes, exact, y.format) + outlet_cost(lanes * y.format.width)

    def comment(self, inputs: Sequence[Value], output: Value) -> str:
        plan = self.plan(inputs[0], output)
        return f"{super().comment(inputs, output)}: {plan.spacing}, error {plan.error:.2f} steps"

    def __str__(self) -> str:
        """The function and its constants."""
        return f"Table[{told(self.function, self.values)}]"


def entry_bits(features: int) -> int:
    """Address bits of a table of this many lanes at the most."""
    return max(ENTRY_BITS, LONE_BITS - (features - 1).bit_length())


@functools.lru_cache(maxsize=64)
def _every_result(op: Table, x: FixedType, y: FixedType, bits: int) -> Tensor:
    """The exact result for each code from the most negative one up, as float64."""
    half = 1 << (x.width - 1)
    plan = choose(op.function, op.values, x, y, bits)
    return plan.exact(torch.arange(-half, half))


def _locate_cost(plan: Plan, x: FixedType, lanes: int) -> Cost:
    """From a code to an entry."""
    spacing, width = plan.spacing, x.width
    is_whole = not spacing.by_octave and spacing.window == width
    is_plain = spacing.by_octave and spacing.anchor == 0 and not spacing.is_reversed
    total = Cost(ff=lanes * plan.along_bits, latency=0)
    if spacing.mirrored or not (is_whole or is_plain):
        total += Cost(lut=lanes * (width + 2), ff=lanes * (width + 2))
    if spacing.by_octave:
        levels = spacing.low_bits.bit_length()
        lut = lanes * (width + spacing.window * levels // 2)
        total += Cost(lut=lut, ff=lanes * (2 * spacing.window + 2 * levels), latency=2)
    return total


def _line_cost(plan: Plan, exact: Exact, lanes: int) -> Cost:
    """From an entry to a point on its line."""
    value, rise = plan.widths
    turns = lanes * value if plan.is_odd else 0
    if not plan.along_bits:
        return Cost(lut=turns, ff=turns, latency=int(plan.is_odd))
    registers = value + rise + plan.along_bits + exact.width
    return Cost(dsp=lanes, lut=lanes * exact.width + turns, ff=lanes * registers, latency=2)


def tabulate(b: Builder, x: Abstract, function: str, *values: float) -> Rowed:
    """function(x) lane by lane."""
    x = b.real(x)
    op = Table(function, tuple(map(float, values)))
    return replace(x, value=b.emit(op, [x.value]))


PLAIN = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "silu": "silu",
    "mish": "mish",
    "hardsigmoid": "hardsigmoid",
    "hardswish": "hardswish",
    "log_sigmoid": "log_sigmoid",
    "sign": "sign",
    "sgn": "sign",
    "exp": "exp",
    "exp2": "exp2",
    "expm1": "expm1",
    "log": "log",
    "log2": "log2",
    "log10": "log10",
    "log1p": "log1p",
    "sqrt": "sqrt",
    "rsqrt": "rsqrt",
    "sin": "sin",
    "cos": "cos",
    "asin": "asin",
    "atan": "atan",
    "sinh": "sinh",
    "cosh": "cosh",
    "asinh": "asinh",
    "acosh": "acosh",
    "atanh": "atanh",
    "erf": "erf",
    "erfc": "erfc",
    "arcsin": "asin",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "special_expit": "sigmoid",
    "special_expm1": "expm1",
    "special_exp2": "exp2",
    "special_log1p": "log1p",
    "special_erf": "erf",
    "special_erfc": "erfc",
}
"""ATen operators without further arguments, and the functions that they are."""


def _plain(function: str) -> Callable[[Builder, Abstract], Rowed]:
    def lower(b: Builder, x: Abstract) -> Rowed:
        return tabulate(b, x, function)

    return lower


for _operator, _name in PLAIN.items():
    lowers(f"aten.{_operator}[_].default")(_plain(_name))


@lowers("aten.gelu[_].default")
def lower_gelu(b: Builder, x: Abstract, *, approximate: str = "none") -> Rowed:
    """The input times the normal distribution function of it, exact or by tanh."""
    return tabulate(b, x, "gelu_tanh" if approximate == "tanh" else "gelu")


@lowers("aten.elu[_].default")
def lower_elu(
    b: Builder, x: Abstract, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0
) -> Rowed:
    """The scaled input where it is positive, else scale * alpha * (exp(input_scale * x) - 1)."""
    return tabulate(b, x, "elu", alpha, scale, input_scale)


@lowers("aten.celu[_].default")
def lower_celu(b: Builder, x: Abstract, alpha: float = 1.0) -> Rowed:
    """The input where it is positive, else alpha * (exp(x / alpha) - 1)."""
    return lower_elu(b, x, alpha, 1.0, 1.0 / alpha)


@lowers("aten.selu[_].default")
def lower_selu(b: Builder, x: Abstract) -> Rowed:
    """The self-normalising ELU (Klambauer et al. 2017, equation 2)."""
    return lower_elu(b, x, SELU_ALPHA, SELU_SCALE)


SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


@lowers("aten.softplus.default")
def lower_softplus(b: Builder, x: Abstract, beta: float = 1.0, threshold: float = 20.0) -> Rowed:
    """log(1 + exp(beta * x)) / beta; the input itself where beta * x is above the threshold."""
    return tabulate(b, x, "softplus", beta, threshold)


@lowers("aten.hardshrink.default")
def lower_hardshrink(b: Builder, x: Abstract, lambd: float = 0.5) -> Rowed:
    """The input where it is outside [-lambd, lambd], else 0."""
    return tabulate(b, x, "hard_shrink", lambd)


@lowers("aten.softshrink.default")
def lower_softshrink(b: Builder, x: Abstract, lambd: float = 0.5) -> Rowed:
    """The input moved by lambd towards 0, which it does not cross."""
    return tabulate(b, x, "soft_shrink", lambd)


@lowers("aten.threshold[_].default")
def lower_threshold(b: Builder, x: Abstract, threshold: float, value: float) -> Rowed:
    """The input where it is above the threshold, else `value`."""
    return tabulate(b, x, "threshold", threshold, value)
