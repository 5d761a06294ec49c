"""Iota: each row's own position, as a map of its space into itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from torch import Tensor

from gengnn.ir import Kind, Param, Value
from gengnn.ops.base import (
    Cost,
    Interval,
    Op,
    Rows,
    Site,
)
from gengnn.ops.lowering import Abstract, Const, Extent, LoweringError, Rowed, lowers

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Iota(Op):
    """y[r] = r."""

    kernel: ClassVar[str] = "iota"
    ports: ClassVar[tuple[str, ...]] = ("rows",)

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        space = inputs[0].space
        return Value(inputs[0].name, space, (), Kind.INDEX, target=space)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return torch.arange(inputs[0].shape[0], dtype=torch.int64)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return 0.0, float(limits["rows"] - 1)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {"Width": site.output.format.width}

    def cost(self, site: Site) -> Cost:
        width = site.output.format.width
        return Cost(lut=width, ff=width, latency=0)


@lowers("aten.arange.default")
def lower_arange(b: Builder, end: Abstract, *, dtype: Abstract = None) -> Abstract:
    """0, 1, ... for each row."""
    return lower_arange_start(b, 0, end)


@lowers("aten.arange.start", "aten.arange.start_step")
def lower_arange_start(
    b: Builder, start: Abstract, end: Abstract, step: Abstract = 1, *, dtype: Abstract = None
) -> Abstract:
    """The positions of the rows of a space, or a constant range."""
    if isinstance(start, int) and isinstance(end, int) and isinstance(step, int):
        if len(range(start, end, step)) > MAX_RANGE:
            raise LoweringError("a very long range")
        return Const(np.arange(start, end, step))
    if not isinstance(end, Extent) or start != 0 or step != 1 or b.dtype not in {"int64", "int32"}:
        raise LoweringError("counts rows other than 0, 1, 2, ...")
    return Rowed(b.emit(Iota(), [b.rows(b.space_of(end))]), ())


MAX_RANGE = 1 << 20
"""Entries of a constant range."""
