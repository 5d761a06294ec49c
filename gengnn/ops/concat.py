"""Concat: the features of two rows side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.base import (
    Cost,
    Interval,
    Op,
    Rows,
    Site,
)
from gengnn.ops.pairs import align_pair


@dataclass(frozen=True)
class Concat(Op):
    """[a, b] along the last dimension."""

    kernel: ClassVar[str] = "concat"
    ports: ClassVar[tuple[str, ...]] = ("a", "b")
    whole_rows: ClassVar[bool] = True

    @property
    def keeps_type(self) -> bool:
        return True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        a, b = inputs
        return replace(a, shape=(a.features + b.features,))

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return torch.cat(align_pair(inputs, values), dim=1)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return min(low for low, _ in inputs), max(high for _, high in inputs)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "LanesA": site.lanes["a"],
            "LanesB": site.lanes["b"],
            "Width": site.output.format.width,
        }

    def cost(self, site: Site) -> Cost:
        return Cost(lut=2, interval=site.beats("y", site.output), latency=0)
