"""The design: units, the streams between them, and the packets at the edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from gengnn.ir import Graph, Kind, Value
from gengnn.ops.base import Cost, Memory, Op, Setting

WORD_BITS = 64
"""Bits of a word of the packet header; a beat of the bus holds one or several."""

COUNT_BITS = 21
"""Bits of a row count in the header."""

COUNTS_PER_WORD = WORD_BITS // COUNT_BITS
"""Row counts in a word of the header, the first in the lowest bits."""

OUTER = -1
"""The scope of everything outside the folded loops."""

BACK = frozenset(["merge", "turn"])
"""Kernels to whose port b rows come back: they read one port in some turns, the other in the rest.
"""


@dataclass(frozen=True)
class Stream:
    """Rows in flight: `beats` beats of `lanes` lanes of `width` bits per row, then an end token.

    `value` is the IR value carried (the one of layer 0 when layers are folded); `values` has
    one name per folded layer, for tracing.
    """

    name: str
    lanes: int
    width: int
    beats: int
    is_signed: bool
    max_rows: int
    values: tuple[str, ...] = ()
    space: str = ""

    @property
    def bits(self) -> int:
        """Bits of a beat."""
        return self.lanes * self.width


@dataclass(frozen=True)
class Unit:
    """One instance of a kernel; `inputs` and `outputs` map its ports to stream names.

    `loop` is the folded loop it belongs to (-1: none) and `level` counts the barriers before it.
    `fill_ports` are always taken in whole before the first row comes out. A unit of a loop with
    guests works in the `turns` (bit i) alone, and with the speed of one of `guest_costs` on each
    guest; the first guest comes after the last layer.
    """

    name: str
    kernel: str
    params: Mapping[str, Setting]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    memories: tuple[Memory, ...] = ()
    comment: str = ""
    loop: int = -1
    level: int = 0
    cost: Cost = field(default_factory=Cost)
    fill_ports: tuple[str, ...] = ()
    op: Op | None = None
    turns: int = 0
    guest_costs: tuple[Cost, ...] = ()

    @property
    def works_once(self) -> bool:
        """Whether it works in one turn of its loop, on what is held from earlier ones too."""
        return self.turns.bit_count() == 1

    def number(self, param: str) -> int:
        """A kernel parameter that is a number."""
        value = self.params[param]
        assert isinstance(value, int)
        return value


@dataclass(frozen=True)
class Field:
    """One lane group of a packet row: `lanes` lanes of `width` bits of `stream`.

    `bound` > 0 makes the receiver check that every code is below it; `target` names the base
    space whose row count bounds it instead.
    """

    stream: str
    value: str
    lanes: int
    width: int
    bound: int = 0
    target: str = ""

    @property
    def bits(self) -> int:
        """Bits of the group in the row."""
        return self.lanes * self.width


@dataclass(frozen=True)
class RowLayout:
    """How the rows of one base space travel in a packet.

    `rows_stream` names the stream of the space's ROWS value ("" when nothing reads it).
    """

    space: str
    max_rows: int
    fields: tuple[Field, ...]
    rows_stream: str = ""

    @property
    def bits(self) -> int:
        """Bits of a row."""
        return sum(entry.bits for entry in self.fields)

    @property
    def placed(self) -> list[tuple[Field, int]]:
        """The fields, each with its first bit in a row."""
        ends = list(accumulate((entry.bits for entry in self.fields), initial=0))
        return list(zip(self.fields, ends, strict=False))

    def beats(self, tdata: int) -> int:
        """Bus beats of a row."""
        return -(-self.bits // tdata)


@dataclass(frozen=True)
class Design:
    """Everything the emitters need; nothing in it is specific to a back end.

    `units` are in dataflow order. Units with `loop` = k are the body of folded loop k, run
    `loops[k]` times per graph. `layouts` are the rows of the input spaces in the order of the
    packet: node types, edge types, graphs; its header holds their counts in that order. `results`
    has one layout per output, in the model's order.
    """

    name: str
    part: str
    clock_mhz: float
    graph: Graph
    streams: Mapping[str, Stream]
    units: tuple[Unit, ...]
    loops: tuple[int, ...]
    layouts: tuple[RowLayout, ...]
    results: tuple[RowLayout, ...]
    tdata: int
    digest: str = ""

    @property
    def header_words(self) -> int:
        """Words of WORD_BITS bits that the header of a packet has."""
        return -(-len(self.layouts) // COUNTS_PER_WORD)

    @property
    def header_beats(self) -> int:
        """Bus beats of the header."""
        return -(-self.header_words * WORD_BITS // self.tdata)

    def turns(self, loop: int) -> int:
        """How often the units of a loop work on a graph: its layers, and its guests."""
        told = (unit.turns.bit_length() for unit in self.units if unit.loop == loop)
        return max(self.loops[loop], *told)

    @property
    def cost(self) -> Cost:
        """Resources of all units."""
        return Cost.total(unit.cost for unit in self.units)


def unsigned(value: Value) -> bool:
    """Whether a stream of this value is read as unsigned."""
    return value.kind is not Kind.REAL
