"""Scatter: push rows along a map and reduce those that meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.add import lower_add, lower_sub
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
from gengnn.ops.fill import Fill
from gengnn.ops.gather import gather
from gengnn.ops.lowering import (
    Abstract,
    Const,
    Full,
    LoweringError,
    Rowed,
    is_zero,
    lowers,
    number,
    wrap_dim,
)
from gengnn.ops.maximum import lower_clamp_max, lower_clamp_min
from gengnn.ops.mul import Mul
from gengnn.ops.table import Table

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder

MODES = ("sum", "max", "min", "last")
"""The reductions in the order of the kernels' `Mode`."""


@dataclass(frozen=True)
class Scatter(Op):
    """y[t] = reduce of x[r] over all r with index[r] = t; 0 where no row meets.

    `reduce` is sum, max, min or last (the last row in order stays). Means are sums times a
    reciprocal degree, as in PyG's `scatter`.
    """

    reduce: str = "sum"

    kernel: ClassVar[str] = "scatter"
    ports: ClassVar[tuple[str, ...]] = ("x", "index", "rows")
    fill_ports: ClassVar[tuple[str, ...]] = ("x", "index")

    @property
    def keeps_type(self) -> bool:
        return self.reduce != "sum"

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
        most = limits["x"] if self.reduce == "sum" else 1
        return low * most, high * most

    def growth(self, limits: Mapping[str, int], seen: Mapping[str, int]) -> float:
        """Sums grow with the mean number of rows that meet."""
        known = seen["x"] / max(seen["rows"], 1)
        most = limits["x"] / limits["rows"]
        return max(1.0, most / known) if self.reduce == "sum" and known else 1.0

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        form = values[0].format
        low, high = self.interval([(form.lo, form.hi)], params, limits)
        return Exact(form.frac, int(low), int(high))

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return self.real(inputs, params, values, rows)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "Rows": site.max_rows["y"],
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
            lut=60 + lanes * (2 * width + 5),
            ff=60 + lanes * (2 * width + x.width + 4),
            interval=beats,
            latency=3,
        )
        total += memory_cost(lanes * width + 1, site.max_rows["y"] << (beats - 1).bit_length())
        if self.reduce == "sum":
            total += cast_cost(lanes, exact, y)
        return total + outlet_cost(lanes * y.width)


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
    return _onto(b, base, _scatter(b, base, dim, index, x, "sum"))


@lowers("aten.index_add[_].default")
def lower_index_add(
    b: Builder, base: Abstract, dim: int, index: Abstract, x: Abstract, *, alpha: float = 1
) -> Rowed:
    """The base plus alpha times the same sum, with a map of one column."""
    total = _scatter(b, base, dim, index, x, "sum")
    return _onto(b, base, total if alpha == 1 else affine(b, total, alpha, 0.0))


@lowers("aten.scatter_reduce[_].two")
def lower_scatter_reduce(
    b: Builder,
    base: Abstract,
    dim: int,
    index: Abstract,
    x: Abstract,
    reduce: str,
    *,
    include_self: bool = True,
) -> Rowed:
    """The sum, mean, largest or smallest of the rows sent to each row; `base` where there are none.

    With `include_self` the base takes part.
    """
    if not is_zero(base) or (include_self and reduce == "mean"):
        raise LoweringError(
            "reduces onto numbers other than 0", "use torch_geometric.utils.scatter"
        )
    if reduce == "mean":
        total = _scatter(b, base, dim, index, x, "sum")
        return replace(total, value=average(b, total.value, b.as_map(index).value))
    how = {"amax": "max", "amin": "min", "sum": "sum"}.get(reduce)
    if how is None:
        raise LoweringError(f"reduces by {reduce}", "use sum, mean, max or min")
    best = _scatter(b, base, dim, index, x, how)
    if include_self and how == "max":
        return lower_clamp_min(b, best, 0.0)
    return lower_clamp_max(b, best, 0.0) if include_self and how == "min" else best


@lowers("aten.scatter[_].src")
def lower_scatter(b: Builder, base: Abstract, dim: int, index: Abstract, x: Abstract) -> Rowed:
    """`base` with rows overwritten; of several rows for one place the last stays."""
    return overwrite(b, base, dim, index, x)


def overwrite(b: Builder, base: Abstract, dim: int, index: Abstract, x: Abstract) -> Rowed:
    """`base` with the rows that `index` points at replaced by those of `x`.

    Computed as base + last(x - base[index]), so that rows without a writer keep their base.
    """
    index = b.as_map(index)
    if isinstance(const := number(x), Const):
        shape = (1,) * max(1, index.rank - const.data.ndim) + const.data.shape
        rows = Full(const.data.reshape(shape), 0, b.extent(index.value.space))
        x = b.fill(rows, index.value.space)
    if not is_zero(base):
        x = lower_sub(b, x, gather(b, base, replace(index, dims=(), axis=0)))
    return _onto(b, base, _scatter(b, base, dim, index, x, "last"))


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


def _scatter(b: Builder, base: Abstract, dim: int, index: Abstract, x: Abstract, how: str) -> Rowed:
    index = b.as_map(index)
    x = b.real(b.fill(x, index.value.space) if isinstance(x, Full) else x)
    if not index.is_map or index.value.features != 1:
        raise LoweringError("scatters by numbers that are no index map", "use edge_index or batch")
    space, target = index.value.space, str(index.value.target)
    if x.value.space != space or wrap_dim(dim, x.rank) != x.axis or index.dims not in {x.dims, ()}:
        raise LoweringError(f"scatters rows of {x.value.space} by a map of {space}")
    rows = b.sizes(base)[wrap_dim(dim, x.rank)]
    if rows != b.extent(target):
        raise LoweringError(f"scatters along a map into {target} onto another number of rows")
    return replace(x, value=b.emit(Scatter(how), [x.value, index.value, b.rows(target)]))
