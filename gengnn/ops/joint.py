"""Joint: one integer for each pair of two bounded ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.base import Cost, Interval, Op, Rows, Site
from gengnn.ops.pairs import align_pair, infer_pair, pair_params


@dataclass(frozen=True)
class Joint(Op):
    """a * radix + b for integers b in [0, radix); a 1-lane operand is broadcast."""

    radix: int

    kernel: ClassVar[str] = "joint"
    is_rowwise: ClassVar[bool] = True
    ports: ClassVar[tuple[str, ...]] = ("a", "b")

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        bound = inputs[0].bound
        return replace(infer_pair(inputs), bound=None if bound is None else bound * self.radix)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        a, b = align_pair(inputs, values)
        return (a * self.radix + b).reshape(-1, *values[-1].shape)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        (_, a), (_, b) = inputs
        return 0.0, a * self.radix + b

    def kernel_params(self, site: Site) -> dict[str, int]:
        params = pair_params(site)
        return {**params, "Radix": self.radix, "WidthY": site.output.format.width}

    def cost(self, site: Site) -> Cost:
        lanes, width = site.lanes["y"], site.output.format.width
        sums = bin(self.radix).count("1")  # shifted copies of a, and b
        return Cost(
            lut=lanes * width * (sums + 2),
            ff=2 * lanes * width + 4,
            interval=site.beats("y", site.output),
        )
