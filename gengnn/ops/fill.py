"""Fill: the same constant on every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gengnn.ir import Kind, Param, Value
from gengnn.ops.base import Cost, Exact, Interval, Op, Rows, Site

HINT_BITS = 9
"""Constants with fewer fraction bits than this are kept exactly."""


@dataclass(frozen=True)
class Fill(Op):
    """y[r] = value, one lane; `kind` says what the constant means."""

    value: float
    kind: Kind = Kind.REAL

    kernel: ClassVar[str] = "fill"
    ports: ClassVar[tuple[str, ...]] = ("rows",)

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return Value(inputs[0].name, inputs[0].space, (), self.kind)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        dtype = torch.float64 if self.kind is Kind.REAL else torch.int64
        return torch.full((inputs[0].shape[0],), self.value, dtype=dtype)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return self.value, self.value

    def code(self, value: Value) -> int:
        """The constant in the format of the result."""
        form = value.format
        return max(form.lo, min(form.hi, round(self.value * 2.0**form.frac)))

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        code = self.code(values[-1])
        return Exact(values[-1].format.frac, code, code)

    def hint(self, inputs: Sequence[Value], limits: Mapping[str, int]) -> Exact | None:
        for frac in range(HINT_BITS):
            code = self.value * 2.0**frac
            if code.is_integer():
                return Exact(frac, int(code), int(code))
        return None

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        code = float(self.code(values[-1]))
        return torch.full((inputs[0].shape[0],), code, dtype=torch.float64)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {"Code": self.code(site.output), "Width": site.output.format.width}

    def cost(self, site: Site) -> Cost:
        lanes, width = site.lanes["y"], site.output.format.width
        return Cost(
            dsp=0,
            lut=2,
            ff=2 + lanes * width,
            interval=site.beats("y", site.output),
            latency=1,
        )
