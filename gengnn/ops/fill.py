"""Fill: the same constant on every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from torch import Tensor

from gengnn.ir import Kind, Param, Value
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Op,
    Rows,
    Site,
)
from gengnn.ops.facts import Facts
from gengnn.ops.lowering import Abstract, Const, Dim, Extent, Full, LoweringError, limited, lowers

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder

HINT_BITS = 9
"""Constants with fewer fraction bits than this are kept exactly."""


@dataclass(frozen=True)
class Fill(Op):
    """y[r] = value in every lane of `shape`; `kind` says what the constant means."""

    value: float
    kind: Kind = Kind.REAL
    shape: tuple[int, ...] = ()

    kernel: ClassVar[str] = "fill"
    ports: ClassVar[tuple[str, ...]] = ("rows",)

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return Value(inputs[0].name, inputs[0].space, self.shape, self.kind)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        dtype = torch.float64 if self.kind is Kind.REAL else torch.int64
        return torch.full((inputs[0].shape[0], *self.shape), self.value, dtype=dtype)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return self.value, self.value

    def code(self, value: Value) -> int:
        """The constant in the format of the result."""
        form = value.format
        return max(form.lo, min(form.hi, round(self.value * 2.0**form.frac)))

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts(self.value >= 0, self.value >= 0 and float(self.value).is_integer())

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        code = self.code(values[-1])
        return Exact(values[-1].format.frac, code, code)

    def hint(self, inputs: Sequence[Value], limits: Mapping[str, int]) -> Exact | None:
        for frac in range(HINT_BITS):
            code = self.value * 2.0**frac
            if code.is_integer():
                return Exact(frac, int(code), int(code))
        return None

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        code = float(self.code(values[-1]))
        return torch.full((inputs[0].shape[0], *self.shape), code, dtype=torch.float64)

    @property
    def constant(self) -> float | None:
        return None if self.shape else self.value

    def with_constant(self, value: float, kind: Kind) -> Op:
        return Fill(value, kind)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Code": self.code(site.output),
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "Width": site.output.format.width,
        }

    def cost(self, site: Site) -> Cost:
        beats = site.beats("y", site.output)
        bits = (beats - 1).bit_length()
        return Cost(lut=2 + 2 * bits, ff=bits, interval=beats, latency=0)


def constant(b: Builder, sizes: Sequence[Dim], value: float) -> Const | Full:
    """A tensor of equal entries, of the type that the call returns."""
    rows = [place for place, size in enumerate(sizes) if isinstance(size, Extent)]
    shape = tuple(1 if isinstance(size, Extent) else size for size in sizes)
    limited(*shape)
    if len(rows) > 1:
        raise LoweringError("a constant over several spaces")
    integer = np.dtype(bool) if b.dtype == "bool" else np.dtype(np.int64)
    dtype = np.dtype(np.float64) if "float" in b.dtype else integer
    data = np.broadcast_to(np.asarray(value, dtype), shape)
    return Full(data, rows[0], sizes[rows[0]]) if rows else Const(data)


@lowers("aten.zeros.default", "aten.empty.memory_format")
def lower_zeros(b: Builder, sizes: Sequence[Dim], *, dtype: Abstract = None) -> Const | Full:
    """Zeros; memory that was not initialised counts as zeros."""
    return constant(b, sizes, 0)


@lowers("aten.ones.default")
def lower_ones(b: Builder, sizes: Sequence[Dim], *, dtype: Abstract = None) -> Const | Full:
    """Ones."""
    return constant(b, sizes, 1)


@lowers("aten.full.default")
def lower_full(
    b: Builder, sizes: Sequence[Dim], value: float, *, dtype: Abstract = None
) -> Const | Full:
    """One number everywhere."""
    return constant(b, sizes, value)


@lowers("aten.scalar_tensor.default")
def lower_scalar(b: Builder, value: float, *, dtype: Abstract = None) -> Const | Full:
    """A number as a tensor."""
    return constant(b, (), value)


@lowers("aten.new_zeros.default", "aten.new_empty.default")
def lower_new_zeros(
    b: Builder, like: Abstract, sizes: Sequence[Dim], *, dtype: Abstract = None
) -> Const | Full:
    """Zeros of the type of another tensor."""
    return constant(b, sizes, 0)


@lowers("aten.new_ones.default")
def lower_new_ones(
    b: Builder, like: Abstract, sizes: Sequence[Dim], *, dtype: Abstract = None
) -> Const | Full:
    """Ones of the type of another tensor."""
    return constant(b, sizes, 1)


@lowers("aten.new_full.default")
def lower_new_full(
    b: Builder, like: Abstract, sizes: Sequence[Dim], value: float, *, dtype: Abstract = None
) -> Const | Full:
    """One number, of the type of another tensor."""
    return constant(b, sizes, value)


@lowers("aten.zeros_like.default", "aten.empty_like.default", "aten.zero_.default")
def lower_zeros_like(b: Builder, like: Abstract, *, dtype: Abstract = None) -> Const | Full:
    """Zeros of the shape of another tensor."""
    return constant(b, b.sizes(like), 0)


@lowers("aten.ones_like.default")
def lower_ones_like(b: Builder, like: Abstract, *, dtype: Abstract = None) -> Const | Full:
    """Ones of the shape of another tensor."""
    return constant(b, b.sizes(like), 1)


@lowers("aten.full_like.default", "aten.fill[_].Scalar")
def lower_full_like(
    b: Builder, like: Abstract, value: float, *, dtype: Abstract = None
) -> Const | Full:
    """One number in the shape of another tensor."""
    return constant(b, b.sizes(like), value)
