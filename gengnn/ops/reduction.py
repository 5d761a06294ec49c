"""What the ops share that reduce rows along a map."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from gengnn.errors import GengnnError
from gengnn.ir import Kind, Param, Value
from gengnn.ops.base import Exact, Interval, Op, Rows, Setting, Site, cast_params
from gengnn.ops.facts import Facts

MODES = ("sum", "max", "min", "last")
"""The reductions in the order of the kernels' `Mode`."""


@dataclass(frozen=True)
class Reduction(Op, ABC):
    """y[t] = reduce of x[r] over all r with index[r] = t; 0 where no row meets.

    `reduce` is sum, max, min or last (the last row in order stays). Where at most `most` of the
    rows that meet in a sum are not 0, it says so; 0 means that all may be.
    """

    reduce: str = "sum"
    most: int = 0

    ports: ClassVar[tuple[str, ...]] = ("x", "index", "rows")
    fill_ports: ClassVar[tuple[str, ...]] = ("x", "index")

    @property
    def sees_order(self) -> bool:
        return self.reduce == "last"

    @property
    def keeps_type(self) -> bool:
        return self.reduce != "sum"

    @property
    def widens(self) -> bool:
        return self.reduce == "sum"

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        if inputs[0].kind is not Kind.REAL and self.reduce != "last":
            raise GengnnError(f"{self.kernel} reduces numbers, not {inputs[0]}: convert it first")
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
        most = (self.most or limits["x"]) if self.reduce == "sum" else 1
        return low * most, high * most

    def growth(self, limits: Mapping[str, int], seen: Mapping[str, int]) -> float:
        """Sums grow with the mean number of rows that meet."""
        known = seen["x"] / max(seen["rows"], 1)
        most = limits["x"] / limits["rows"]
        is_growing = self.reduce == "sum" and known and not self.most
        return max(1.0, most / known) if is_growing else 1.0

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts.common(inputs)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        form = values[0].format
        low, high = self.interval([(form.lo, form.hi)], params, limits)
        return Exact(form.frac, int(low), int(high))

    def kept_from(self, inputs: Sequence[str], more: Sequence[int]) -> Sequence[int]:
        return more

    def settings(self, site: Site) -> dict[str, Setting]:
        """The parameters that both kernels take."""
        return {
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "MaxX": max(site.max_rows["x"], 1),
            "WidthX": site.inputs[0].format.width,
            "WidthIndex": site.inputs[1].format.width,
            "Mode": MODES.index(self.reduce),
            **cast_params(self._exact_at(site), site.output.format),
        }

    def _exact_at(self, site: Site) -> Exact:
        return self.exact((*site.inputs, site.output), {}, site.max_rows)


def _last(total: Tensor, index: Tensor, x: Tensor) -> Tensor:
    """Keep the last row of each target; order decides, so a loop-free reduction over positions."""
    order = torch.arange(index.numel(), dtype=torch.int64)
    winner = torch.full((total.shape[0],), -1, dtype=torch.int64)
    winner.scatter_reduce_(0, index, order, "amax")
    hit = winner >= 0
    total[hit] = x[winner[hit]]
    return total
