"""Select: one of two rows by a mask, lane by lane."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from gengnn.fixed import round_codes
from gengnn.ir import Kind, Param, Value
from gengnn.ops.algebra import Term
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Op,
    Rows,
    Site,
    cast_cost,
    codes_range,
    outlet_cost,
)
from gengnn.ops.facts import Facts
from gengnn.ops.logical_not import Not
from gengnn.ops.lowering import Abstract, Const, Full, Rowed, number

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Select(Op):
    """a where the mask is set, else b; 1-lane operands are broadcast.

    Each operand is cast on its own; one that has the format of the result keeps its code.
    """

    kernel: ClassVar[str] = "select"
    is_rowwise: ClassVar[bool] = True
    ports: ClassVar[tuple[str, ...]] = ("mask", "a", "b")

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        widest = max(inputs, key=lambda value: value.features)
        return replace(widest, kind=Kind.REAL, target=None, bound=None)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        mask, a, b = _lanes(inputs, values)
        return torch.where(mask != 0, a, b).reshape(-1, *values[-1].shape)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        (low, high), (other_low, other_high) = inputs[1:]
        return min(low, other_low), max(high, other_high)

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts.common(inputs)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        form = values[-1].format
        low, high = _range(values[1:3], form.frac)
        return Exact(form.frac, math.floor(low) - 1, math.ceil(high) + 1)

    def hint(self, inputs: Sequence[Value], limits: Mapping[str, int]) -> Exact | None:
        frac = max(value.format.frac for value in inputs[1:])
        low, high = _range(inputs[1:], frac)
        return Exact(frac, int(low), int(high))

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        y = values[-1]
        mask, *sides = _lanes(inputs, values)
        scales = (math.ldexp(1.0, y.format.frac - value.format.frac) for value in values[1:3])
        first, second = (
            round_codes(side.to(torch.float64) * scale, y.format.rounding)
            for side, scale in zip(sides, scales, strict=True)
        )
        return torch.where(mask != 0, first, second).reshape(-1, *y.shape)

    def simpler(self, made: Term) -> Term | None:
        mask, a, b = made.terms
        if a is b:
            return a
        return Term(made.value, Select(), (mask.terms[0], b, a)) if mask.op == Not() else None

    def kernel_params(self, site: Site) -> dict[str, int]:
        mask, a, b = site.inputs
        y, whole = site.output.format, site.output.features
        return {
            "LanesM": site.lanes["mask"],
            "LanesA": site.lanes["a"],
            "LanesB": site.lanes["b"],
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "BroadcastM": int(mask.features == 1 < whole),
            "BroadcastA": int(a.features == 1 < whole),
            "BroadcastB": int(b.features == 1 < whole),
            "WidthA": a.format.width,
            "WidthB": b.format.width,
            "ShiftA": a.format.frac - y.frac,
            "ShiftB": b.format.frac - y.frac,
            "WidthY": y.width,
            "Rounding": y.rounding.code,
            "Overflow": y.overflow.code,
        }

    def cost(self, site: Site) -> Cost:
        lanes, y = site.lanes["y"], site.output.format
        casts = [
            cast_cost(lanes, Exact(v.format.frac, *codes_range(v)), y) for v in site.inputs[1:]
        ]
        held = lanes * sum(c.latency < max(c.latency for c in casts) for c in casts)
        total = Cost(
            lut=lanes * y.width + sum(c.lut for c in casts),
            ff=lanes * (y.width + 2) + sum(c.ff for c in casts) + held * y.width,
            interval=site.beats("y", site.output),
            latency=1 + max(c.latency for c in casts),
        )
        return total + outlet_cost(lanes * y.width)


def _range(values: Sequence[Value], frac: int) -> tuple[float, float]:
    """The codes that some values can have with `frac` fraction bits."""
    ends = [end * 2.0 ** (frac - v.format.frac) for v in values for end in codes_range(v)]
    return min(ends), max(ends)


def _lanes(inputs: Sequence[Tensor], values: Sequence[Value]) -> list[Tensor]:
    """The operands as [rows, F] or, for a broadcast one, [rows, 1]."""
    return [x.reshape(x.shape[0], v.features) for x, v in zip(inputs, values, strict=False)]


def select(b: Builder, mask: Rowed, x: Abstract, y: Abstract) -> Rowed:
    """Emit x where the mask is set, else y; either may be constant, one lane stays one lane."""
    parts = [mask, *(_numbers(b, mask, part) for part in (x, y))]
    for _ in range(2):
        for first, second in ((0, 1), (0, 2), (1, 2)):
            parts[first], parts[second] = b.align(parts[first], parts[second])
    return replace(parts[1], value=b.emit(Select(), [part.value for part in parts]))


def _numbers(b: Builder, like: Rowed, x: Abstract) -> Rowed:
    """An operand as numbers; a constant is put on the rows of the mask."""
    const = number(x) or x
    if not isinstance(const, (Const, Full)):
        return b.real(x)
    lanes = const.data.astype("float64")
    if isinstance(const, Full):
        return b.fill(replace(const, data=lanes))
    return b.beside(like, Const(lanes))
