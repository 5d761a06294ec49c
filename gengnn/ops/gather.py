"""Gather: pull the rows of one space along a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.algebra import Term
from gengnn.ops.base import (
    Cost,
    Interval,
    Op,
    Rows,
    Site,
    memory_cost,
)
from gengnn.ops.cost import LUTRAM_DEPTH, banks_depth, row_parts
from gengnn.ops.embedding import embed
from gengnn.ops.filter import Filter
from gengnn.ops.iota import Iota
from gengnn.ops.lowering import (
    Abstract,
    Const,
    Extent,
    Full,
    LoweringError,
    Rowed,
    Stack,
    lowers,
    without,
    wrap_dim,
)
from gengnn.ops.timing import Arrivals, Turn

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Gather(Op):
    """y[r] = x[index[r]]; the result lives in the space of the map."""

    kernel: ClassVar[str] = "gather"
    ports: ClassVar[tuple[str, ...]] = ("x", "index")
    fill_ports: ClassVar[tuple[str, ...]] = ("x",)
    banks: ClassVar[int] = 2
    reads_early: ClassVar[bool] = True
    moved_ports: ClassVar[tuple[str, ...]] = ("x",)

    @property
    def sees_order(self) -> bool:
        return False

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], space=inputs[1].space)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return inputs[0].index_select(0, inputs[1].reshape(-1))

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return inputs[0]

    def arrivals(self, at: Turn) -> Arrivals:
        stored, index = at.inputs
        taken = at.codes[1]
        ready = np.maximum(index.last, stored.last[taken])
        rows = Arrivals(ready, ready, max(index.end, stored.end))
        return at.passed(rows)

    def simpler(self, made: Term) -> Term | None:
        """Along all rows: the input. Along the positions that a mask keeps: a filter."""
        x, index = made.terms
        if isinstance(index.op, Iota):
            return x
        if not isinstance(index.op, Filter) or not isinstance(index.terms[0].op, Iota):
            return None
        return Term(made.value, index.op, (x, index.terms[1]))

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "Rows": site.max_rows["x"],
            "WidthIndex": site.inputs[1].format.width,
            "Width": site.output.format.width,
        }

    def cost(self, site: Site) -> Cost:
        lanes, beats = site.lanes["y"], site.beats("y", site.output)
        depth = banks_depth(site.max_rows["x"], beats)
        bits = lanes * site.output.format.width
        parts = row_parts(bits) if depth <= LUTRAM_DEPTH else 1
        control = Cost(lut=40 * parts, ff=40 * parts, interval=beats, latency=2)
        return control + memory_cost(bits, depth)


def gather(b: Builder, x: Abstract, index: Rowed) -> Abstract:
    """The rows of `x` that a map points at; a stack part by part."""
    if isinstance(x, Stack):
        return Stack(tuple(gather_rows(b, part, index) for part in x.parts), x.dim)
    if isinstance(x, Full):
        return Full(x.data, x.axis, b.extent(index.value.space))
    return gather_rows(b, b.rowed(x), index)


def gather_rows(b: Builder, x: Rowed, index: Rowed) -> Rowed:
    """x[index] along the rows."""
    aimed = b.aim(index.value, x.value.space)
    if isinstance(b.op_of(x.value), Iota):
        return replace(x, value=aimed)  # row r of the positions is r
    return replace(x, value=b.emit(Gather(), [x.value, aimed]))


@lowers("aten.index_select.default")
def lower_index_select(b: Builder, x: Abstract, dim: int, index: Abstract) -> Abstract:
    """Rows of x along a map."""
    sizes = b.sizes(x)
    dim = wrap_dim(dim, len(sizes))
    if isinstance(x, Const) and isinstance(index, (Rowed, Full)) and dim == 0:
        return embed(b, x, index)
    if isinstance(index, Const) and isinstance(x, Rowed) and dim != x.axis:
        lanes = np.take(np.arange(x.lanes).reshape(x.padded(x.rank)), index.data, dim)
        picked = lanes.reshape(without(lanes.shape, x.axis))
        return b.lanes_of(x, picked.ravel(), picked.shape)
    index = b.as_map(index)
    if index.dims != ():
        raise LoweringError("indexes by a map of several columns")
    if isinstance(x, Rowed) and b.extent(x.value.space) == 1:
        index = b.as_map(index)
    elif not isinstance(sizes[dim], Extent):
        raise LoweringError("indexes features by computed numbers")
    return gather(b, x, index)
