"""What a unit takes on the part: resources of memories, casts and outlets."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gengnn.fixed import FixedType

if TYPE_CHECKING:
    from gengnn.ops.base import Exact


@dataclass(frozen=True)
class Cost:
    """What one unit takes on the part, and how long.

    `interval` is cycles per row once running, `latency` cycles from a row's first beat in to
    its first beat out. Where every row meets every other, `scan` is the cycles that a meeting
    takes, on top of both.
    """

    dsp: int = 0
    lut: int = 0
    ff: int = 0
    bram18: int = 0
    uram: int = 0
    interval: int = 1
    latency: int = 1
    scan: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        """Both units side by side."""
        return Cost.total((self, other))

    @classmethod
    def total(cls, costs: Iterable[Cost]) -> Cost:
        """All units side by side."""
        every = list(costs)
        return cls(
            sum([cost.dsp for cost in every]),
            sum([cost.lut for cost in every]),
            sum([cost.ff for cost in every]),
            sum([cost.bram18 for cost in every]),
            sum([cost.uram for cost in every]),
            max([cost.interval for cost in every], default=0),
            sum([cost.latency for cost in every]),
            max([cost.scan for cost in every], default=0.0),
        )


def cast_cost(lanes: int, exact: Exact, to: FixedType) -> Cost:
    """The cast of each lane: a register behind the saturation, and one behind the rounding."""
    kept = exact.width - (exact.frac - to.frac)
    rounded = max(kept, 1) + 1 if exact.frac > to.frac else 0
    return Cost(
        lut=lanes * (to.width + 4) if kept >= to.width else 0,
        ff=lanes * (rounded + to.width),
        latency=2 if rounded else 1,
    )


def outlet_cost(bits: int) -> Cost:
    """The FIFO at the end of a pipeline that never stops, beats of `bits` bits."""
    parts = row_parts(bits + 1)
    lut = bits + memory_lut(bits, SHALLOW_DEPTH) + 30 * parts
    return Cost(lut=lut, ff=bits + 11 * parts + 5, latency=1)


PART_BITS = 480
"""Bits of a row that one control drives; every further part of a row has one of its own."""


def row_parts(bits: int) -> int:
    """Parts of a row that have a control of their own."""
    return math.ceil(bits / PART_BITS)


def memory_cost(bits: int, depth: int, copies: int = 1) -> Cost:
    """A memory of words of `bits` bits, its output registered; its users count the latency."""
    return Cost(
        lut=copies * memory_lut(bits, depth),
        ff=copies * bits if depth <= LUTRAM_DEPTH else 0,
        bram18=copies * memory_bram18(bits, depth),
        latency=0,
    )


def constants_cost(bits: int, depth: int, most: int, copies: int = 1) -> Cost:
    """A memory of constants, of LUTs up to `most` words, 128 at the most.

    There every part has its own registered address; the word is not registered.
    """
    if depth > most:
        return memory_cost(bits, depth, copies)
    first, second = min(depth, LUTRAM_DEPTH), depth - LUTRAM_DEPTH
    lut = memory_lut(bits, first) + (bits + memory_lut(bits, second) if second > 0 else 0)
    return Cost(lut=copies * lut, ff=copies * row_parts(bits) * address_bits(depth), latency=0)


def memory_bram18(bits: int, depth: int) -> int:
    """RAMB18 blocks of a simple dual-port memory; shallow memories go to LUT RAM."""
    if depth <= LUTRAM_DEPTH:
        return 0
    per_column = {1: 16384, 2: 8192, 4: 4096, 9: 2048, 18: 1024, 36: 512}
    return min(math.ceil(bits / w) * math.ceil(depth / d) for w, d in per_column.items())


URAM_BITS = 72
"""Bits of a word of UltraRAM."""

URAM_DEPTH = 4096
"""Words of a block of UltraRAM."""


def memory_uram(bits: int, depth: int) -> int:
    """URAM288 blocks of a simple dual-port memory that starts empty."""
    return math.ceil(bits / URAM_BITS) * math.ceil(depth / URAM_DEPTH)


def address_bits(depth: int) -> int:
    """Bits of an address into `depth` words, at least one."""
    return max(1, (depth - 1).bit_length())


LUTRAM_DEPTH = 64
"""Memories up to this depth are built from LUTs."""

CONSTANTS_DEPTH = 128
"""Memories of constants up to this depth are built from LUTs where block RAM is short."""

CARRY_BITS = 36
"""Sums up to this width are one carry chain; wider ones are kept, or made, in two parts."""

SHALLOW_DEPTH = 32
"""Depth of the LUT RAM that holds 14 bits in 8 LUTs; the next one holds 7."""


def memory_lut(bits: int, depth: int) -> int:
    """LUTs of a memory that is small enough for LUT RAM, else 0."""
    if depth > LUTRAM_DEPTH:
        return 0
    return 8 * math.ceil(bits / (14 if depth <= SHALLOW_DEPTH else 7))


def banks_depth(rows: int, beats: int) -> int:
    """Words of a memory of two graphs' rows: a row of each bank starts at a power of two."""
    return 2 << (address_bits(rows) + (beats - 1).bit_length())


SHORTEST_SRL = 3
"""Registers in a row from which on they become LUTs that shift."""


def delay_cost(bits: int, depth: int) -> Cost:
    """A shift register of words of `bits` bits."""
    if depth < SHORTEST_SRL:
        return Cost(ff=bits * depth, interval=0, latency=0)
    return Cost(lut=bits * math.ceil(depth / SHALLOW_DEPTH), interval=0, latency=0)


CHOICE_LUT = 1.8
"""LUTs per bit of the larger or the smaller of two codes."""

SELECT_BITS = 32
"""Sums over this width in one cycle choose their high half by the carry of the low one."""


def select_lut(width: int) -> int:
    """LUTs of an accumulator of one cycle; too wide for one carry chain, it is kept as two."""
    if width > CARRY_BITS:
        return select_lut(CARRY_BITS) + width - CARRY_BITS
    return width + (width // 2 if width > SELECT_BITS else 0)


def tree_cost(terms: int, width: int, most: int) -> Cost:
    """An adder tree with a register behind every sum; sums need `most` bits at the most.

    Terms come from registers, and the last one of a level without a neighbour waits in more of
    them, which a LUT holds if there are enough.
    """
    total, level, waiting = Cost(interval=0, latency=1), 0, [width]
    while terms > 1:
        level += 1
        bits = min(width + level, most)
        total += Cost(lut=terms // 2 * bits, ff=(terms + 1) // 2 * bits, interval=0)
        if terms % 2:
            waiting.append(bits)
        else:
            if len(waiting) >= SHORTEST_SRL:
                total += Cost(lut=waiting[0], ff=-sum(waiting), interval=0, latency=0)
            waiting = [bits]
        terms = (terms + 1) // 2
    return total
