"""Grouped: dense layers on groups of features, several of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.base import (
    Cost,
    Interval,
    Memory,
    Rows,
    Shape,
    Site,
    cast_cost,
    cast_params,
    constants_cost,
    outlet_cost,
)
from gengnn.ops.tiles import Sizes, Tile
from gengnn.ops.timing import Arrivals, Turn, streamed
from gengnn.ops.weighted import Weighted


@dataclass(frozen=True)
class Grouped(Weighted):
    """y[b, i, j] = sum over k of x[b, i, k] weight[b, k, j] + bias[b, i, j].

    Every matrix of weight [B, K, J] serves `copies` groups of K lanes, one after the other;
    bias is [B, copies, J].
    """

    copies: int = 1

    kernel: ClassVar[str] = "grouped"
    roles: ClassVar[tuple[str, ...]] = ("weight", "bias")
    multiplies: ClassVar[bool] = True
    takes_beats: ClassVar[bool] = True

    def arrivals(self, at: Turn) -> Arrivals:
        return streamed(at.inputs[0], at)

    def sizes(self, params: Mapping[str, Param]) -> Sizes:
        """The product of one row."""
        batch, inner, columns = params["weight"].data.shape
        return Sizes(batch, self.copies, inner, columns)

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        sizes = self.sizes(params)
        return replace(inputs[0], shape=(sizes.batch * sizes.rows * sizes.columns,))

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        weight = params["weight"]
        x = inputs[0].reshape(-1, weight.shape[0], self.copies, weight.shape[1])
        y = x @ weight
        return (y + params["bias"] if "bias" in params else y).flatten(1)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        low, high = inputs[0]
        weight = params["weight"].data[:, None]
        ends = weight * low, weight * high
        bias = params["bias"].data if "bias" in params else np.zeros(1)
        least = np.minimum(*ends).sum(axis=2) + bias
        most = np.maximum(*ends).sum(axis=2) + bias
        return float(least.min()), float(most.max())

    def shapes(self, values: Sequence[Value], params: Mapping[str, Param]) -> list[Shape]:
        return self.sizes(params).shapes()

    def port_lanes(
        self, params: Mapping[str, Param], shape: Shape, given: Mapping[str, int]
    ) -> dict[str, int]:
        lanes = self.sizes(params).tile(*shape[1:]).lanes
        return {"x": lanes["a"], "y": lanes["y"]}

    def _tile(self, site: Site) -> Tile:
        return self.sizes(site.params[0]).tile(site.parallel, site.lanes["y"])

    def kernel_params(self, site: Site) -> dict[str, int]:
        tile = self._tile(site)
        return {
            **tile.kernel_params(),
            "TurnsBatch": tile.turns.batch,
            "WidthX": site.inputs[0].format.width,
            "WidthW": self._factor_width(site),
            "WidthB": self._addend_width(site),
            **cast_params(self._widest(site), site.output.format),
            "Iters": site.iters,
        }

    def memories(self, site: Site) -> tuple[Memory, ...]:
        """Weights by layer, batch, inner, columns; biases by layer, batch, copy, columns."""
        part, turns = self._tile(site).part, self._tile(site).turns
        weights, biases = [], []
        for layer in site.params:
            cut = (turns.batch, part.batch, turns.inner, part.inner, turns.columns, part.columns)
            weights.append(_tiled(layer["weight"].data, cut))
            cut = (turns.batch, part.batch, turns.rows, part.rows, turns.columns, part.columns)
            size = part.batch * turns.batch, part.rows * turns.rows, part.columns * turns.columns
            biases.append(_tiled(layer["bias"].data if "bias" in layer else np.zeros(size), cut))
        width = self._factor_width(site)
        return (
            Memory("weight", width, np.concatenate(weights).astype(np.int64)),
            Memory("bias", self._addend_width(site), np.concatenate(biases).astype(np.int64)),
        )

    def cost(self, site: Site) -> Cost:
        tile, exact, y = self._tile(site), self._widest(site), site.output.format
        width, lanes, turns = self._factor_width(site), tile.lanes, tile.turns
        total = tile.cost(site.inputs[0].format.width + width, exact) + Cost(
            lut=40, ff=40, interval=0, latency=0
        )
        words = site.iters * turns.batch * turns.inner * turns.columns
        total += constants_cost(width * lanes["w"], words, site.lut_words)
        words = site.iters * turns.batch * turns.rows * turns.columns
        total += constants_cost(self._addend_width(site) * lanes["y"], words, site.lut_words)
        return total + cast_cost(lanes["y"], exact, y) + outlet_cost(lanes["y"] * y.width)


def _tiled(data: NDArray[np.float64], cut: tuple[int, ...]) -> NDArray[np.float64]:
    """A tensor [A, B, C] as words, one per turn; `cut` has turns and part of each dimension."""
    tiles = data.reshape(cut).transpose(0, 2, 4, 1, 3, 5)
    return tiles.reshape(cut[0] * cut[2] * cut[4], -1)
