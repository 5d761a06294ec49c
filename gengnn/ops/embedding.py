"""Embedding: a row of a trained table for each index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gengnn.fixed import FixedType
from gengnn.ir import Param, Value
from gengnn.ops.base import Cost, Exact, Interval, Memory, Op, Rows, Site, memory_bram18, memory_lut


@dataclass(frozen=True)
class Embedding(Op):
    """y = table[index], table [rows, F]."""

    kernel: ClassVar[str] = "embedding"
    ports: ClassVar[tuple[str, ...]] = ("index",)
    roles: ClassVar[tuple[str, ...]] = ("table",)

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        features = params["table"].data.shape[1]
        return Value(inputs[0].name, inputs[0].space, (features,))

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return params["table"][inputs[0].reshape(-1)]

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        table = params["table"].data
        return float(table.min()), float(table.max())

    def param_type(
        self,
        role: str,
        data: NDArray[np.float64],
        width: int,
        known: Mapping[str, FixedType],
        asked: FixedType | None = None,
    ) -> FixedType:
        return known["y"]

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        low, high = self.interval((), params, limits)
        return Exact(params["table"].format.frac, int(low), int(high))

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return self.real(inputs, params, values, rows)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "Depth": self._depth(site),
            "WidthIndex": site.inputs[0].format.width,
            "Width": site.output.format.width,
            "Iters": site.iters,
        }

    def _depth(self, site: Site) -> int:
        """Rows of the table of one layer."""
        return int(site.params[0]["table"].data.shape[0])

    def memories(self, site: Site) -> tuple[Memory, ...]:
        """The tables, one word per [layer, row, beat]."""
        lanes = site.lanes["y"]
        words = [p["table"].data.reshape(-1, lanes) for p in site.params]
        return (Memory("table", site.output.format.width, np.concatenate(words).astype(np.int64)),)

    def cost(self, site: Site) -> Cost:
        lanes, beats = site.lanes["y"], site.beats("y", site.output)
        bits = lanes * site.output.format.width
        depth = self._depth(site) * beats * site.iters
        return Cost(
            lut=memory_lut(bits, depth),
            ff=2 * bits,
            bram18=memory_bram18(bits, depth),
            interval=beats,
            latency=3,
        )
