"""Scatter: push rows along a map and reduce those that meet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.add import lower_add
from gengnn.ops.affine import affine
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Op,
    Rows,
    Site,
    cast_cost,
    cast_params,
    memory_cost,
    outlet_cost,
)
from gengnn.ops.compare import Compare
from gengnn.ops.cost import LUTRAM_DEPTH, banks_depth, select_lut
from gengnn.ops.facts import Facts
from gengnn.ops.fill import Fill
from gengnn.ops.filter import Filter
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
from gengnn.ops.select import select
from gengnn.ops.table import Table
from gengnn.ops.timing import Arrivals, paced, passed

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder

MODES = ("sum", "max", "min", "last")
"""The reductions in the order of the kernels' `Mode`."""


@dataclass(frozen=True)
class Scatter(Op):
    """y[t] = reduce of x[r] over all r with index[r] = t; 0 where no row meets.

    `reduce` is sum, max, min or last (the last row in order stays). Means are sums times a
    reciprocal degree, as in PyG's `scatter`. Where at most `most` of the rows that meet in a sum
    are not 0, it says so; 0 means that all may be.
    """

    reduce: str = "sum"
    most: int = 0

    kernel: ClassVar[str] = "scatter"
    ports: ClassVar[tuple[str, ...]] = ("x", "index", "rows")
    fill_ports: ClassVar[tuple[str, ...]] = ("x", "index")

    @property
    def keeps_type(self) -> bool:
        return self.reduce != "sum"

    @property
    def widens(self) -> bool:
        return self.reduce == "sum"

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], space=inputs[2].space)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        x, index, target = inputs[0], inputs[1].reshape(-1), inputs[2]
        total = x.new_zeros((target.shape[0], *x.shape[1:]))
        if self.reduce == "sum":
            return total.index_add_(0, index, x)
        if self.reduce == "last":
            return _last(total, index, x)
        spread = index.reshape(-1, *[1] * (x.dim() - 1)).expand_as(x)
        return total.scatter_reduce_(0, spread, x, f"a{self.reduce}", include_self=False)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        low, high = min(inputs[0][0], 0.0), max(inputs[0][1], 0.0)
        most = (self.most or limits["x"]) if self.reduce == "sum" else 1
        return low * most, high * most

    def growth(self, limits: Mapping[str, int], seen: Mapping[str, int]) -> float:
        """Sums grow with the mean number of rows that meet."""
        known = seen["x"] / max(seen["rows"], 1)
        most = limits["x"] / limits["rows"]
        is_growing = self.reduce == "sum" and known and not self.most
        return max(1.0, most / known) if is_growing else 1.0

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts.common(inputs)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        form = values[0].format
        low, high = self.interval([(form.lo, form.hi)], params, limits)
        return Exact(form.frac, int(low), int(high))

    def kept_from(self, inputs: Sequence[str], more: Sequence[int]) -> Sequence[int]:
        return more

    def arrivals(
        self,
        inputs: Sequence[Arrivals],
        codes: Sequence[NDArray[np.int64]],
        cost: Cost,
        beats: int,
        free: float,
    ) -> Arrivals:
        x, index, rows = inputs
        start = paced(np.maximum(x.first, index.first), cost.interval, 0.0)
        met = np.maximum(start + cost.interval - 1, x.last)
        done = np.full(len(rows.first), index.end)
        np.maximum.at(done, codes[1], met)
        ready = np.maximum(np.maximum(done, index.end), rows.first)
        end = max(rows.end, index.end)
        return passed(Arrivals(ready, ready, end), cost, beats, free)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "Rows": site.max_rows["y"],
            "MaxX": max(site.max_rows["x"], 1),
            "WidthX": site.inputs[0].format.width,
            "WidthIndex": site.inputs[1].format.width,
            "Mode": MODES.index(self.reduce),
            **cast_params(self._exact_at(site), site.output.format),
        }

    def _exact_at(self, site: Site) -> Exact:
        return self.exact((*site.inputs, site.output), {}, site.max_rows)

    def cost(self, site: Site) -> Cost:
        lanes, beats = site.lanes["y"], site.beats("y", site.output)
        exact, x, y = self._exact_at(site), site.inputs[0].format, site.output.format
        width = exact.width if self.reduce == "sum" else x.width
        total = Cost(
            lut=60 + lanes * (width + select_lut(width) + 5),
            ff=30 + lanes * (2 * width + x.width + 4),
            interval=beats,
            latency=3,
        )
        total += memory_cost(lanes * width + 1, banks_depth(site.max_rows["y"], beats))
        total += _release_cost(site)
        if self.reduce == "sum":
            total += cast_cost(lanes, exact, y)
        return total + outlet_cost(lanes * y.width)


def _release_cost(site: Site) -> Cost:
    """Which rows are complete: the waiting indices, and two counts for each row of both banks."""
    bits, counts = site.inputs[1].format.width, max(site.max_rows["x"], 1).bit_length()
    words = banks_depth(site.max_rows["y"], 1)
    waiting = memory_cost(bits + 1, site.max_rows["x"] + 1)
    # Each bit of a count is read at two places; LUTs of 64 words, and one chooses from four.
    blocks, reads = math.ceil(words / LUTRAM_DEPTH), 2 * 2 * counts
    lut = reads * (blocks + math.ceil((blocks - 1) / 3))
    return waiting + Cost(lut=lut + 90, ff=2 * bits + 45, interval=0, latency=0)


def _last(total: Tensor, index: Tensor, x: Tensor) -> Tensor:
    """Keep the last row of each target; order decides, so a loop-free reduction over positions."""
    order = torch.arange(index.numel(), dtype=torch.int64)
    winner = torch.full((total.shape[0],), -1, dtype=torch.int64)
    winner.scatter_reduce_(0, index, order, "amax")
    hit = winner >= 0
    total[hit] = x[winner[hit]]
    return total


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
