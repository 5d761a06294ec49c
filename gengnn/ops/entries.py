"""The entries of a table: a line for each, and the spacing that is accurate at the least cost."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gengnn.fixed import FixedType, bits_for
from gengnn.ops.cost import memory_cost
from gengnn.ops.functions import FAR, FUNCTIONS, UP, evaluate
from gengnn.ops.spacing import PROBE_BITS, Spacing, octaves, probes, windows

GUARD_BITS = 3
"""Extra fraction bits of entries between which the table goes along a line."""

WANTED = 0.25
"""The error, in steps of the output before rounding, below which a smaller table is preferred."""

PLAIN_BITS = 16
"""Wider outputs are for numbers of many magnitudes; they may be off as far as one of so many."""

ROUGH = 7
"""Every how many codes a table is measured on before it is chosen."""

FASTER = 4.0
"""How much more an error may fall than by the rule for smooth functions."""

FEW_BITS = 5
"""Tables of up to 2**FEW_BITS entries are all tried: bends may fall between their lines."""

FINALISTS = 3
"""Tables that are measured on all codes when none is accurate."""

LUT_PER_BRAM18 = 300
"""LUTs of a part for each of its RAMB18 blocks: the rate at which memories are compared."""


@dataclass(frozen=True)
class Plan:
    """A table: `entries` [depth, 2] hold (value, rise along the whole line) of each entry.

    The exact result is value * 2**along_bits + rise * along, with `guard` + along_bits more
    fraction bits than the output; an odd function's table is for magnitudes, and negative codes
    have the result negated. `error` is its largest distance from the function in steps of the
    output, over the codes of `probes` (all of them up to 16 bits); where the function leaves the
    format, the nearest value of the format is meant.
    """

    spacing: Spacing
    entries: NDArray[np.int64]
    guard: int
    is_odd: bool = False
    error: float = 0.0

    @property
    def is_flat(self) -> bool:
        """Whether no entry rises, so that none needs a line."""
        return not self.entries[:, 1].any()

    @property
    def along_bits(self) -> int:
        """Bits along the line; 0 without one."""
        return 0 if self.is_flat else self.spacing.along_bits

    @property
    def widths(self) -> tuple[int, int]:
        """Bits of a value, and of a rise."""
        value, rise = (bits_for(int(e.min()), int(e.max())) for e in self.entries.T)
        return value, rise

    def of_distance(self, distance: Tensor) -> Tensor:
        """The exact results (float64) at int64 distances."""
        index, along = self.spacing.locate(distance)
        value, rise = torch.from_numpy(self.entries).to(torch.float64)[index].unbind(-1)
        if self.is_flat:
            return value
        return value * float(1 << self.along_bits) + rise * along

    def exact(self, codes: Tensor) -> Tensor:
        """The exact results (float64) for int64 codes."""
        result = self.of_distance(self.spacing.distance(codes))
        return torch.where(codes < 0, -result, result) if self.is_odd else result


class Target:
    """What a table is to hold: the function `name` of codes of `x`, in steps of the output `y`."""

    def __init__(
        self, name: str, values: tuple[float, ...], x: FixedType, y: FixedType, bits: int
    ) -> None:
        """At most 2**`bits` entries."""
        self.name, self.values, self.x, self.y, self.bits = name, values, x, y, bits
        self.function = FUNCTIONS[name]
        self.anchors = [self._anchor(*anchor) for anchor in self.function.anchors(*values)]
        places = tuple(code for code, _ in self.anchors)
        self.codes = probes(x, places)
        self.allowed = WANTED * 2.0 ** max(0, y.width - PLAIN_BITS)
        self.wanted = self._clamped(self.steps(self.codes.to(torch.float64)))

    def steps(self, codes: Tensor) -> Tensor:
        """The function of float64 codes, in steps of the output."""
        return evaluate(self.name, self.values, codes * self.x.step) / self.y.step

    def _clamped(self, steps: Tensor) -> Tensor:
        return steps.clamp(self.y.lo, self.y.hi)

    def _anchor(self, place: float, side: int) -> tuple[int, int]:
        """The code of an anchor; of FAR, the code nearest to 0 at which the output saturates."""
        if math.isfinite(place):
            code = place / self.x.step
            nearest = math.floor(code) if side == UP else math.ceil(code)
            return min(max(nearest, self.x.lo - 1), self.x.hi + 1), side
        found, bound = (self.x.hi, 0) if place == FAR else (self.x.lo, -1)
        step = 1 << max(0, self.x.width - PROBE_BITS)
        codes = torch.arange(self.x.lo, self.x.hi + 1, step, dtype=torch.float64)
        codes = codes[codes > 0] if self.function.parity else codes
        over = codes[self.steps(codes).abs() > self.y.hi]
        if over.numel():
            found = int(over[bound])
        return found, side

    def candidates(self, bits: int) -> Iterator[Spacing]:
        """The tables with about 2**bits entries."""
        mirrored = self.function.parity != 0
        yield from windows(self.x, mirrored, bits)
        for code, side in self.anchors:
            yield from octaves(self.x, code, side != UP, mirrored, bits)

    def plan(self, spacing: Spacing) -> Plan:
        """The best line of each entry, and the error of the table."""
        guard = GUARD_BITS if spacing.low_bits else 0
        distance = spacing.samples(self.x)
        steps = self.steps(spacing.codes(distance)).nan_to_num(0.0, math.inf, -math.inf)
        limit = math.ldexp(float(self.y.hi + 1), guard + 1)  # lines into saturation keep a slope
        nodes = (steps * math.ldexp(1.0, guard)).clamp(-limit, limit)
        _, along = spacing.locate(distance)
        span = (along[:, -1] - along[:, 0]).to(torch.float64)
        rise = (nodes[:, -1] - nodes[:, 0]) * float(1 << spacing.along_bits)
        rise = torch.where(span > 0, rise / span.clamp(min=1), 0.0).round()
        rest = nodes - rise[:, None] * along * math.ldexp(1.0, -spacing.along_bits)
        value = ((rest.amin(1) + rest.amax(1)) / 2).round()
        entries = torch.stack([value, rise], dim=1).to(torch.int64).numpy()
        rough = Plan(spacing, entries, guard, spacing.mirrored and self.function.parity < 0)
        return replace(rough, error=self.error(rough, ROUGH))

    def error(self, plan: Plan, stride: int = 1) -> float:
        """The error of a table, over all codes or every `stride`-th."""
        exact = plan.exact(self.codes[::stride])
        got = self._clamped(exact * math.ldexp(1.0, -plan.guard - plan.along_bits))
        return float((got - self.wanted[::stride]).abs().nan_to_num(0.0).max())


def _cost(plan: Plan) -> tuple[int, float]:
    """What a table takes, in LUTs; of two equal ones the more accurate is better."""
    memory = memory_cost(sum(plan.widths), plan.spacing.depth)
    logic = 4 * plan.spacing.window if plan.spacing.by_octave else 0
    return memory.lut + LUT_PER_BRAM18 * memory.bram18 + logic, plan.error


class Search:
    """The search for the table with the fewest entries whose error is within WANTED.

    A line's error falls by four when the entries stand twice as close. Where a table is too far
    from WANTED to reach it so, a factor of FASTER granted, its kin with a few more entries are
    left out.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.hopeful: dict[tuple[int, int, bool], int] = {}

    def level(self, bits: int) -> Plan | None:
        """The cheapest accurate table with about 2**bits entries."""
        plans, allowed = [], self.target.allowed
        for spacing in self.target.candidates(bits):
            if bits <= FEW_BITS or self.hopeful.get(spacing.family, 0) <= bits:
                plan = self.target.plan(spacing)
                plans.append(plan)
                steps = math.log(max(plan.error, allowed) / allowed / FASTER, 4)
                self.hopeful[spacing.family] = bits + math.ceil(steps)
        for plan in sorted((p for p in plans if p.error <= allowed), key=_cost):
            error = self.target.error(plan)
            if error <= allowed:
                return replace(plan, error=error)
        return None


def _best(target: Target) -> Plan:
    """The most accurate table of all those with the most entries."""
    plans = [target.plan(spacing) for spacing in target.candidates(target.bits)]
    few = sorted(plans, key=lambda plan: plan.error)[:FINALISTS]
    measured = (replace(plan, error=target.error(plan)) for plan in few)
    return min(measured, key=lambda plan: plan.error)


@functools.lru_cache(maxsize=256)
def choose(name: str, values: tuple[float, ...], x: FixedType, y: FixedType, bits: int) -> Plan:
    """The table of function `name` from format `x` to format `y`, of at most 2**`bits` entries.

    Inputs of up to `bits` bits have an entry for every code. Otherwise evenly spaced windows of
    every size and octaves from each anchor are tried and measured, with more and more entries
    until the error is at most WANTED; where none is so good, the most accurate one is taken.
    """
    target = Target(name, values, x, y, bits)
    if x.width <= bits:
        plan = target.plan(Spacing(x.width, 0, x.lo))
        return replace(plan, error=target.error(plan))
    search = Search(target)
    found = (search.level(level) for level in range(1, bits + 1))
    return next((plan for plan in found if plan), None) or _best(target)
