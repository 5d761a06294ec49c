"""Relu: the positive part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.algebra import Term
from gengnn.ops.base import (
    Cost,
    Interval,
    Op,
    Rows,
    Site,
)
from gengnn.ops.cost import row_parts
from gengnn.ops.facts import Facts
from gengnn.ops.lowering import Abstract, Rowed, lowers

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Relu(Op):
    """max(x, 0); not `active`: a pass-through that makes a layer match its siblings."""

    active: bool = True

    kernel: ClassVar[str] = "relu"
    is_rowwise: ClassVar[bool] = True

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return inputs[0]

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return inputs[0].clamp(min=0) if self.active else inputs[0].clone()

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        low, high = inputs[0]
        return (max(low, 0.0), max(high, 0.0)) if self.active else (low, high)

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts(self.active or Facts.sign(inputs).is_positive, Facts.common(inputs).is_count)

    def simpler(self, made: Term) -> Term | None:
        x = made.terms[0]
        return x if x.op == self or not self.active else None

    def signature(self) -> object:
        return type(self)

    def bypass(self) -> Op:
        return Relu(active=False)

    def merge(self, layers: Sequence[Op]) -> int:
        """Bit i tells whether the op is active in folded layer i."""
        flags = (isinstance(op, Relu) and op.active for op in layers)
        return sum(1 << i for i, flag in enumerate(flags) if flag)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "Width": site.output.format.width,
            "Iters": site.iters,
            "Active": self.merge(site.ops or (self,) * site.iters),
        }

    def cost(self, site: Site) -> Cost:
        lanes, width = site.lanes["y"], site.output.format.width
        lut, ff = lanes * (width - 1), 3 * row_parts(lanes * width)
        return Cost(lut=lut, ff=ff, interval=site.beats("y", site.output), latency=0)


@lowers("aten.relu[_].default")
def lower_relu(b: Builder, x: Abstract) -> Rowed:
    """max(x, 0)."""
    x = b.real(x)
    return replace(x, value=b.emit(Relu(), [x.value]))
