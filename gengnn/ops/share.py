"""Share: what part a row has in a quantile of its group, or whether it is among the first."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gengnn.fixed import FixedType
from gengnn.ir import Kind, Param, Value
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Memory,
    Op,
    Rows,
    Site,
    memory_cost,
    outlet_cost,
)
from gengnn.ops.facts import Facts

WAYS = ("lower", "higher", "nearest", "midpoint", "linear", "first")
"""The interpolations of a quantile, and the choice of the first rows."""

HINT_BITS = 8
"""Weights with at most this many fraction bits are kept exactly."""


@dataclass(frozen=True)
class Share(Op):
    """The weight of each row in the quantile `q` of its group, from the row's rank.

    The quantile lies at position p = q (n - 1) among the n sorted rows of the group. A row at
    the position below p, or above, has the weight that `how` gives it ("lower", "higher",
    "nearest", "midpoint", "linear", as in `torch.quantile`), every other row 0: the sum of the
    weighted rows is the quantile. With "first" the result is a mask of the ceil(q n) first rows
    (of q rows where q >= 1). `rank` [F] and `others` (n - 1) are lanes of a Rank. A table over n
    holds positions and weights, computed exactly.
    """

    q: float
    how: str

    kernel: ClassVar[str] = "share"
    ports: ClassVar[tuple[str, ...]] = ("rank", "others")

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        kind = Kind.MASK if self.how == "first" else Kind.REAL
        return Value(inputs[0].name, inputs[0].space, inputs[0].shape, kind)

    def places(self, most: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Position below p and weight of that row, for n = 1 .. most; the next row has the rest."""
        told = [_place(self.q, self.how, n) for n in range(1, most + 1)]
        return np.asarray([t[0] for t in told]), np.asarray([float(t[1]) for t in told])

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        place, weight = self.places(int(inputs[1].max()) + 1 if inputs[1].numel() else 1)
        table = [torch.from_numpy(place), torch.from_numpy(weight), torch.from_numpy(1 - weight)]
        return self._chosen(inputs, table)

    def _chosen(self, inputs: Sequence[Tensor], table: Sequence[Tensor]) -> Tensor:
        """The result from tables of the place, of its weight and of the next one's."""
        others = inputs[1].reshape(-1).to(torch.int64)
        rank = inputs[0].to(torch.int64)
        shape = (-1, *[1] * (rank.dim() - 1))
        place, here, after = (column[others].reshape(shape) for column in table)
        if self.how == "first":
            return (rank <= place).to(torch.int64)
        return (rank == place) * here + (rank == place + 1) * after

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return 0.0, 1.0

    def entries(self, form: FixedType, most: int) -> NDArray[np.int64]:
        """[most, 3]: place, code of its weight and of the next one's, for n = 1 .. most."""
        return _entries(self, form, most)

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts(is_positive=True)

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        form = values[-1].format
        if values[-1].kind is Kind.MASK:
            return Exact(0, 0, 1)
        return Exact(form.frac, 0, min(form.hi, _one(form)))

    def hint(self, inputs: Sequence[Value], limits: Mapping[str, int]) -> Exact | None:
        frac = {"midpoint": 1, "linear": Fraction(self.q).denominator.bit_length() - 1}
        bits = frac.get(self.how, 0)
        return Exact(bits, 0, 1 << bits) if bits <= HINT_BITS else None

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        most = int(inputs[1].max()) + 1 if inputs[1].numel() else 1
        table = torch.from_numpy(self.entries(values[-1].format, most))
        return self._chosen(inputs, table.unbind(1)).to(torch.float64)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "Rows": site.max_rows["others"],
            "WidthRank": site.inputs[0].format.width,
            "WidthOthers": site.inputs[1].format.width,
            "WidthEntry": self._entry_width(site),
            "WidthY": site.output.format.width,
            "IsMask": int(self.how == "first"),
        }

    def _entry_width(self, site: Site) -> int:
        return max(site.inputs[0].format.width + 1, site.output.format.width)

    def memories(self, site: Site) -> tuple[Memory, ...]:
        """Place, weight, and weight of the next row, for each n - 1."""
        entries = self.entries(site.output.format, site.max_rows["others"])
        return (Memory("entry", self._entry_width(site), entries),)

    def cost(self, site: Site) -> Cost:
        lanes, rank = site.lanes["y"], site.inputs[0].format.width
        bits = lanes * site.output.format.width
        entry = 3 * self._entry_width(site)
        total = Cost(
            lut=10 + rank + lanes * rank + bits,
            ff=10 + site.inputs[1].format.width + 2 * lanes * rank + bits,
            interval=site.beats("y", site.output),
            latency=3,
        )
        return total + memory_cost(entry, site.max_rows["others"]) + outlet_cost(bits)


def _place(q: float, how: str, n: int) -> tuple[int, Fraction]:
    """The position of the row at or below the quantile of n rows, and its weight."""
    if how == "first":
        return min(int(q) if q >= 1 else math.ceil(q * n), n) - 1, Fraction(1)
    position = Fraction(q) * (n - 1)
    below = math.floor(position)
    rest = position - below
    if how == "linear":
        return below, 1 - rest
    if how == "midpoint":
        return below, Fraction(1) if rest == 0 else Fraction(1, 2)
    rounded = {"lower": below, "higher": math.ceil(position), "nearest": round(position)}
    return rounded[how], Fraction(1)


def _one(form: FixedType) -> int:
    """The code of 1, as large as it would be."""
    return round(2.0**form.frac) if form.frac < form.width else form.hi


@functools.lru_cache(maxsize=64)
def _entries(op: Share, form: FixedType, most: int) -> NDArray[np.int64]:
    place, weight = op.places(most)
    here = np.round(weight * 2.0**form.frac)
    after = np.round(2.0**form.frac) - here
    codes = [np.clip(code, 0, form.hi).astype(np.int64) for code in (here, after)]
    return np.stack([place, *codes], axis=1)
