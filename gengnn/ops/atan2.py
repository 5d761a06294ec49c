"""Atan2: the angle of a vector, lane by lane, by rotating it onto the x axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.base import (
    SHALLOW_DEPTH,
    Approximation,
    Cost,
    Exact,
    Interval,
    Op,
    Rows,
    Setting,
    Site,
    cast_cost,
    cast_params,
    outlet_cost,
)
from gengnn.ops.lowering import Abstract, Full, LoweringError, Rowed, lowers, number
from gengnn.ops.pairs import align_pair, infer_pair, pair_params

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder

GUARD_BITS = 5
"""Fraction bits of the angle beyond the output's."""

MOST_BITS = 29
"""Fraction bits of the angle at the most, so that pi stays below 2**31, and bits of the vector
beyond the operands' own, so that a rotation takes one cycle.
"""

STEP_BITS = 4
"""How many more rotations than fraction bits of the output."""

VECTOR_BITS = 7
"""How many more bits of the vector than fraction bits of the output."""

SLACK = 0.1
"""How far beyond pi the exact result stays, in radians; its error is far below that."""


@dataclass(frozen=True)
class Atan2(Op):
    """The angle of the vector (x=b, y=a) in -pi..pi, 0 for the zero vector.

    The integer meaning is CORDIC in vectoring mode (Volder 1959). Both magnitudes are brought to
    one binary point and moved up together until the larger one fills `vector` bits. Rotation i
    turns the vector by atan(2**-i), rounded to the angle's fraction bits, towards the x axis:
    x += d * (y >> i), y -= d * (x >> i), z += d * atan(2**-i), with d the sign of y, all shifts
    rounding down. Signs of a and b put z into its quadrant. Where a is 0, z is exactly 0.
    """

    kernel: ClassVar[str] = "atan2"
    ports: ClassVar[tuple[str, ...]] = ("a", "b")
    is_rowwise: ClassVar[bool] = True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return infer_pair(inputs)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        a, b = align_pair(inputs, values)
        return torch.atan2(a, b).reshape(-1, *values[-1].shape)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        low, high = inputs[0]
        return -math.pi if low < 0 else 0.0, math.pi if high >= 0 else 0.0

    def _frac(self, y: Value) -> int:
        """Fraction bits of the angle."""
        return min(max(y.format.frac, 0) + GUARD_BITS, MOST_BITS)

    def _steps(self, y: Value) -> int:
        """Rotations."""
        return max(y.format.frac, 0) + STEP_BITS

    def _shifts(self, values: Sequence[Value]) -> tuple[int, int]:
        """Left shifts that bring a and b to one binary point."""
        fracs = [value.format.frac for value in values[:2]]
        return max(fracs) - fracs[0], max(fracs) - fracs[1]

    def _vector(self, values: Sequence[Value]) -> int:
        """Bits of the larger magnitude once it is moved up."""
        widths = zip((value.format.width for value in values), self._shifts(values), strict=False)
        wanted = min(values[-1].format.frac + VECTOR_BITS, MOST_BITS)
        return max(*(width + shift for width, shift in widths), wanted)

    def angles(self, y: Value) -> tuple[int, ...]:
        """The angle of each rotation, in steps of the exact result."""
        frac = self._frac(y)
        return tuple(round(math.ldexp(math.atan(2.0**-i), frac)) for i in range(self._steps(y)))

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        frac = self._frac(values[-1])
        most = math.ceil(math.ldexp(math.pi + SLACK, frac))
        return Exact(frac, -most, most)

    def hint(self, inputs: Sequence[Value], limits: Mapping[str, int]) -> Exact | None:
        return None

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        a, b = (x.to(torch.int64) for x in align_pair(inputs, values))
        a, b = a + torch.zeros_like(b), b + torch.zeros_like(a)
        up_a, up_b = self._shifts(values)
        y, x = a.abs() << up_a, b.abs() << up_b
        length = torch.frexp((x | y).to(torch.float64)).exponent.to(torch.int64)
        free = self._vector(values) - length
        angle = _rotated(x << free, y << free, self.angles(values[-1]))
        angle = torch.where(a == 0, 0, angle)
        half_turn = round(math.ldexp(math.pi, self._frac(values[-1])))
        angle = torch.where(b < 0, half_turn - angle, angle)
        angle = torch.where(a < 0, -angle, angle)
        return angle.to(torch.float64).reshape(-1, *values[-1].shape)

    def error(self, values: Sequence[Value]) -> float:
        """A bound: the last rotation, all angles' rounding, and what the shifts drop."""
        steps, frac = self._steps(values[-1]), self._frac(values[-1])
        rest = 2.0 ** (1 - steps) + (steps + 1) * 2.0 ** (-frac - 1)
        dropped = 1.5 * steps * 2.0 ** (1 - self._vector(values))
        return (rest + dropped) / values[-1].format.step

    def approximation(self, values: Sequence[Value]) -> Approximation:
        return Approximation("atan2", 0, self.error(values))

    def kernel_params(self, site: Site) -> Mapping[str, Setting]:
        values = (*site.inputs, site.output)
        up_a, up_b = self._shifts(values)
        return {
            **pair_params(site),
            "ShiftA": up_a,
            "ShiftB": up_b,
            "WidthV": self._vector(values),
            "Steps": self._steps(site.output),
            "Angles": self.angles(site.output),
            "HalfTurn": round(math.ldexp(math.pi, self._frac(site.output))),
            **cast_params(self.exact(values, {}, {}), site.output.format),
        }

    def cost(self, site: Site) -> Cost:
        values = (*site.inputs, site.output)
        lanes, exact, y = site.lanes["y"], self.exact(values, {}, {}), site.output.format
        vector, steps = self._vector(values), self._steps(site.output)
        per_step = 2 * (vector + 3) + exact.width
        total = Cost(
            lut=lanes * (steps * per_step + vector * (vector.bit_length() + 4)),
            ff=lanes * (steps * (per_step + 3) + 6 * vector),
            interval=site.beats("y", site.output),
            latency=steps + 4,
        )
        total += cast_cost(lanes, exact, y) + outlet_cost(lanes * y.width)
        is_deep = total.latency + 1 > SHALLOW_DEPTH
        return total + Cost(lut=lanes * y.width if is_deep else 0, latency=int(is_deep))


def _rotated(x: Tensor, y: Tensor, angles: Sequence[int]) -> Tensor:
    """The angle of int64 vectors in the first quadrant, after a rotation by each of `angles`."""
    z = torch.zeros_like(x)
    for i, angle in enumerate(angles):
        is_above = y >= 0
        down_x, down_y = x >> i, y >> i
        x = torch.where(is_above, x + down_y, x - down_y)
        y = torch.where(is_above, y - down_x, y + down_x)
        z = torch.where(is_above, z + angle, z - angle)
    return z


@lowers("aten.atan2[_].default", "aten.arctan2.default")
def lower_atan2(b: Builder, y: Abstract, x: Abstract) -> Rowed:
    """The angle of the vector (x, y)."""
    if any(isinstance(number(told) or told, Full) or number(told) for told in (y, x)):
        raise LoweringError("takes the angle of a constant and a number", "use atan of a quotient")
    first, second = b.align(b.real(y), b.real(x))
    return replace(first, value=b.emit(Atan2(), [first.value, second.value]))
