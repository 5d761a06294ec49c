"""Scatter: push rows along a map and reduce those that meet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from gengnn.ir import Value
from gengnn.ops.add import lower_add
from gengnn.ops.affine import affine
from gengnn.ops.algebra import Term
from gengnn.ops.base import (
    Cost,
    Setting,
    Site,
    Sorting,
    cast_cost,
    memory_cost,
    outlet_cost,
)
from gengnn.ops.beside import beside
from gengnn.ops.compare import Compare
from gengnn.ops.cost import LUTRAM_DEPTH, banks_depth, row_parts, select_lut
from gengnn.ops.fill import Fill
from gengnn.ops.filter import Filter
from gengnn.ops.gather import Gather
from gengnn.ops.iota import Iota
from gengnn.ops.lowering import (
    Abstract,
    Const,
    Dim,
    Full,
    LoweringError,
    Rowed,
    is_zero,
    lowers,
    number,
    wrap_dim,
)
from gengnn.ops.mul import Mul
from gengnn.ops.order import Order
from gengnn.ops.quotients import after
from gengnn.ops.reduction import Reduction
from gengnn.ops.segment import Segment
from gengnn.ops.select import select
from gengnn.ops.table import Table
from gengnn.ops.timing import Arrivals, Cycles, Turn, paced

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Scatter(Reduction):
    """y[t] = reduce of x[r] over all r with index[r] = t; 0 where no row meets.

    Means are sums times a reciprocal degree, as in PyG's `scatter`.
    """

    kernel: ClassVar[str] = "scatter"
    early_ports: ClassVar[Mapping[str, int]] = {"index": 4}  # counted first; see gg_release
    stored_ports: ClassVar[tuple[str, ...]] = ("index",)
    banks: ClassVar[int] = 2
    one_port: ClassVar[bool] = True

    @property
    def sorting(self) -> Sorting | None:
        if self.sees_order:
            return None
        return Sorting("index", Order(), Gather(), Segment(self.reduce, self.most))

    def arrivals(self, at: Turn) -> Arrivals:
        x, index, rows = at.inputs
        fill = paced(np.maximum(x.first, index.first), at.cost.interval, 0.0)
        take = np.zeros(0)
        for _ in range(2):
            done = np.full(len(rows.first), index.end)
            np.maximum.at(done, at.codes[1], np.maximum(fill + at.cost.interval - 1, x.last))
            take = np.maximum(np.maximum.accumulate(done), rows.first)
            take, fill = _shared(take, fill, at.cost.interval)
        ready = take
        end = max(rows.end, index.end)
        return at.passed(Arrivals(ready, ready, end))

    def cheaper(self, made: Term, rows: Mapping[str, Term]) -> Term | None:
        return after(made) if self.reduce == "sum" else None

    def apart(self, first: Term, second: Term) -> Term | None:
        return beside(self, first, second)

    def kernel_params(self, site: Site) -> dict[str, Setting]:
        return {**self.settings(site), "Rows": site.max_rows["y"]}

    def cost(self, site: Site) -> Cost:
        lanes, beats = site.lanes["y"], site.beats("y", site.output)
        exact, x, y = self._exact_at(site), site.inputs[0].format, site.output.format
        width = exact.width if self.reduce == "sum" else x.width
        parts = row_parts(lanes * width)
        total = Cost(
            lut=30 + 30 * parts + lanes * (width + select_lut(width) + 5),
            ff=10 + 25 * parts + lanes * (2 * width + x.width),
            interval=beats,
            latency=3,
        )
        total += memory_cost(lanes * width + parts, banks_depth(site.max_rows["y"], beats))
        total += _release_cost(site)
        if self.reduce == "sum":
            total += cast_cost(lanes, exact, y)
        return total + outlet_cost(lanes * y.width)


def _shared(take: Cycles, fill: Cycles, interval: float) -> tuple[Cycles, Cycles]:
    """When rows are taken out and beats put in, which share one pipeline; taking goes first.

    A row is told to be complete in the cycle of its last beat, so that this beat is before it.
    """
    both = np.concatenate([fill, take])
    order = np.argsort(both, kind="stable")
    both[order] = paced(both[order], interval, 0.0)
    return both[len(fill) :], both[: len(fill)]


def _release_cost(site: Site) -> Cost:
    """Which rows are complete: the waiting indices, and two counts for each row of both banks."""
    bits, counts = site.inputs[1].format.width, max(site.max_rows["x"], 1).bit_length()
    words = banks_depth(site.max_rows["y"], 1)
    waiting = memory_cost(bits + 1, site.max_rows["x"] + 1)
    # Each bit of a count is read at two places; LUTs of 64 words, and one chooses from four.
    blocks, reads = math.ceil(words / LUTRAM_DEPTH), 2 * 2 * counts
    lut = reads * (blocks + math.ceil((blocks - 1) / 3))
    return waiting + Cost(lut=lut + 90, ff=2 * bits + 45, interval=0, latency=0)


@lowers("aten.scatter_add[_].default")
def lower_scatter_add(b: Builder, base: Abstract, dim: int, index: Abstract, x: Abstract) -> Rowed:
    """The base plus the sum of the rows of x that a map sends to each row."""
    return _onto(b, base, scattered(b, base, dim, index, x, "sum"))


@lowers("aten.index_add[_].default")
def lower_index_add(
    b: Builder, base: Abstract, dim: int, index: Abstract, x: Abstract, *, alpha: float = 1
) -> Rowed:
    """The base plus alpha times the same sum, with a map of one column."""
    total = scattered(b, base, dim, index, x, "sum")
    return _onto(b, base, total if alpha == 1 else affine(b, total, alpha, 0.0))


@lowers("aten.scatter[_].src")
def lower_scatter(b: Builder, base: Abstract, dim: int, index: Abstract, x: Abstract) -> Abstract:
    """`base` with rows overwritten; of several rows for one place the last stays."""
    return overwrite(b, base, dim, index, x)


def overwrite(b: Builder, base: Abstract, dim: int, index: Abstract, x: Abstract) -> Abstract:
    """`base` with the rows that `index` points at replaced by those of `x`.

    Whether a row is written chooses between both, so that neither is rounded.
    """
    index = b.as_map(index)
    if isinstance(b.op_of(index.value), Iota) and isinstance(x, (Rowed, Full)):
        return x  # every row is replaced by its own
    const = number(x) or x
    if isinstance(const, Full):
        const = Full(const.data, const.axis, b.extent(str(index.value.target)))
    if not isinstance(const, (Const, Full)):
        last = scattered(b, base, dim, index, x, "last")
        return last if is_zero(base) else select(b, _reached(b, base, dim, index), last, base)
    if isinstance(base, Full) and (base.data == const.data).all():
        return base
    if b.dtype != "bool":
        return select(b, _reached(b, base, dim, index), const, base)
    if not is_zero(base) or not const.data.all():
        raise LoweringError("changes a mask that is partly set", "combine masks with & and |")
    return _reached(b, base, dim, index)


def _reached(b: Builder, base: Abstract, dim: int, index: Rowed) -> Rowed:
    """The mask of the rows of `base` that a map points at."""
    sizes = b.sizes(base)
    axis = wrap_dim(dim, len(sizes))
    index = aimed_at(b, index, sizes[axis])
    return Rowed(reached(b, index.value), (1,) * (len(sizes) - 1), axis)


def reached(b: Builder, index: Value) -> Value:
    """The mask of the rows that a map points at, in the space that it points into."""
    made = {node.name: node for node in b.nodes}
    node = made.get(index.name)
    every = made.get(node.inputs[0]) if node and isinstance(node.op, Filter) else None
    if node and every and isinstance(every.op, Iota):
        given = {value.name: value for value in b.inputs} | {k: v.output for k, v in made.items()}
        return given[node.inputs[1]]
    rows = b.rows(str(index.target))
    ones, zero = b.emit(Fill(1.0), [b.rows(index.space)]), b.emit(Fill(0.0), [rows])
    most = b.emit(Scatter("max"), [ones, index, rows])
    return b.emit(Compare("gt"), [most, zero])


def average(b: Builder, total: Value, index: Value) -> Value:
    """A sum along `index` over the number of rows summed; 0 where there are none."""
    ones = b.emit(Fill(1.0), [b.rows(index.space)])
    count = b.emit(Scatter("sum"), [ones, index, b.rows(total.space)])
    return b.emit(Mul(), [total, b.emit(Table("reciprocal"), [count])])


def _onto(b: Builder, base: Abstract, total: Rowed) -> Rowed:
    """The sum of both; zeros are left out."""
    if is_zero(base):
        return total
    return lower_add(b, base, total)


def scattered(
    b: Builder, base: Abstract, dim: int, index: Abstract, x: Abstract, how: str
) -> Rowed:
    """The rows of x that a map sends to each row of `base`, reduced by `how`."""
    index = b.as_map(index)
    x = b.real(b.fill(x, index.value.space) if isinstance(x, Full) else x)
    space = index.value.space
    if x.value.space != space or wrap_dim(dim, x.rank) != x.axis or index.dims not in {x.dims, ()}:
        raise LoweringError(f"scatters rows of {x.value.space} by a map of {space}")
    index = aimed_at(b, index, b.sizes(base)[wrap_dim(dim, x.rank)])
    rows = b.rows(str(index.value.target))
    return replace(x, value=b.emit(Scatter(how), [x.value, index.value, rows]))


def aimed_at(b: Builder, index: Rowed, rows: Dim) -> Rowed:
    """The map `index` as one into the space of `rows` rows.

    Raises:
        LoweringError: it is no index map, or points into other rows.
    """
    target = index.value.target
    if index.is_map and index.value.features == 1 and rows == b.extent(str(target)):
        return index
    if index.is_map and not b.has_rows(rows):
        raise LoweringError(f"scatters along a map into {target} onto another number of rows")
    return replace(index, value=b.aim(index.value, b.space_of(rows)))
