"""Affine: a trained scale and shift on every lane (a batch normalisation that stands alone)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    Site,
    cast_cost,
    cast_params,
    codes_range,
    memory_bram18,
    memory_lut,
)


@dataclass(frozen=True)
class Affine(Op):
    """y = x * scale + shift, lane by lane; scale and shift [F]."""

    kernel: ClassVar[str] = "affine"
    roles: ClassVar[tuple[str, ...]] = ("scale", "shift")

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return inputs[0]

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        flat = inputs[0].reshape(-1, values[0].features)
        return (flat * params["scale"] + params["shift"]).reshape(inputs[0].shape)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        low, high = inputs[0]
        scale, shift = params["scale"].data, params["shift"].data
        ends = np.stack([scale * low + shift, scale * high + shift])
        return float(ends.min()), float(ends.max())

    def param_type(
        self,
        role: str,
        data: NDArray[np.float64],
        width: int,
        known: Mapping[str, FixedType],
        asked: FixedType | None = None,
    ) -> FixedType:
        if role == "scale":
            return super().param_type(role, data, width, known, asked)
        frac = known["x"].frac + known["scale"].frac
        codes = np.rint(np.ldexp(data, frac))
        return FixedType(bits_for(int(codes.min()), int(codes.max())), frac)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        frac = values[0].format.frac + params["scale"].format.frac
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

    def _widest(self, site: Site) -> Exact:
        layers = [self.exact((*site.inputs, site.output), p, {}) for p in site.params]
        return Exact(layers[0].frac, min(e.lo for e in layers), max(e.hi for e in layers))

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "WidthX": site.inputs[0].format.width,
            "WidthScale": site.params[0]["scale"].format.width,
            "WidthShift": self._shift_width(site),
            **cast_params(self._widest(site), site.output.format),
            "Iters": site.iters,
        }

    def _shift_width(self, site: Site) -> int:
        return max(p["shift"].format.width for p in site.params)

    def memories(self, site: Site) -> tuple[Memory, ...]:
        """Scales and shifts, one word per [layer, beat]."""
        lanes = site.lanes["y"]
        scale = np.concatenate([p["scale"].data.reshape(-1, lanes) for p in site.params])
        shift = np.concatenate([p["shift"].data.reshape(-1, lanes) for p in site.params])
        return (
            Memory("scale", site.params[0]["scale"].format.width, scale.astype(np.int64)),
            Memory("shift", self._shift_width(site), shift.astype(np.int64)),
        )

    def cost(self, site: Site) -> Cost:
        lanes, beats = site.lanes["y"], site.beats("y", site.output)
        exact = self._widest(site)
        shapes = [(m.bits, m.depth) for m in self.memories(site)]
        return Cost(
            dsp=lanes,
            lut=lanes * exact.width + sum(memory_lut(*s) for s in shapes),
            ff=lanes * exact.width * 2,
            bram18=sum(memory_bram18(*s) for s in shapes),
            interval=beats,
            latency=4,
        ) + cast_cost(lanes, exact, site.output.format)
