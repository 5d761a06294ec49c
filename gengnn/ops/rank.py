"""Rank: where each row stands among the rows of its group, lane by lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    memory_cost,
    outlet_cost,
)

COMPARATORS = 64
"""Lanes that are compared in a cycle, where rows are short enough."""

MAX_PARALLEL = 16
"""Rows that are compared in a cycle."""


@dataclass(frozen=True)
class Rank(Op):
    """Ranks of the lanes of x [N, F] in their groups, and the size of the groups: [N, F + 1].

    y[r, f] is the number of rows s with index[s] = index[r] whose x[s, f] comes before x[r, f] in
    ascending (or descending) order; equal numbers keep the order of the rows. The last lane is
    the number of other rows of the group. Both are below the row limit of the space, which is
    therefore the `target` of the result. Every row is compared with every other: rows squared
    over `_parallel` cycles.
    """

    descending: bool = False

    kernel: ClassVar[str] = "rank"
    ports: ClassVar[tuple[str, ...]] = ("x", "index")
    fill_ports: ClassVar[tuple[str, ...]] = ("x", "index")
    whole_rows: ClassVar[bool] = True

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        space = inputs[0].space
        return Value(inputs[0].name, space, (inputs[0].features + 1,), Kind.INDEX, target=space)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        ranks, others = ranks_of(
            inputs[0].reshape(-1, values[0].features), inputs[1].reshape(-1), self.descending
        )
        return torch.cat([ranks, others.unsqueeze(1)], dim=1)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return 0.0, float(max(limits["x"] - 1, 0))

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        return Exact(0, 0, max(limits["x"] - 1, 0))

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["x"],
            "Rows": site.max_rows["x"],
            "Parallel": _parallel(site),
            "Descending": int(self.descending),
            "WidthX": site.inputs[0].format.width,
            "WidthIndex": site.inputs[1].format.width,
            "WidthY": site.output.format.width,
        }

    def cost(self, site: Site) -> Cost:
        lanes, width = site.lanes["x"], site.inputs[0].format.width
        rows, parallel = site.max_rows["x"], _parallel(site)
        bits = site.inputs[1].format.width + lanes * width
        counters = (lanes + 1) * site.output.format.width
        pairs = parallel * (lanes * width + bits // 2)
        total = Cost(
            lut=60 + pairs + parallel * counters // 2 + counters,
            ff=80 + bits + parallel * (2 * lanes + 3) + 2 * counters,
            latency=5,
            scan=1 / parallel,
        )
        total += memory_cost(bits, -(-rows // parallel), parallel)
        return total + outlet_cost(counters)


def _parallel(site: Site) -> int:
    """Rows that each row is compared with per cycle, a power of two."""
    most = min(MAX_PARALLEL, site.max_rows["x"], max(1, COMPARATORS // site.lanes["x"]))
    return 1 << (most.bit_length() - 1)


def ranks_of(x: Tensor, index: Tensor, descending: bool = False) -> tuple[Tensor, Tensor]:
    """Ranks of the columns of x [N, F] within the rows of equal index [N], and others [N].

    Returns:
        int64 tensors: how many rows of the group come before (equal numbers in the order of the
        rows), and how many other rows the group has.
    """
    by_value = torch.argsort(x, dim=0, descending=descending, stable=True)
    groups = index.unsqueeze(1).expand_as(by_value).gather(0, by_value)
    order = by_value.gather(0, torch.argsort(groups, dim=0, stable=True))
    count = torch.bincount(index, minlength=1)
    first = torch.cumsum(count, 0) - count
    place = torch.arange(len(index)).unsqueeze(1).expand_as(order)
    ranks = torch.empty_like(order).scatter_(0, order, place) - first[index].unsqueeze(1)
    return ranks, count[index] - 1
