"""Convert: the same numbers in another format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from gengnn.ir import Kind, Param, Value
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Op,
    Rows,
    Site,
    cast_cost,
    cast_params,
    codes_range,
    outlet_cost,
)
from gengnn.ops.lowering import Abstract, Infinite, LoweringError, Rowed, Stack, lowers

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Convert(Op):
    """x.float() of an INDEX or MASK value, or a REAL value in a new format."""

    kernel: ClassVar[str] = "convert"

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return Value(inputs[0].name, inputs[0].space, inputs[0].shape)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return inputs[0].to(torch.float64)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return inputs[0]

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        return Exact(values[0].format.frac, *codes_range(values[0]))

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return inputs[0].to(torch.float64, copy=True)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "WidthX": site.inputs[0].format.width,
            "SignedX": int(site.inputs[0].format.signed),
            **cast_params(self.exact((*site.inputs, site.output), {}, {}), site.output.format),
        }

    def cost(self, site: Site) -> Cost:
        lanes, exact = site.lanes["y"], self.exact((*site.inputs, site.output), {}, {})
        y, total = site.output.format, Cost(interval=site.beats("y", site.output), latency=0)
        return total + cast_cost(lanes, exact, y) + outlet_cost(lanes * y.width)


@lowers(
    "aten.to.dtype",
    "aten.to.dtype_layout",
    "aten._to_copy.default",
    "aten.to.other",
    "aten.type_as.default",
)
def lower_to(b: Builder, x: Abstract, *rest: Abstract, **named: Abstract) -> Abstract:
    """The same numbers in another type; widths of numbers follow from quantisation instead."""
    parts = x.parts if isinstance(x, Stack) else (x,)
    kinds = {part.value.kind if isinstance(part, Rowed) else None for part in parts}
    if "float" in b.dtype and isinstance(x, (Rowed, Stack)):
        return x if kinds == {Kind.REAL} else b.real(x)
    if "int" in b.dtype and kinds == {Kind.MASK}:
        return b.real(x)
    kept = {Kind.MASK} if b.dtype == "bool" else {Kind.INDEX, None}
    if kinds <= kept or isinstance(x, Infinite):
        return x
    raise LoweringError(
        f"rounds numbers to {b.dtype}", "pass integer features as int64 and keep the rest float"
    )
