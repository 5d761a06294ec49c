"""Maximum: the larger or the smaller of two rows, lane by lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.base import Cost, Exact, Interval, Op, Rows, Site
from gengnn.ops.pairs import align_pair, infer_pair, pair_params


@dataclass(frozen=True)
class Maximum(Op):
    """max(a, b) for sign 1, min(a, b) for sign -1; a 1-lane operand is broadcast."""

    sign: int = 1

    kernel: ClassVar[str] = "maximum"
    ports: ClassVar[tuple[str, ...]] = ("a", "b")

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return infer_pair(inputs)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        a, b = align_pair(inputs, values)
        chosen = torch.maximum(a, b) if self.sign > 0 else torch.minimum(a, b)
        return chosen.reshape(-1, *values[-1].shape)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        choose = max if self.sign > 0 else min
        (low, high), (other_low, other_high) = inputs
        return choose(low, other_low), choose(high, other_high)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        return Exact(values[-1].format.frac, values[-1].format.lo, values[-1].format.hi)

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return self.real(inputs, params, values, rows)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {**pair_params(site), "Minimum": int(self.sign < 0)}

    def cost(self, site: Site) -> Cost:
        lanes, width = site.lanes["y"], site.output.format.width
        return Cost(
            dsp=0,
            lut=lanes * width * 3 // 2,
            ff=lanes * width,
            interval=site.beats("y", site.output),
            latency=1,
        )
