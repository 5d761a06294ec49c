"""Table: a function of one number, lane by lane, as a table with straight lines between."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gengnn.fixed import FixedType, bits_for
from gengnn.ir import Param, Value
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Memory,
    Op,
    Rows,
    Site,
    cast_cost,
    cast_params,
    memory_cost,
    outlet_cost,
)
from gengnn.ops.lowering import Abstract, LoweringError, Rowed, lowers

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder

ENTRY_BITS = 10
"""Address bits of a table at the most."""

LONE_BITS = 13
"""The same for values of one lane (degrees, norms), which need only one copy."""

GUARD_BITS = 3
"""Extra fraction bits of interpolated table entries."""


def _positive(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """0 and negative inputs give 0 (PyG masks the infinities of empty neighbourhoods to 0)."""

    def safe(x: Tensor) -> Tensor:
        return torch.where(x > 0, function(torch.where(x > 0, x, 1.0)), 0.0)

    return safe


FUNCTIONS: dict[str, Callable[[Tensor, float], Tensor]] = {
    "sigmoid": lambda x, _: torch.sigmoid(x),
    "tanh": lambda x, _: torch.tanh(x),
    "elu": lambda x, alpha: torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0))),
    "gelu": lambda x, _: torch.nn.functional.gelu(x),
    "gelu_tanh": lambda x, _: torch.nn.functional.gelu(x, approximate="tanh"),
    "silu": lambda x, _: torch.nn.functional.silu(x),
    "softplus": lambda x, _: torch.nn.functional.softplus(x),
    "exp": lambda x, _: torch.exp(x),
    "sqrt": lambda x, _: torch.sqrt(x.clamp(min=0)),
    "rsqrt": lambda x, _: _positive(torch.rsqrt)(x),
    "reciprocal": lambda x, _: _positive(torch.reciprocal)(x),
}
"""The functions by name; the second argument is `alpha`."""


@dataclass(frozen=True)
class Table(Op):
    """y = function(x).

    The high bits of the input code choose an entry (value, rise to the next entry); the low
    bits go along the straight line between. Narrow one-lane inputs (degrees) have one entry per
    code and no line.
    """

    function: str
    alpha: float = 1.0

    kernel: ClassVar[str] = "table"

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return inputs[0]

    def _apply(self, x: Tensor) -> Tensor:
        return FUNCTIONS[self.function](x, self.alpha)

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
        low, high = inputs[0]
        points = torch.linspace(low, high, 4097, dtype=torch.float64)
        small = torch.logspace(-6, 0, 13, dtype=torch.float64)
        small = small[(small >= low) & (small <= high)]
        reached = self._apply(torch.cat([points, small]))
        return float(reached.min()), float(reached.max())

    def low_bits(self, x: Value) -> int:
        """Bits of the input code that go along the line; 0 for a direct table."""
        return max(0, x.format.width - (LONE_BITS if x.features == 1 else ENTRY_BITS))

    def entries(self, x: Value, y: Value) -> NDArray[np.int64]:
        """[depth, 2] codes (value, rise), entry 0 at the most negative input code."""
        return _entries(self, x.format, y.format, self.low_bits(x))

    def _frac(self, x: Value, y: Value) -> int:
        """Fraction bits of the entries."""
        return y.format.frac + (GUARD_BITS if self.low_bits(x) else 0)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        x, y = values[0], values[-1]
        low_bits, entries = self.low_bits(x), self.entries(x, y)
        ends = np.concatenate([entries[:, 0], entries.sum(axis=1)])
        return Exact(
            self._frac(x, y) + low_bits, int(ends.min()) << low_bits, int(ends.max()) << low_bits
        )

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
        low_bits = self.low_bits(x)
        entries = torch.from_numpy(self.entries(x, y)).to(torch.float64)
        code = inputs[0].to(torch.int64) + (1 << (x.format.width - 1))
        value, rise = entries[code >> low_bits].unbind(-1)
        return value * float(1 << low_bits) + rise * (code & ((1 << low_bits) - 1))

    def error(self, values: Sequence[Value]) -> float:
        """The largest distance from the function, over every input code; saturated ones apart."""
        x, y = values[0], values[-1]
        codes = torch.arange(x.format.lo, x.format.hi + 1, dtype=torch.float64)
        exact = self.integer([codes], {}, (x, y), Rows({}, 1))
        scaled = exact * math.ldexp(1.0, y.format.frac - self._frac(x, y) - self.low_bits(x))
        wanted = self._apply(codes * x.format.step) / y.format.step
        inside = (wanted >= y.format.lo) & (wanted <= y.format.hi)
        return float((scaled - wanted)[inside].abs().max())

    def kernel_params(self, site: Site) -> dict[str, int]:
        x, y = site.inputs[0], site.output
        return {
            "Lanes": site.lanes["y"],
            "WidthX": x.format.width,
            "LowBits": self.low_bits(x),
            "WidthEntry": self._entry_width(x, y),
            **cast_params(self.exact((x, y), {}, {}), y.format),
        }

    def _entry_width(self, x: Value, y: Value) -> int:
        entries = self.entries(x, y)
        return bits_for(int(entries.min()), int(entries.max()))

    def memories(self, site: Site) -> tuple[Memory, ...]:
        """The entries, one copy per lane: value in lane 0, rise in lane 1."""
        x, y = site.inputs[0], site.output
        entries = self.entries(x, y)
        return (Memory("entry", self._entry_width(x, y), entries, copies=site.lanes["y"]),)

    def cost(self, site: Site) -> Cost:
        x, y = site.inputs[0], site.output
        lanes, low_bits, entry = site.lanes["y"], self.low_bits(x), self._entry_width(x, y)
        exact = self.exact((x, y), {}, {})
        depth = 1 << (x.format.width - low_bits)
        total = Cost(interval=site.beats("y", y))
        if low_bits:
            registers = 2 * (low_bits + entry) + exact.width
            total += Cost(dsp=lanes, lut=lanes * exact.width, ff=lanes * registers, latency=2)
        total += memory_cost(2 * entry, depth, copies=lanes)
        return total + cast_cost(lanes, exact, y.format) + outlet_cost(lanes * y.format.width)


@functools.lru_cache(maxsize=256)
def _entries(op: Table, x: FixedType, y: FixedType, low_bits: int) -> NDArray[np.int64]:
    depth = 1 << (x.width - low_bits)
    codes = torch.arange(depth + 1, dtype=torch.float64) * (1 << low_bits) - (1 << (x.width - 1))
    exact = FUNCTIONS[op.function](codes * math.ldexp(1.0, -x.frac), op.alpha)
    guard = GUARD_BITS if low_bits else 0
    limit = math.ldexp(float(y.hi + 1), guard + 1)  # the line into saturation keeps its slope
    nodes = (exact * math.ldexp(1.0, y.frac + guard)).round().clamp(-limit, limit)
    rises = nodes.diff() if low_bits else torch.zeros(depth, dtype=torch.float64)
    return torch.stack([nodes[:-1], rises], dim=1).to(torch.int64).numpy()


def tabulate(b: Builder, x: Abstract, function: str, alpha: float = 1.0) -> Rowed:
    """function(x) lane by lane."""
    x = b.real(x)
    return replace(x, value=b.emit(Table(function, alpha), [x.value]))


@lowers("aten.sigmoid[_].default")
def lower_sigmoid(b: Builder, x: Abstract) -> Rowed:
    """1 / (1 + exp(-x))."""
    return tabulate(b, x, "sigmoid")


@lowers("aten.tanh[_].default")
def lower_tanh(b: Builder, x: Abstract) -> Rowed:
    """tanh(x)."""
    return tabulate(b, x, "tanh")


@lowers("aten.silu[_].default")
def lower_silu(b: Builder, x: Abstract) -> Rowed:
    """The input times its sigmoid."""
    return tabulate(b, x, "silu")


@lowers("aten.exp[_].default")
def lower_exp(b: Builder, x: Abstract) -> Rowed:
    """exp(x)."""
    return tabulate(b, x, "exp")


@lowers("aten.sqrt[_].default")
def lower_sqrt(b: Builder, x: Abstract) -> Rowed:
    """The square root; negative numbers give 0."""
    return tabulate(b, x, "sqrt")


@lowers("aten.rsqrt[_].default")
def lower_rsqrt(b: Builder, x: Abstract) -> Rowed:
    """1 / sqrt(x); numbers that are not positive give 0."""
    return tabulate(b, x, "rsqrt")


@lowers("aten.gelu[_].default")
def lower_gelu(b: Builder, x: Abstract, *, approximate: str = "none") -> Rowed:
    """The input times the normal distribution function of it, exact or by tanh."""
    return tabulate(b, x, "gelu_tanh" if approximate == "tanh" else "gelu")


@lowers("aten.elu[_].default")
def lower_elu(
    b: Builder, x: Abstract, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0
) -> Rowed:
    """The input where it is positive, else alpha * (exp(x) - 1)."""
    if scale != 1 or input_scale != 1:
        raise LoweringError("an ELU with its own scales", "use ELU(alpha)")
    return tabulate(b, x, "elu", float(alpha))


@lowers("aten.softplus.default")
def lower_softplus(b: Builder, x: Abstract, beta: float = 1.0, threshold: float = 20.0) -> Rowed:
    """log(1 + exp(x))."""
    if beta != 1:
        raise LoweringError(f"a softplus of beta {beta}", "use Softplus()")
    return tabulate(b, x, "softplus")
