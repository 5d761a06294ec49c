"""Affine: a trained scale and shift on every lane (a batch normalisation that stands alone)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gengnn.fixed import FixedType
from gengnn.ir import Param, Value
from gengnn.ops.algebra import Array, Made, RowMap, Term
from gengnn.ops.base import (
    Cost,
    Interval,
    Memory,
    Rows,
    Site,
    cast_cost,
    cast_params,
    constants_cost,
    outlet_cost,
)
from gengnn.ops.cost import CARRY_BITS
from gengnn.ops.lowering import Abstract, Const, Full, Rowed, lowers
from gengnn.ops.weighted import Weighted

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


SIGN_BITS = 2
"""Bits of scales that are 1, 0 or -1: both kernels add, drop or subtract instead of multiplying."""


@dataclass(frozen=True)
class Affine(Weighted):
    """y = x * scale + shift, lane by lane; scale and shift [F]."""

    kernel: ClassVar[str] = "affine"
    roles: ClassVar[tuple[str, ...]] = ("scale", "shift")
    is_rowwise: ClassVar[bool] = True

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
        signs = _sign_type(data) if role == "scale" else None
        return asked or signs or super().param_type(role, data, width, known, asked)

    def simpler(self, made: Term) -> Term | None:
        is_same = (made.params["scale"] == 1.0).all() and not made.params["shift"].any()
        return made.terms[0] if is_same else None

    def is_copy(self, params: Mapping[str, Param]) -> bool:
        one = 2.0 ** params["scale"].format.frac
        return bool((params["scale"].data == one).all() and not params["shift"].data.any())

    def row_map(self, x: Value, params: Mapping[str, Array]) -> RowMap:
        return RowMap.lanewise(params["scale"], params["shift"])

    def of_map(self, told: RowMap) -> Made | None:
        if told.scale is None or not told.is_lanewise:
            return None
        return Affine(), {"scale": told.scale, "shift": told.shift}

    def kept_from(self, inputs: Sequence[str], more: Sequence[int]) -> Sequence[int]:
        return more

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "WidthX": site.inputs[0].format.width,
            "WidthScale": self._factor_width(site),
            "WidthShift": self._addend_width(site),
            **cast_params(self._widest(site), site.output.format),
            "Iters": site.iters,
        }

    def memories(self, site: Site) -> tuple[Memory, ...]:
        """Scales and shifts, one word per [layer, beat]."""
        lanes = site.lanes["y"]
        scale = np.concatenate([p["scale"].data.reshape(-1, lanes) for p in site.params])
        shift = np.concatenate([p["shift"].data.reshape(-1, lanes) for p in site.params])
        return (
            Memory("scale", self._factor_width(site), scale.astype(np.int64)),
            Memory("shift", self._addend_width(site), shift.astype(np.int64), is_summed=True),
        )

    def cost(self, site: Site) -> Cost:
        lanes, beats = site.lanes["y"], site.beats("y", site.output)
        exact, y = self._widest(site), site.output.format
        widths = site.inputs[0].format.width + self._factor_width(site)
        total = Cost(
            dsp=lanes if self._factor_width(site) > SIGN_BITS else 0,
            lut=lanes * (exact.width + (0 if self._factor_width(site) > SIGN_BITS else widths)),
            ff=lanes * (2 * widths + exact.width),
            interval=beats,
            latency=3,
        )
        if exact.width > CARRY_BITS:
            total += Cost(ff=lanes * exact.width, latency=1)
        for memory in self.memories(site):
            most = memory.within(site.lut_words).lut_words
            total += constants_cost(memory.bits, memory.depth, most)
        return total + cast_cost(lanes, exact, y) + outlet_cost(lanes * y.width)


def _sign_type(data: NDArray[np.float64]) -> FixedType | None:
    """The format of scales that are all 0 or +- one power of two, and need no multiplier."""
    sizes = np.unique(np.abs(data[data != 0.0]))
    if len(sizes) != 1 or math.log2(sizes[0]) % 1.0:
        return None
    return FixedType(SIGN_BITS, -int(math.log2(sizes[0])))


def affine(
    b: Builder, x: Abstract, scale: Const | Full | float, shift: Const | Full | float
) -> Rowed:
    """Emit x * scale + shift for constants that broadcast as torch does."""
    factor, offset = (
        told if isinstance(told, (Const, Full)) else Const(np.asarray(told))
        for told in (scale, shift)
    )
    x, _ = b.vector(b.real(x), factor)
    x, offsets = b.vector(x, offset)
    x, factors = b.vector(x, factor)
    if (factors == 1.0).all() and (offsets == 0.0).all():
        return x
    return replace(x, value=b.emit(Affine(), [x.value], scale=factors, shift=offsets))


@lowers("aten.neg[_].default")
def lower_neg(b: Builder, x: Abstract) -> Rowed:
    """-x."""
    return affine(b, x, -1.0, 0.0)
