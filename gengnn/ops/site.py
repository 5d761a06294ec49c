"""Site: where an op works: the values around it, its shape, its memories; the rows of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gengnn.fixed import bits_for
from gengnn.ir import Param, Value
from gengnn.ops.cost import LUTRAM_DEPTH

if TYPE_CHECKING:
    from gengnn.ops.base import Op

Setting = int | tuple[int, ...]
"""A kernel parameter: a number, or a table of numbers below 2**31 and not negative."""

Shape = tuple[int, int, int]
"""How a matrix unit works: cycles per row, products summed per cycle, results at once."""


@dataclass(frozen=True)
class Exact:
    """The exact integer result of an op: code range `lo`..`hi`, value = code * 2**-frac."""

    frac: int
    lo: int
    hi: int

    @property
    def width(self) -> int:
        """Bits of the signed register that holds every exact result."""
        return bits_for(self.lo, self.hi)


@dataclass
class Rows:
    """The index spaces of one batch of graphs.

    `graph_of` maps each space to the graph of each of its rows (int64 [rows]); a space's entry
    is added by the op that makes the space. `num_graphs` is the size of "graphs".
    """

    graph_of: dict[str, Tensor]
    num_graphs: int

    def size(self, space: str) -> int:
        """Rows of `space` in this batch."""
        return int(self.graph_of[space].numel())


@dataclass(frozen=True)
class Memory:
    """A constant memory of a unit: `words[d]` is a list of lane codes, lane 0 in the low bits.

    `codes` is int64 [depth, lanes]; each lane is `width` bits, two's complement. A unit
    that reads several words per cycle has `copies` of the memory, their addresses side by side.
    Up to `lut_words` words it is built from LUTs. Its words may be summands (`is_summed`) of the
    cycle in which they are read, which leaves time for the shortest memories of LUTs only.
    """

    name: str
    width: int
    codes: NDArray[np.int64]
    copies: int = 1
    lut_words: int = LUTRAM_DEPTH
    is_summed: bool = False

    def within(self, lut_words: int) -> Memory:
        """The same, built from LUTs up to `lut_words` words where there is the time."""
        return replace(self, lut_words=LUTRAM_DEPTH if self.is_summed else lut_words)

    @property
    def depth(self) -> int:
        """Words."""
        return int(self.codes.shape[0])

    @property
    def lanes(self) -> int:
        """Lanes of a word."""
        return int(self.codes.shape[1])

    @property
    def bits(self) -> int:
        """Bits of a word."""
        return self.width * self.lanes

    @property
    def is_lut(self) -> bool:
        """Whether it is built from LUTs, and not from block RAM."""
        return self.depth <= max(self.lut_words, LUTRAM_DEPTH)


@dataclass(frozen=True)
class Site:
    """One unit's place in a design: what its kernel parameters depend on.

    `inputs` and `output` carry formats; `lanes` gives lanes per beat of each port ("y" is the
    output); `params` has one entry per folded layer; `max_rows` the row limit of each port's
    space; `parallel` the input lanes a matrix unit takes per cycle; `ops` the op of each layer.
    `guests` are the places of ops that the unit does in further turns, after its layers, on one row
    each; their `lanes` are those that they fill of a beat. Constant memories of up to `lut_words`
    words are built from LUTs.
    """

    inputs: tuple[Value, ...]
    output: Value
    lanes: Mapping[str, int]
    params: tuple[Mapping[str, Param], ...]
    max_rows: Mapping[str, int]
    parallel: int = 1
    ops: tuple[Op, ...] = ()
    guests: tuple[Site, ...] = ()
    lut_words: int = LUTRAM_DEPTH

    @property
    def iters(self) -> int:
        """How many folded layers and guests share the unit."""
        return len(self.params) + len(self.guests)

    @property
    def turns(self) -> tuple[Mapping[str, Param], ...]:
        """The parameters of each layer and each guest."""
        return (*self.params, *(params for guest in self.guests for params in guest.params))

    def beats(self, port: str, value: Value) -> int:
        """Beats per row of `value` on `port`."""
        return value.features // self.lanes[port]


def guest_places(features: int, lanes: int, of: int) -> NDArray[np.int64]:
    """Where the features of a row are that fills `lanes` lanes of each beat of `of`."""
    place = np.arange(features)
    return place // lanes * of + place % lanes
