"""Linear: a dense layer on every row."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.algebra import Array, Made, RowMap, Term
from gengnn.ops.base import (
    Cost,
    Interval,
    Memory,
    Op,
    Rows,
    Shape,
    Site,
    cast_cost,
    cast_params,
    memory_cost,
    outlet_cost,
)
from gengnn.ops.blocks import in_groups
from gengnn.ops.cost import CARRY_BITS, select_lut, tree_cost
from gengnn.ops.grouped import Grouped
from gengnn.ops.lanes import Lanes
from gengnn.ops.lowering import Abstract, Const, LoweringError, Rowed, limited
from gengnn.ops.scalings import behind
from gengnn.ops.weighted import Weighted

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Linear(Weighted):
    """y = x W^T + b, with x [rows, FI], weight [FO, FI] and bias [FO]."""

    kernel: ClassVar[str] = "linear"
    roles: ClassVar[tuple[str, ...]] = ("weight", "bias")
    multiplies: ClassVar[bool] = True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], shape=(params["weight"].data.shape[0],))

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        flat = inputs[0].reshape(-1, values[0].features)
        if "bias" not in params:
            return flat @ params["weight"].T
        return torch.addmm(params["bias"], flat, params["weight"].T)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        low, high = inputs[0]
        weight = params["weight"].data
        ends = weight * low, weight * high
        bias = params["bias"].data if "bias" in params else np.zeros(1)
        least = np.minimum(*ends).sum(axis=1) + bias
        most = np.maximum(*ends).sum(axis=1) + bias
        return float(least.min()), float(most.max())

    def shapes(self, values: Sequence[Value], params: Mapping[str, Param]) -> list[Shape]:
        outputs, features = params["weight"].data.shape
        return matrix_shapes(features, outputs)

    def streamed(self, params: Mapping[str, Param]) -> tuple[Op, Mapping[str, Param]] | None:
        told = {"weight": replace(params["weight"], data=params["weight"].data.T[None])}
        if "bias" in params:
            told["bias"] = replace(params["bias"], data=params["bias"].data[None, None])
        return Grouped(), told

    def simpler(self, made: Term) -> Term | None:
        """Weights that only choose one feature for each output are wires."""
        weight = made.params["weight"]
        is_choice = ((weight == 0.0) | (weight == 1.0)).all() and (weight.sum(axis=1) == 1.0).all()
        if not is_choice or "bias" in made.params:
            return None
        return Term(made.value, Lanes(tuple(weight.argmax(axis=1).tolist())), made.terms)

    def row_map(self, x: Value, params: Mapping[str, Array]) -> RowMap:
        return RowMap.dense(params["weight"], params.get("bias"))

    def of_map(self, told: RowMap) -> Made | None:
        if told.matrix is None:
            return None
        constants = {"weight": told.matrix}
        return Linear(), constants | ({"bias": told.shift} if told.shift.any() else {})

    def cheaper(self, made: Term, rows: Mapping[str, Term]) -> Term | None:
        return behind(made, rows) or in_groups(made)

    def _blocks(self, site: Site) -> tuple[int, int]:
        """Steps along the inputs and blocks of outputs of one row."""
        steps = math.ceil(site.inputs[0].features / site.parallel)
        return steps, site.beats("y", site.output)

    def kernel_params(self, site: Site) -> dict[str, int]:
        wide = self._widest(site)
        return {
            "Features": site.inputs[0].features,
            "Outputs": site.output.features,
            "LanesX": site.lanes["x"],
            "LanesY": site.lanes["y"],
            "Parallel": site.parallel,
            "WidthX": site.inputs[0].format.width,
            "WidthW": self._factor_width(site),
            "WidthB": self._addend_width(site),
            **cast_params(wide, site.output.format),
            "Iters": site.iters,
        }

    def memories(self, site: Site) -> tuple[Memory, ...]:
        """Weights [layer, block, step] of (output, input) lanes; biases [layer, block]."""
        steps, blocks = self._blocks(site)
        lanes, inputs = site.lanes["y"], site.inputs[0].features
        pad = steps * site.parallel - inputs
        weights, biases = [], []
        for layer in site.params:
            padded = np.pad(layer["weight"].data, ((0, 0), (0, pad)))
            tiles = padded.reshape(blocks, lanes, steps, site.parallel).transpose(0, 2, 1, 3)
            weights.append(tiles.reshape(blocks * steps, lanes * site.parallel))
            bias = layer["bias"].data if "bias" in layer else np.zeros(blocks * lanes)
            biases.append(bias.reshape(blocks, lanes))
        width = self._factor_width(site)
        return (
            Memory("weight", width, np.concatenate(weights).astype(np.int64)),
            Memory("bias", self._addend_width(site), np.concatenate(biases).astype(np.int64)),
        )

    def cost(self, site: Site) -> Cost:
        steps, blocks = self._blocks(site)
        lanes, exact, x = site.lanes["y"], self._widest(site), site.inputs[0]
        widths = x.format.width + self._factor_width(site)
        tree = tree_cost(site.parallel, widths, exact.width)
        work = steps * site.parallel * x.format.width
        beats = site.beats("x", x)
        control = Cost(
            dsp=lanes * site.parallel,
            lut=work + lanes * (tree.lut + select_lut(exact.width)) + 60,
            ff=work + lanes * (tree.ff + exact.width + 2 * site.parallel * widths) + 60,
            interval=steps * blocks,
            latency=steps + 2 + tree.latency + (1 if exact.width > CARRY_BITS else 0),
        )
        if beats > 1:
            control += Cost(ff=x.features * x.format.width, latency=beats)
        for shape in self.memories_shape(site):
            control += memory_cost(*shape)
        y = site.output.format
        return control + cast_cost(lanes, exact, y) + outlet_cost(lanes * y.width)

    def memories_shape(self, site: Site) -> tuple[tuple[int, int], tuple[int, int]]:
        """(bits, depth) of the weight and the bias memory."""
        steps, blocks = self._blocks(site)
        lanes = site.lanes["y"]
        width = self._factor_width(site)
        return (
            (width * lanes * site.parallel, site.iters * steps * blocks),
            (self._addend_width(site) * lanes, site.iters * blocks),
        )


@functools.lru_cache(maxsize=256)
def matrix_shapes(features: int, outputs: int) -> list[Shape]:
    """Worthwhile (interval, parallel, lanes) of a dense layer, slowest and smallest first.

    `interval` is the cycles per row. A unit works on a part of the outputs at a time and takes
    several inputs per cycle; of the shapes with as many multipliers the fastest is kept, and of
    equal ones that with the most outputs at once.
    """
    found = []
    for lanes in (d for d in range(1, outputs + 1) if outputs % d == 0):
        for parallel in {math.ceil(features / steps) for steps in range(1, features + 1)}:
            interval = outputs // lanes * math.ceil(features / parallel)
            found.append((parallel * lanes, interval, -lanes, parallel))
    shapes: list[Shape] = []
    for _, interval, lanes, parallel in sorted(found):
        if not shapes or interval < shapes[-1][0]:
            shapes.append((interval, parallel, -lanes))
    return shapes


def dense(b: Builder, x: Abstract, weight: Const, bias: Const | None = None) -> Rowed:
    """Emit x W^T + b along the last dimension of `x`; further static dimensions share W."""
    x = b.spread(b.real(x))
    if not x.dims or x.axis == len(x.dims) or weight.data.shape[1:] != x.dims[-1:]:
        raise LoweringError(f"multiplies {x.dims} features by weights {weight.data.shape}")
    outputs, copies = weight.data.shape[0], math.prod(x.dims[:-1])
    params = {"weight": weight} | ({} if bias is None else {"bias": bias})
    limited(copies, copies, weight.data.size)
    if copies > 1:
        params["weight"] = Const(np.kron(np.eye(copies), weight.data))
    if bias is not None and (copies > 1 or bias.data.shape != (outputs,)):
        vector = np.broadcast_to(bias.data.ravel(), (copies, outputs))
        params["bias"] = Const(vector.ravel())
    value = b.emit(Linear(), [x.value], **params)
    return replace(x, value=value, dims=(*x.dims[:-1], outputs))
