"""Compare: a mask that tells where a relation holds between two rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

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
from gengnn.ops.pairs import align_pair, infer_pair, pair_params

RELATIONS = ("eq", "ne", "lt", "le", "gt", "ge")
"""The relations in the order of the kernels' `Relation`."""


@dataclass(frozen=True)
class Compare(Op):
    """a relation b, with relation eq, ne, lt, le, gt or ge; a 1-lane operand is broadcast.

    Codes of different formats are compared as the numbers they stand for, exactly.
    """

    relation: str

    kernel: ClassVar[str] = "compare"
    is_rowwise: ClassVar[bool] = True
    ports: ClassVar[tuple[str, ...]] = ("a", "b")

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(infer_pair(inputs), kind=Kind.MASK)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        told: Tensor = getattr(torch, self.relation)(*align_pair(inputs, values))
        return told.to(torch.int64).reshape(-1, *values[-1].shape)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return 0.0, 1.0

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        return Exact(0, 0, 1)

    def drops(self, values: Sequence[Value]) -> tuple[int, int]:
        """Fraction bits of a and of b that the other one does not have."""
        first, second = (value.format for value in values[:2])
        more = first.frac - second.frac
        return min(max(more, 0), first.width), min(max(-more, 0), second.width)

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        codes = [
            _halves(x.to(torch.int64), drop)
            for x, drop in zip(inputs, self.drops(values), strict=True)
        ]
        return self.real(codes, params, values, rows).to(torch.float64)

    def kernel_params(self, site: Site) -> dict[str, int]:
        first, second = self.drops(site.inputs)
        a, b = site.inputs
        return {
            **pair_params(site),
            "SignedA": int(a.format.signed),
            "SignedB": int(b.format.signed),
            "DropA": first,
            "DropB": second,
            "Relation": RELATIONS.index(self.relation),
        }

    def cost(self, site: Site) -> Cost:
        lanes, drops = site.lanes["y"], self.drops(site.inputs)
        width = max(v.format.width - drop for v, drop in zip(site.inputs, drops, strict=True))
        total = Cost(
            lut=lanes * (width + 1), ff=2 * lanes + 4, interval=site.beats("y", site.output)
        )
        if any(drops):
            total += Cost(lut=lanes * max(drops) // 4, ff=lanes * (2 * width + 1) + 2, interval=0)
        return total


def _halves(codes: Tensor, drop: int) -> Tensor:
    """Twice codes * 2**-drop, anything between two integers as the half between them."""
    return ((codes >> drop) << 1) | ((codes & ((1 << drop) - 1)) != 0)
