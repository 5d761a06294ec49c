"""Reduce: the sum, the largest or the smallest of each group of lanes of a row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.algebra import Array, RowMap, Term
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Op,
    Rows,
    Site,
    cast_cost,
    cast_params,
    codes_range,
    outlet_cost,
)
from gengnn.ops.cost import CHOICE_LUT
from gengnn.ops.facts import Facts

MODES = ("sum", "max", "min")
"""The reductions in the order of the kernels' `Mode`."""


@dataclass(frozen=True)
class Reduce(Op):
    """y[g] = the sum, max or min (`how`) of lanes g * size to (g + 1) * size of the row.

    A sum is halved `halvings` times, which only moves its binary point: the mean of 2**k lanes.
    """

    how: str
    groups: int
    size: int
    halvings: int = 0

    kernel: ClassVar[str] = "reduce"

    @property
    def keeps_type(self) -> bool:
        return self.how != "sum"

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], shape=(self.groups,))

    def _reduced(self, x: Tensor) -> Tensor:
        groups = x.reshape(-1, self.groups, self.size)
        if self.how == "sum":
            return groups.sum(dim=-1)
        return groups.amax(dim=-1) if self.how == "max" else groups.amin(dim=-1)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return self._reduced(inputs[0]) * 2.0**-self.halvings

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        low, high = inputs[0]
        most = self.size * 2.0**-self.halvings if self.how == "sum" else 1.0
        return low * most, high * most

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts.common(inputs)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        low, high = codes_range(values[0])
        most = self.size if self.how == "sum" else 1
        return Exact(values[0].format.frac + self.halvings, low * most, high * most)

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return self._reduced(inputs[0])

    def simpler(self, made: Term) -> Term | None:
        return made.terms[0] if self.size == 1 and not self.halvings else None

    def row_map(self, x: Value, params: Mapping[str, Array]) -> RowMap | None:
        """A sum as a matrix; its weights are the adders."""
        if self.how != "sum":
            return None
        matrix = np.repeat(np.eye(self.groups), self.size, axis=1)
        return RowMap.dense(matrix * 2.0**-self.halvings, weights=x.features)

    def narrowed(self, values: Mapping[str, Value], most: int) -> dict[str, int]:
        """Whole groups in a beat, or a part of one group that divides it."""
        lanes = max(
            lanes
            for lanes in range(1, min(most, values["x"].features) + 1)
            if values["x"].features % lanes == 0
            and (lanes % self.size == 0 or self.size % lanes == 0)
        )
        return {"x": lanes, "y": max(1, lanes // self.size)}

    def kept_from(self, inputs: Sequence[str], more: Sequence[int]) -> Sequence[int]:
        return more

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "LanesX": site.lanes["x"],
            "Lanes": site.lanes["y"],
            "Beats": self._beats(site),
            "WidthX": site.inputs[0].format.width,
            "Mode": MODES.index(self.how),
            **cast_params(self._exact_at(site), site.output.format),
        }

    def _beats(self, site: Site) -> int:
        """Beats of a group that is wider than a beat, else 1."""
        return self.size * site.lanes["y"] // site.lanes["x"]

    def _exact_at(self, site: Site) -> Exact:
        return self.exact((*site.inputs, site.output), {}, {})

    def cost(self, site: Site) -> Cost:
        lanes, beats = site.lanes["y"], self._beats(site)
        exact, x, y = self._exact_at(site), site.inputs[0].format, site.output.format
        tree = self._tree_cost(site.lanes["x"] // lanes, x.width)
        total = Cost(
            lut=lanes * tree.lut + 12,
            ff=lanes * tree.ff + 12,
            interval=site.beats("x", site.inputs[0]),
            latency=tree.latency,
        )
        if beats > 1:
            bits = lanes * exact.width
            total += Cost(lut=bits, ff=bits, latency=beats)
        if self.how == "sum":
            total += cast_cost(lanes, exact, y)
        return total + outlet_cost(lanes * y.width)

    def _tree_cost(self, terms: int, width: int) -> Cost:
        """A tree with a register at every level; choosing takes a comparison and a choice."""
        lut, ff, level = 0.0, 0, 0
        while terms > 1:
            level += 1
            bits = width + level if self.how == "sum" else width
            lut += terms // 2 * bits * (1.0 if self.how == "sum" else CHOICE_LUT)
            terms = (terms + 1) // 2
            ff += terms * bits
        return Cost(lut=math.ceil(lut), ff=ff, latency=level)
