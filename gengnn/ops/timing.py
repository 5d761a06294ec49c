"""Timing: when the rows of a stream come, and how a unit passes that on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gengnn.ops.cost import Cost

Cycles = NDArray[np.float64]


class Arrivals(NamedTuple):
    """The cycles of a graph's rows on a stream: first and last beat of each, and the end token."""

    first: Cycles
    last: Cycles
    end: float

    @property
    def is_whole(self) -> bool:
        """Whether rows are known to come in one beat: both cycles are one array."""
        return self.first is self.last

    def from_cycle(self, cycle: float) -> Arrivals:
        """The same, nothing before `cycle`."""
        if cycle <= 0:
            return self
        first = np.maximum(self.first, cycle)
        last = first if self.is_whole else np.maximum(self.last, cycle)
        return Arrivals(first, last, max(self.end, cycle))

    def rows(self, chosen: NDArray[np.int64]) -> Arrivals:
        """The rows `chosen`, the end where it was."""
        return Arrivals(self.first[chosen], self.last[chosen], self.end)


def steady(start: float, rows: int, interval: float) -> Arrivals:
    """Rows one after the other from cycle `start` on."""
    first: Cycles = start + interval * np.arange(rows, dtype=np.float64)
    return Arrivals(first, first + interval - 1, start + interval * rows)


@lru_cache(maxsize=4096)
def _ramp(rows: int, interval: float) -> Cycles:
    """Multiples of an interval, to read only."""
    return interval * np.arange(rows, dtype=np.float64)


def paced(ready: Cycles, interval: float, free: float) -> Cycles:
    """When rows start that are `ready`, at least `interval` apart, the first not before `free`."""
    steps = _ramp(len(ready), interval)
    started: Cycles = np.maximum.accumulate(np.maximum(ready, free) - steps) + steps
    return started


def joined(inputs: Sequence[Arrivals]) -> Arrivals:
    """Rows that come together."""
    if len(inputs) == 1:
        return inputs[0]
    first = last = reduce(np.maximum, [entry.first for entry in inputs])
    if not all(entry.is_whole for entry in inputs):
        last = reduce(np.maximum, [entry.last for entry in inputs])
    return Arrivals(first, last, max([entry.end for entry in inputs]))


class Turn(NamedTuple):
    """One graph at a unit: the rows of its inputs, the unit's speed, and since when it is free.

    A row of each input has `taken` beats, one of the result `beats`; `codes` are the integers on
    INDEX and MASK ports, empty for others.
    """

    inputs: Sequence[Arrivals]
    taken: Sequence[int]
    codes: Sequence[NDArray[np.int64]]
    cost: Cost
    beats: int
    free: float

    def passed(self, rows: Arrivals) -> Arrivals:
        """The result where every row of it is made of one of `rows`."""
        return passed(rows, self.cost, self.beats, self.free)


def streamed(rows: Arrivals, at: Turn) -> Arrivals:
    """A matrix unit that takes the beats of a row, `at.taken[0]` of them, as they come.

    A block of results is there when all of its beats are; most rows are one block.
    """
    blocks = max(1, at.beats * at.taken[0] // at.cost.interval)
    columns = at.beats // blocks
    steps = (at.taken[0] // blocks - 1) * columns  # until the last beat of a block
    came = rows.first + (rows.last - rows.first) / blocks
    start = paced(np.maximum(rows.first, came - steps), at.cost.interval, at.free)
    first = start + at.cost.latency
    spread = at.cost.interval * (blocks - 1) / blocks + columns - 1
    last = np.maximum(first + spread, rows.last + at.cost.latency - steps + columns - 1)
    end = max(rows.end + at.cost.latency - steps, last[-1] + 1 if len(last) else at.free)
    return Arrivals(first, last, end)


def passed(rows: Arrivals, cost: Cost, beats: int, free: float) -> Arrivals:
    """A unit that makes a row of `beats` beats of each row, free from cycle `free` on."""
    scan = cost.scan * len(rows.first)
    start = paced(rows.first, cost.interval + scan, free)
    first = start + (cost.latency + scan)
    if beats == 1 and rows.is_whole:
        last = first
    else:
        spread = (beats - 1) * max(1.0, cost.interval / beats)
        last = np.maximum(first + spread, rows.last + cost.latency)
    end = max(rows.end + cost.latency, last.item(-1) + 1 if len(last) else free)
    return Arrivals(first, last, end)
