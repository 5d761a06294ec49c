"""Filter: the rows that a mask keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from torch import Tensor

from gengnn.ir import Param, Space, Value
from gengnn.ops.base import (
    Cost,
    Interval,
    Op,
    Rows,
    Site,
)
from gengnn.ops.lowering import Abstract, Full, LoweringError, Rowed, Stack, lowers
from gengnn.ops.timing import Arrivals, Turn, joined

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Filter(Op):
    """x[mask]; the result lives in the filter space `space`."""

    space: str

    kernel: ClassVar[str] = "filter"
    ports: ClassVar[tuple[str, ...]] = ("x", "mask")
    moved_ports: ClassVar[tuple[str, ...]] = ("x",)

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], space=self.space)

    @property
    def made_space(self) -> str:
        return self.space

    def space_key(self, inputs: Sequence[str], spaces: Sequence[str]) -> object:
        return inputs[1]

    def into(self, space: str) -> Op:
        return Filter(space)

    def place(self, inputs: Sequence[Tensor], values: Sequence[Value], rows: Rows) -> None:
        rows.graph_of[self.space] = rows.graph_of[values[0].space][inputs[1].reshape(-1) > 0]

    def signature(self) -> object:
        return type(self)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return inputs[0][inputs[1].reshape(-1) > 0]

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return inputs[0]

    def arrivals(self, at: Turn) -> Arrivals:
        return at.passed(joined(at.inputs)).rows(np.flatnonzero(at.codes[1]))

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "Width": site.output.format.width,
        }

    def cost(self, site: Site) -> Cost:
        return Cost(lut=8, ff=4, interval=site.beats("y", site.output), latency=0)


def filter_rows(b: Builder, x: Abstract, mask: Rowed) -> Abstract:
    """The rows of `x` whose mask is set; every tensor kept by one mask is in one space."""
    if isinstance(x, Stack):
        return Stack(tuple(keep_rows(b, part, mask) for part in x.parts), x.dim)
    if isinstance(x, Full):
        return Full(x.data, x.axis, b.extent(_space(b, mask.value)))
    return keep_rows(b, b.rowed(x), mask)


def keep_rows(b: Builder, x: Rowed, mask: Rowed) -> Rowed:
    """x[mask] along the rows."""
    if x.value.space != mask.value.space:
        raise LoweringError(f"takes rows of {x.value.space} by a mask over {mask.value.space}")
    name = _space(b, mask.value)
    return replace(x, value=b.emit(Filter(name), [x.value, mask.value]))


def _space(b: Builder, mask: Value) -> str:
    """The space of the rows that `mask` keeps."""
    parent = mask.space

    def rows() -> Value:
        return b.emit(Filter(name), [b.rows(parent), mask])

    name = b.derive(("filter", mask.name), Space(f"{parent}_kept", "filter", (parent,)), rows)
    return name


@lowers("aten.masked_select.default")
def lower_masked_select(b: Builder, x: Abstract, mask: Abstract) -> Abstract:
    """The entries of a tensor of one column whose mask is set."""
    if not isinstance(mask, Rowed) or mask.dims or b.sizes(x) != b.sizes(mask):
        raise LoweringError("takes single features by a mask")
    return filter_rows(b, x, mask)
