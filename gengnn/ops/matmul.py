"""Matmul: the product of two computed matrices in every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Op,
    Rows,
    Shape,
    Site,
    cast_cost,
    cast_params,
    codes_range,
    outlet_cost,
)
from gengnn.ops.cost import delay_cost
from gengnn.ops.facts import Facts
from gengnn.ops.tiles import Sizes


@dataclass(frozen=True)
class Matmul(Op):
    """y[b, i, j] = sum over k of a[b, i, k] w[b, k, j], for both operands computed.

    Lanes of a row are in row-major order: a [rows, batch * rows * inner] and so on.
    """

    batch: int
    rows: int
    inner: int
    columns: int

    kernel: ClassVar[str] = "matmul"
    ports: ClassVar[tuple[str, ...]] = ("a", "w")
    multiplies: ClassVar[bool] = True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], shape=(self.batch * self.rows * self.columns,))

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        a = inputs[0].reshape(-1, self.batch, self.rows, self.inner)
        w = inputs[1].reshape(-1, self.batch, self.inner, self.columns)
        return (a @ w).reshape(-1, *values[-1].shape)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        ends = [x * y for x in inputs[0] for y in inputs[1]]
        return self.inner * min(ends), self.inner * max(ends)

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts.sign(inputs)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        low, high = self.interval([codes_range(v) for v in values[:2]], params, limits)
        return Exact(values[0].format.frac + values[1].format.frac, int(low), int(high))

    @property
    def sizes(self) -> Sizes:
        """The product of one row."""
        return Sizes(self.batch, self.rows, self.inner, self.columns)

    def shapes(self, values: Sequence[Value], params: Mapping[str, Param]) -> list[Shape]:
        return self.sizes.shapes()

    def port_lanes(
        self, params: Mapping[str, Param], shape: Shape, given: Mapping[str, int]
    ) -> dict[str, int]:
        return self.sizes.tile(*shape[1:]).lanes

    def kernel_params(self, site: Site) -> dict[str, int]:
        exact = self.exact((*site.inputs, site.output), {}, {})
        return {
            **self.sizes.tile(site.parallel, site.lanes["y"]).kernel_params(),
            "WidthA": site.inputs[0].format.width,
            "WidthW": site.inputs[1].format.width,
            **cast_params(exact, site.output.format),
        }

    def cost(self, site: Site) -> Cost:
        lanes, exact = site.lanes["y"], self.exact((*site.inputs, site.output), {}, {})
        tile, (a, w) = self.sizes.tile(site.parallel, lanes), site.inputs
        total = tile.cost(a.format.width + w.format.width, exact)
        if tile.turns.rows > 1:  # w is kept for the other rows of a
            kept = tile.turns.inner * tile.turns.columns
            total += delay_cost(site.lanes["w"] * w.format.width, kept)
        y = site.output.format
        return total + cast_cost(lanes, exact, y) + outlet_cost(lanes * y.width)
