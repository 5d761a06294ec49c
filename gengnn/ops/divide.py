"""Divide: the quotient of two rows, lane by lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.affine import Affine
from gengnn.ops.algebra import Made
from gengnn.ops.base import (
    SHALLOW_DEPTH,
    Cost,
    Exact,
    Interval,
    Op,
    Rows,
    Site,
    cast_cost,
    cast_params,
    outlet_cost,
)
from gengnn.ops.facts import Facts
from gengnn.ops.lowering import Abstract, Const, Full, Rowed, number
from gengnn.ops.pairs import align_pair, infer_pair, pair_params

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder

GUARD_BITS = 2
"""Fraction bits of the quotient beyond the output's: a half, and whether there is more."""

CHUNK_BITS = 16
"""Quotient bits that the reference computes at a time, so that it stays within 64 bits."""

PAIRED_BITS = 24
"""Widest divisor for which two bits of the quotient per stage fit between registers."""

SMALLEST = 2.0**-32
"""The smallest divisor that the bounds of a quotient allow for."""


@dataclass(frozen=True)
class Divide(Op):
    """a / b, and 0 where b is 0; a 1-lane operand is broadcast.

    The integer meaning is the quotient, correctly rounded in every mode. Its magnitude has
    GUARD_BITS more fraction bits than the output, rounded down, and the last of them is set when
    the division leaves a remainder: no rounding mode can tell that from the exact quotient. A
    magnitude of 2**width output steps or more counts as just below that, outside every format.
    A divisor of 0 gives 0, as PyG's masked normalisations do. With `is_mean` the dividend is a sum
    that is large where its divisor is, and keeps a wide format.
    """

    is_mean: bool = False

    kernel: ClassVar[str] = "divide"
    is_rowwise: ClassVar[bool] = True
    ports: ClassVar[tuple[str, ...]] = ("a", "b")

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
        quotient = torch.where(b != 0, a / torch.where(b != 0, b, 1.0), 0.0)
        return quotient.reshape(-1, *values[-1].shape)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        low, high = inputs[1]
        ends = [end for end in (low, high) if abs(end) >= SMALLEST]
        ends += [SMALLEST] * (low < SMALLEST < high) + [-SMALLEST] * (low < -SMALLEST < high)
        quotients = [a / b for a in inputs[0] for b in ends]
        quotients += [0.0] * (low <= 0.0 <= high)
        return min(quotients), max(quotients)

    def quotient_bits(self, values: Sequence[Value]) -> tuple[int, int]:
        """Bits of the quotient's magnitude, and the left shift of the dividend before it."""
        a, b, y = (value.format for value in values)
        shift = y.frac + GUARD_BITS + b.frac - a.frac
        bits = max(1, min(y.width + GUARD_BITS, a.width + shift))
        return bits, max(-a.width, min(shift, bits + b.width - 1))

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts.sign(inputs)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        most = (1 << self.quotient_bits(values)[0]) - 1
        return Exact(values[-1].format.frac + GUARD_BITS, -most, most)

    def hint(self, inputs: Sequence[Value], limits: Mapping[str, int]) -> Exact | None:
        return None

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        bits, shift = self.quotient_bits(values)
        a, b = (x.to(torch.int64) for x in align_pair(inputs, values))
        size = magnitude(a.abs(), b.abs().clamp(min=1), shift, bits)
        quotient = a.sign() * b.sign() * size
        return quotient.to(torch.float64).reshape(-1, *values[-1].shape)

    def given(self, place: int, constant: float, lanes: int) -> Made | None:
        """A constant divisor; divided by 0 all is 0."""
        if place == 0:
            return None
        scale = 1.0 / constant if constant else 0.0
        return Affine(), {"scale": np.full(lanes, scale), "shift": np.zeros(lanes)}

    @property
    def fine_ports(self) -> tuple[str, ...]:
        return ("a",) if self.is_mean else ()

    def kept_from(self, inputs: Sequence[str], more: Sequence[int]) -> Sequence[int]:
        return [place for place in more if place == 0]

    def kernel_params(self, site: Site) -> dict[str, int]:
        values = (*site.inputs, site.output)
        bits, shift = self.quotient_bits(values)
        return {
            **pair_params(site),
            "Bits": bits,
            "ShiftA": shift,
            "PerStage": self._per_stage(site),
            **cast_params(self.exact(values, {}, {}), site.output.format),
        }

    @staticmethod
    def _per_stage(site: Site) -> int:
        """Bits of the quotient that a stage finds."""
        return 2 if site.inputs[1].format.width <= PAIRED_BITS else 1

    def cost(self, site: Site) -> Cost:
        values = (*site.inputs, site.output)
        lanes, exact, y = site.lanes["y"], self.exact(values, {}, {}), site.output.format
        bits, _ = self.quotient_bits(values)
        first, second = (value.format.width for value in site.inputs)
        stages, sums, kept, more = bits, second, 2 * second + 1, bits
        if self._per_stage(site) > 1:
            stages, sums, kept, more = (bits + 1) // 2, 4 * second + 10, 3 * second + 2, 0
        total = Cost(
            lut=lanes * (first + second + stages * sums + 2 * bits + 4 * more),
            ff=lanes * (first + second + (stages + 1) * kept + 3 * more + 30),
            interval=site.beats("y", site.output),
            latency=stages + 4,
        )
        total += cast_cost(lanes, exact, y) + outlet_cost(lanes * y.width)
        is_deep = total.latency + 1 > SHALLOW_DEPTH
        return total + Cost(lut=lanes * y.width if is_deep else 0, latency=int(is_deep))


def magnitude(dividend: Tensor, divisor: Tensor, shift: int, bits: int) -> Tensor:
    """The quotient dividend * 2**shift / divisor, rounded down; its last bit also tells of a rest.

    `dividend` and `divisor` are int64 below 2**32, not negative and positive; the result is at
    most 2**bits - 1.
    """
    lost = torch.zeros_like(dividend, dtype=torch.bool)
    if shift < 0:
        dividend, lost = dividend >> -shift, dividend & ((1 << -shift) - 1) != 0
    quotient, rest = dividend // divisor, dividend % divisor
    for done in range(0, max(shift, 0), CHUNK_BITS):
        chunk = min(CHUNK_BITS, shift - done)
        rest = rest << chunk
        quotient = ((quotient << chunk) + rest // divisor).clamp(max=1 << bits)
        rest = rest % divisor
    return (quotient | (lost | (rest != 0)).to(torch.int64)).clamp(max=(1 << bits) - 1)


def divide(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """Emit x / y; one of them may be constant."""
    dividend, divisor = number(x) or x, number(y) or y
    if isinstance(dividend, (Const, Full)):
        second, lanes = b.vector(b.real(y), dividend)
        given = b.fill_lanes(lanes, second.value.space)
        return replace(second, value=b.emit(Divide(), [given, second.value]))
    if isinstance(divisor, (Const, Full)):
        first, lanes = b.vector(b.real(x), divisor)
        given = b.fill_lanes(lanes, first.value.space)
        return replace(first, value=b.emit(Divide(), [first.value, given]))
    first, second = b.align(b.real(x), b.real(y))
    return replace(first, value=b.emit(Divide(), [first.value, second.value]))
