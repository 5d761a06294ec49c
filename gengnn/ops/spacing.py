"""Where the entries of a table stand: evenly in a window of codes, or by octave from an anchor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gengnn.fixed import FixedType

MAX_ALONG = 16
"""Bits of the way along an entry's line that count."""

PARTS = 8
"""Parts into which an entry's codes are cut to place its line."""


@dataclass(frozen=True)
class Spacing:
    """How an input code chooses an entry and how far along its line the code lies.

    A `mirrored` table is for the code's magnitude. The distance from `anchor`, upwards or (if
    `is_reversed`) downwards, has `window` bits inside the table. Spaced evenly, its high bits
    are the entry and its `low_bits` low bits go along the line; the lines of the first and the
    last entry are continued to the ends of the format. Spaced `by_octave`, entry 0 is for all
    codes that are not beyond the anchor; the position of the leading one and the bits after it
    choose the entry, and the bits below, moved up to `low_bits` bits, go along the line.
    """

    window: int
    low_bits: int
    anchor: int
    by_octave: bool = False
    is_reversed: bool = False
    mirrored: bool = False

    @property
    def head(self) -> int:
        """Bits after the leading one that choose the entry within an octave."""
        return self.window - self.low_bits - 1

    @property
    def depth(self) -> int:
        """Entries."""
        if self.by_octave:
            return (self.low_bits + 2) << self.head
        return 1 << (self.window - self.low_bits)

    @property
    def along_bits(self) -> int:
        """Bits along the line from an entry to the next one."""
        return min(self.low_bits, MAX_ALONG)

    @property
    def offset(self) -> int:
        """The distance of code 0."""
        return self.anchor if self.is_reversed else -self.anchor

    def distance(self, codes: Tensor) -> Tensor:
        """How far int64 `codes` lie beyond the anchor."""
        size = codes.abs() if self.mirrored else codes
        return self.offset + (-size if self.is_reversed else size)

    def locate(self, distance: Tensor) -> tuple[Tensor, Tensor]:
        """The entry of each int64 distance, and how far along its line: 2**-along_bits steps."""
        dropped = self.low_bits - self.along_bits
        if not self.by_octave:
            index = (distance >> self.low_bits).clamp(0, self.depth - 1)
            return index, (distance >> dropped) - (index << self.along_bits)
        distance = distance.clamp(0, (1 << self.window) - 1)
        length = torch.frexp(distance.to(torch.float64)).exponent.to(torch.int64)
        below = (length - self.head - 1).clamp(min=0)
        rest = (distance << (self.low_bits - below)) & ((1 << self.low_bits) - 1)
        return (below << self.head) + (distance >> below), rest >> dropped

    def samples(self, x: FixedType) -> Tensor:
        """Distances [depth, PARTS + 1] of codes of each entry, the first and the last among them.

        An entry that no code of format `x` reaches has some all the same.
        """
        index = torch.arange(self.depth)
        if self.by_octave:
            below = ((index >> self.head) - 1).clamp(min=0)
            first = (index - (below << self.head)) << below
        else:
            below = torch.full_like(index, self.low_bits)
            first = index << self.low_bits
        last = first + (1 << below) - 1
        lowest, highest = self.reach(x)
        if not self.by_octave:
            first[0], last[-1] = min(0, lowest), max(int(last[-1]), highest)
        parts = torch.arange(PARTS + 1)
        return first[:, None] + (last - first)[:, None] * parts // PARTS

    def reach(self, x: FixedType) -> tuple[int, int]:
        """The smallest and the largest distance of codes of `x`."""
        ends = [0, -x.lo if not self.by_octave else x.hi] if self.mirrored else [x.lo, x.hi]
        told = [self.offset + (-end if self.is_reversed else end) for end in ends]
        return min(told), max(told)

    def codes(self, distance: Tensor) -> Tensor:
        """The codes at these distances, as float64; beyond the ends of the format too."""
        return ((-distance if self.is_reversed else distance) + self.anchor).to(torch.float64)

    @property
    def family(self) -> tuple[int, int, bool]:
        """What tables have in common that differ in their number of entries only."""
        return self.window, self.anchor, self.by_octave

    def along_range(self, x: FixedType) -> tuple[int, int]:
        """The least and the most that a code of `x` can lie along a line."""
        _, along = self.locate(self.samples(x))
        return int(along.min()), int(along.max())

    def __str__(self) -> str:
        """How many entries, and where."""
        if self.depth == 1 << self.window:
            return f"{self.depth} direct entries"
        return f"{self.depth} entries " + ("by octave" if self.by_octave else "evenly spaced")


def windows(x: FixedType, mirrored: bool, bits: int) -> Iterator[Spacing]:
    """Evenly spaced tables of 2**bits entries: around 0, above it, and below it."""
    whole = x.width - mirrored
    for window in range(min(bits, whole), whole + 1):
        half = -(1 << (window - 1))
        anchors = {0} if mirrored else {half, 0, 2 * half} if window < whole else {half}
        for anchor in sorted(anchors):
            yield Spacing(window, window - min(bits, window), anchor, mirrored=mirrored)


def octaves(
    x: FixedType, anchor: int, is_reversed: bool, mirrored: bool, bits: int
) -> Iterator[Spacing]:
    """The octave-spaced table of more than 2**(bits - 1) and at most 2**bits entries, if any."""
    _, most = Spacing(1, 0, anchor, True, is_reversed, mirrored).reach(x)
    window = max(most, 1).bit_length()
    for head in range(window - 1):
        spacing = Spacing(window, window - 1 - head, anchor, True, is_reversed, mirrored)
        if 1 << bits < 2 * spacing.depth <= 2 << bits:
            yield spacing


def probes(x: FixedType, anchors: Sequence[int]) -> Tensor:
    """Codes (int64) to measure the error of a table on: all of up to 16 bits, else a choice.

    The choice has 2**15 codes evenly spread, and codes around 0 and around each anchor at
    distances of every size.
    """
    if x.width <= PROBE_BITS:
        return torch.arange(x.lo, x.hi + 1)
    spread = np.linspace(x.lo, x.hi, 1 << (PROBE_BITS - 1))
    sizes = 2.0 ** np.linspace(0.0, x.width, x.width * 256)
    near = [place + side * sizes for place in (0, *anchors) for side in (-1, 1)]
    exact = [np.arange(place - NEAR, place + NEAR) for place in (0, *anchors)]
    chosen = np.concatenate([spread, *near, *exact]).round().astype(np.int64)
    return torch.from_numpy(np.unique(chosen.clip(x.lo, x.hi)))


PROBE_BITS = 16
"""Formats up to this width are measured code by code."""

NEAR = 1024
"""Codes on each side of an anchor that are measured in any format."""
