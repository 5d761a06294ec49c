"""Grouped: dense layers on groups of features, several of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gengnn.fixed import FixedType, bits_for
from gengnn.ir import Param, Value
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Memory,
    Op,
    Rows,
    Shape,
    Site,
    cast_cost,
    cast_params,
    codes_range,
    memory_cost,
    outlet_cost,
)
from gengnn.ops.facts import NOTHING, Facts
from gengnn.ops.tiles import Sizes, Tile


@dataclass(frozen=True)
class Grouped(Op):
    """y[b, i, j] = sum over k of x[b, i, k] weight[b, k, j] + bias[b, i, j].

    Every matrix of weight [B, K, J] serves `copies` groups of K lanes, one after the other;
    bias is [B, copies, J].
    """

    copies: int = 1

    kernel: ClassVar[str] = "grouped"
    roles: ClassVar[tuple[str, ...]] = ("weight", "bias")
    multiplies: ClassVar[bool] = True

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

    def param_type(
        self,
        role: str,
        data: NDArray[np.float64],
        width: int,
        known: Mapping[str, FixedType],
        asked: FixedType | None = None,
    ) -> FixedType:
        if role == "weight":
            return super().param_type(role, data, width, known, asked)
        frac = known["x"].frac + known["weight"].frac
        codes = np.rint(np.ldexp(data, frac))
        return FixedType(bits_for(int(codes.min()), int(codes.max())), frac)

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts.sign(inputs) if all((p.data >= 0).all() for p in params.values()) else NOTHING

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        frac = values[0].format.frac + params["weight"].format.frac
        low, high = self.interval([codes_range(values[0])], params, limits)
        return Exact(frac, int(low), int(high))

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return self.real(inputs, params, values, rows)

    def shapes(self, values: Sequence[Value], params: Mapping[str, Param]) -> list[Shape]:
        return self.sizes(params).shapes()

    def port_lanes(
        self, params: Mapping[str, Param], shape: Shape, given: Mapping[str, int]
    ) -> dict[str, int]:
        lanes = self.sizes(params).tile(*shape[1:]).lanes
        return {"x": lanes["a"], "y": lanes["y"]}

    def _tile(self, site: Site) -> Tile:
        return self.sizes(site.params[0]).tile(site.parallel, site.lanes["y"])

    def _widest(self, site: Site) -> Exact:
        """The exact range over all folded layers."""
        layers = [self.exact((*site.inputs, site.output), p, {}) for p in site.params]
        return Exact(layers[0].frac, min(e.lo for e in layers), max(e.hi for e in layers))

    def kernel_params(self, site: Site) -> dict[str, int]:
        tile = self._tile(site)
        return {
            **tile.kernel_params(),
            "TurnsBatch": tile.turns.batch,
            "WidthX": site.inputs[0].format.width,
            "WidthW": site.params[0]["weight"].format.width,
            "WidthB": self._bias_width(site),
            **cast_params(self._widest(site), site.output.format),
            "Iters": site.iters,
        }

    def _bias_width(self, site: Site) -> int:
        return max((p["bias"].format.width for p in site.params if "bias" in p), default=1)

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
        width = site.params[0]["weight"].format.width
        return (
            Memory("weight", width, np.concatenate(weights).astype(np.int64)),
            Memory("bias", self._bias_width(site), np.concatenate(biases).astype(np.int64)),
        )

    def cost(self, site: Site) -> Cost:
        tile, exact, y = self._tile(site), self._widest(site), site.output.format
        width, lanes, turns = site.params[0]["weight"].format.width, tile.lanes, tile.turns
        total = tile.cost(site.inputs[0].format.width + width, exact) + Cost(
            lut=40, ff=40, interval=0, latency=0
        )
        words = site.iters * turns.batch * turns.inner * turns.columns
        total += memory_cost(width * lanes["w"], words)
        words = site.iters * turns.batch * turns.rows * turns.columns
        total += memory_cost(self._bias_width(site) * lanes["y"], words)
        return total + cast_cost(lanes["y"], exact, y) + outlet_cost(lanes["y"] * y.width)


def _tiled(data: NDArray[np.float64], cut: tuple[int, ...]) -> NDArray[np.float64]:
    """A tensor [A, B, C] as words, one per turn; `cut` has turns and part of each dimension."""
    tiles = data.reshape(cut).transpose(0, 2, 4, 1, 3, 5)
    return tiles.reshape(cut[0] * cut[2] * cut[4], -1)
