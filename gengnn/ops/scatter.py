"""Scatter: push rows along a map and reduce those that meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Op,
    Rows,
    Site,
    cast_cost,
    cast_params,
    memory_bram18,
    memory_lut,
)

MODES = ("sum", "max", "min", "last")
"""The reductions in the order of the kernels' `Mode`."""


@dataclass(frozen=True)
class Scatter(Op):
    """y[t] = reduce of x[r] over all r with index[r] = t; 0 where no row meets.

    `reduce` is sum, max, min or last (the last row in order stays). Means are sums times a
    reciprocal degree, as in PyG's `scatter`.
    """

    reduce: str = "sum"

    kernel: ClassVar[str] = "scatter"
    ports: ClassVar[tuple[str, ...]] = ("x", "index", "rows")
    fill_ports: ClassVar[tuple[str, ...]] = ("x", "index")

    @property
    def keeps_type(self) -> bool:
        return self.reduce != "sum"

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], space=inputs[2].space)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        x, index, target = inputs[0], inputs[1].reshape(-1), inputs[2]
        total = x.new_zeros((target.shape[0], *x.shape[1:]))
        if self.reduce == "sum":
            return total.index_add_(0, index, x)
        if self.reduce == "last":
            return _last(total, index, x)
        spread = index.reshape(-1, *[1] * (x.dim() - 1)).expand_as(x)
        return total.scatter_reduce_(0, spread, x, f"a{self.reduce}", include_self=False)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        low, high = min(inputs[0][0], 0.0), max(inputs[0][1], 0.0)
        most = limits["x"] if self.reduce == "sum" else 1
        return low * most, high * most

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        form = values[0].format
        low, high = self.interval([(form.lo, form.hi)], params, limits)
        return Exact(form.frac, int(low), int(high))

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
            "Rows": site.max_rows["y"],
            "WidthX": site.inputs[0].format.width,
            "WidthIndex": site.inputs[1].format.width,
            "Mode": MODES.index(self.reduce),
            **cast_params(self._exact_at(site), site.output.format),
        }

    def _exact_at(self, site: Site) -> Exact:
        return self.exact((*site.inputs, site.output), {}, site.max_rows)

    def cost(self, site: Site) -> Cost:
        lanes, beats = site.lanes["y"], site.beats("y", site.output)
        exact = self._exact_at(site)
        bits, depth = lanes * exact.width, beats * site.max_rows["y"]
        total = Cost(
            lut=memory_lut(bits, depth) + 2 * bits + site.max_rows["y"],
            ff=4 * bits + site.max_rows["y"],
            bram18=memory_bram18(bits, depth),
            interval=beats,
            latency=4,
        )
        return total + cast_cost(lanes, exact, site.output.format)


def _last(total: Tensor, index: Tensor, x: Tensor) -> Tensor:
    """Keep the last row of each target; order decides, so a loop-free reduction over positions."""
    order = torch.arange(index.numel(), dtype=torch.int64)
    winner = torch.full((total.shape[0],), -1, dtype=torch.int64)
    winner.scatter_reduce_(0, index, order, "amax")
    hit = winner >= 0
    total[hit] = x[winner[hit]]
    return total
