"""Compare: a mask from two integers or two values of one format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
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
)
from gengnn.ops.fill import Fill
from gengnn.ops.lowering import Abstract, Full, Infinite, LoweringError, Rowed, lowers, number

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder

RELATIONS = ("eq", "ne", "lt", "le", "gt", "ge")
"""The relations in the order of the kernels' `Relation`."""


@dataclass(frozen=True)
class Compare(Op):
    """a relation b, with relation eq, ne, lt, le, gt or ge."""

    relation: str

    kernel: ClassVar[str] = "compare"
    ports: ClassVar[tuple[str, ...]] = ("a", "b")

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return Value(inputs[0].name, inputs[0].space, inputs[0].shape, Kind.MASK)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        told: Tensor = getattr(torch, self.relation)(*inputs)
        return told.to(torch.int64)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return 0.0, 1.0

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        return Exact(0, 0, 1)

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return self.real(inputs, params, values, rows).to(torch.float64)

    def kernel_params(self, site: Site) -> dict[str, int]:
        a, b = site.inputs
        return {
            "Lanes": site.lanes["y"],
            "WidthA": a.format.width,
            "WidthB": b.format.width,
            "Signed": int(a.format.signed),
            "Relation": RELATIONS.index(self.relation),
        }

    def cost(self, site: Site) -> Cost:
        lanes = site.lanes["y"]
        bits = lanes * site.inputs[0].format.width
        return Cost(lut=bits, ff=lanes + 2, interval=site.beats("y", site.output))


def _register(relation: str) -> None:
    @lowers(f"aten.{relation}.Tensor", f"aten.{relation}.Scalar")
    def lower(b: Builder, x: Abstract, y: Abstract) -> Abstract:
        return _compare(b, relation, x, y)


for _relation in RELATIONS:
    _register(_relation)


@lowers("aten.isinf.default")
def lower_isinf(b: Builder, x: Abstract) -> Infinite:
    """Where numbers are infinite."""
    return Infinite(b.real(x))


def _compare(b: Builder, relation: str, x: Abstract, y: Abstract) -> Abstract:
    """The mask x relation y of integers; a comparison with infinity is kept for masked_fill."""
    const = number(y)
    if const is not None and relation == "eq" and const.data.size == 1 and np.isinf(const.data):
        return Infinite(b.real(x))
    first = b.rowed(x)
    if const is not None and const.data.size == 1 and first.value.kind is Kind.INDEX:
        y = _level(b, first, float(const.data))
    if first.value.kind is not Kind.INDEX or not isinstance(y, Rowed | Full):
        raise LoweringError(
            "compares computed numbers", "use relu, clamp, maximum or minimum instead of a mask"
        )
    first, second = b.align(first, b.rowed(y))
    if second.value.kind is not Kind.INDEX:
        raise LoweringError("compares integers with computed numbers")
    return replace(first, value=b.emit(Compare(relation), [first.value, second.value]))


def _level(b: Builder, like: Rowed, level: float) -> Rowed:
    """A constant integer on the rows of `like`."""
    if level != int(level) or level < 0:
        raise LoweringError(f"compares integers with {level}, which none of them can be")
    fill = b.emit(Fill(level, Kind.INDEX), [b.rows(like.value.space)])
    b.bound(fill, int(level) + 1)
    return Rowed(fill, (1,) * len(like.dims), like.axis)
