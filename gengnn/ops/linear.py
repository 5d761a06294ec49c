"""Linear: a dense layer on every row."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.algebra import Array, Made, RowMap, Term
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Memory,
    Op,
    Rows,
    Setting,
    Shape,
    Site,
    cast_cost,
    cast_params,
    constants_cost,
    outlet_cost,
)
from gengnn.ops.blocks import in_groups
from gengnn.ops.cost import CARRY_BITS, select_lut, tree_cost
from gengnn.ops.grouped import Grouped
from gengnn.ops.lanes import Lanes
from gengnn.ops.lowering import Abstract, Const, LoweringError, Rowed, limited
from gengnn.ops.scalings import behind
from gengnn.ops.site import guest_places
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

    def hosts(self, site: Site) -> bool:
        """Dense layers that are no larger, of codes as wide that are rounded alike.

        The sums of all of them have a place in one accumulator, which is kept as two where it is
        wider than a carry chain (gg_dot).
        """
        if not all(self._is_alike(site, guest) for guest in site.guests):
            return False
        product = site.inputs[0].format.width + self._factor_width(site)
        low = min(product - 1, SPLIT_BITS)
        return self._aligned(site)[0].width <= low + CARRY_BITS

    def _is_alike(self, site: Site, guest: Site) -> bool:
        x, y = site.inputs[0], site.output
        wanted, made = guest.inputs[0], guest.output
        return (
            type(guest.ops[0]) is type(self)
            and wanted.features <= x.features
            and made.features <= y.features
            and (wanted.format.width, wanted.format.signed) == (x.format.width, x.format.signed)
            and replace(made.format, frac=y.format.frac) == y.format
        )

    def guest_costs(self, site: Site) -> tuple[Cost, ...]:
        (most, blocks), cost = self._blocks(site), self.cost(site)
        return tuple(
            Cost(interval=blocks * steps, latency=cost.latency - (most - steps))
            for steps in self._steps(site)[len(site.params) :]
        )

    def _blocks(self, site: Site) -> tuple[int, int]:
        """Steps along the inputs and blocks of outputs of one row."""
        steps = math.ceil(site.inputs[0].features / site.parallel)
        return steps, site.beats("y", site.output)

    def _steps(self, site: Site) -> tuple[int, ...]:
        """Steps of a block in each turn: fewer for a short guest whose result is one block."""
        most, _ = self._blocks(site)
        ends = [
            int(guest_places(guest.inputs[0].features, guest.lanes["x"], site.lanes["x"])[-1]) + 1
            if guest.beats("y", guest.output) == 1
            else most * site.parallel
            for guest in site.guests
        ]
        return (*[most] * len(site.params), *(math.ceil(end / site.parallel) for end in ends))

    def _aligned(self, site: Site) -> tuple[Exact, tuple[int, ...]]:
        """The exact range over all turns, and the bits that the sums of each go up before.

        So one cast serves formats that lie differently behind the products of each guest.
        """
        own = self._widest(site)
        exact = [*[own] * len(site.params), *(self._widest(guest) for guest in site.guests)]
        made = [*[site] * len(site.params), *site.guests]
        shifts = [e.frac - each.output.format.frac for e, each in zip(exact, made, strict=True)]
        ups = tuple(max(shifts) - shift for shift in shifts)
        low = min(e.lo << up for e, up in zip(exact, ups, strict=True))
        high = max(e.hi << up for e, up in zip(exact, ups, strict=True))
        return Exact(site.output.format.frac + max(shifts), low, high), ups

    def kernel_params(self, site: Site) -> dict[str, Setting]:
        (wide, ups), steps = self._aligned(site), self._steps(site)
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
            "Words": sum(steps) * self._blocks(site)[1],
            "StepsOf": steps,
            "MostUp": max(ups),
            "UpOf": ups,
        }

    def memories(self, site: Site) -> tuple[Memory, ...]:
        """Weights [turn, block, step] of (output, input) lanes; biases [turn, block]."""
        _, blocks = self._blocks(site)
        lanes = site.lanes["y"]
        weights, biases = [], []
        own = [self._filled(site, site, layer) for layer in site.params]
        theirs = [self._filled(site, guest, guest.params[0]) for guest in site.guests]
        for steps, (weight, bias) in zip(self._steps(site), [*own, *theirs], strict=True):
            part = weight[:, : steps * site.parallel]
            tiles = part.reshape(blocks, lanes, steps, site.parallel).transpose(0, 2, 1, 3)
            weights.append(tiles.reshape(blocks * steps, lanes * site.parallel))
            biases.append(bias.reshape(blocks, lanes))
        width = self._factor_width(site)
        return (
            Memory("weight", width, np.concatenate(weights).astype(np.int64)),
            Memory("bias", self._addend_width(site), np.concatenate(biases).astype(np.int64)),
        )

    def _filled(
        self, site: Site, of: Site, layer: Mapping[str, Param]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weights and bias `of` a layer or a guest, zeros where the unit has more lanes."""
        steps, blocks = self._blocks(site)
        x, y = (value.features for value in (of.inputs[0], of.output))
        columns = guest_places(x, of.lanes["x"], site.lanes["x"])
        rows = guest_places(y, of.lanes["y"], site.lanes["y"])
        weight = np.zeros((blocks * site.lanes["y"], steps * site.parallel))
        weight[np.ix_(rows, columns)] = layer["weight"].data
        bias = np.zeros(len(weight))
        bias[rows] = layer["bias"].data if "bias" in layer else 0.0
        return weight, bias

    def cost(self, site: Site) -> Cost:
        steps, blocks = self._blocks(site)
        lanes, x = site.lanes["y"], site.inputs[0]
        exact, ups = self._aligned(site)
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
        if any(ups):
            bits = lanes * exact.width
            control += Cost(lut=bits, ff=bits + lanes, latency=1)
        if beats > 1:
            control += Cost(ff=x.features * x.format.width, latency=beats)
        for shape in self.memories_shape(site):
            control += constants_cost(*shape, site.lut_words)
        y = site.output.format
        return control + cast_cost(lanes, exact, y) + outlet_cost(lanes * y.width)

    def memories_shape(self, site: Site) -> tuple[tuple[int, int], tuple[int, int]]:
        """(bits, depth) of the weight and the bias memory."""
        blocks, lanes = self._blocks(site)[1], site.lanes["y"]
        width = self._factor_width(site)
        return (
            (width * lanes * site.parallel, sum(self._steps(site)) * blocks),
            (self._addend_width(site) * lanes, site.iters * blocks),
        )


SPLIT_BITS = 24
"""Low bits, at the most, of a sum that is kept as two."""


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
