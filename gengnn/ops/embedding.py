"""Embedding: a row of a trained table for each index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gengnn.fixed import FixedType
from gengnn.ir import Kind, Param, Value
from gengnn.ops.algebra import Array, Made, RowMap, Term
from gengnn.ops.base import (
    Cost,
    Exact,
    Interval,
    Memory,
    Op,
    Rows,
    Site,
    constants_cost,
    outlet_cost,
)
from gengnn.ops.concat import Concat
from gengnn.ops.facts import Facts
from gengnn.ops.joint import Joint
from gengnn.ops.lowering import Abstract, Const, Full, LoweringError, Rowed, lowers
from gengnn.ops.whole import Whole

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


@dataclass(frozen=True)
class Embedding(Op):
    """y = table[index], table [rows, F]."""

    kernel: ClassVar[str] = "embedding"
    ports: ClassVar[tuple[str, ...]] = ("index",)
    roles: ClassVar[tuple[str, ...]] = ("table",)

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        features = params["table"].data.shape[1]
        return Value(inputs[0].name, inputs[0].space, (features,))

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return params["table"].index_select(0, inputs[0].reshape(-1))

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        table = params["table"].data
        return float(table.min()), float(table.max())

    def param_type(
        self,
        role: str,
        data: NDArray[np.float64],
        width: int,
        known: Mapping[str, FixedType],
        asked: FixedType | None = None,
    ) -> FixedType:
        return known["y"]

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts(bool((params["table"].data >= 0).all()))

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        low, high = self.interval((), params, limits)
        return Exact(params["table"].format.frac, int(low), int(high))

    def row_map(self, x: Value, params: Mapping[str, Array]) -> RowMap:
        return RowMap.dense(params["table"].T)

    def of_map(self, told: RowMap) -> Made | None:
        if told.matrix is None:
            return None
        return Embedding(), {"table": told.matrix.T + told.shift}

    def paired(self, first: Term, second: Term) -> Term | None:
        radix = second.value.bound
        return None if radix is None else Term.of(Joint(radix), first, second)

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {
            "Lanes": site.lanes["y"],
            "Beats": site.beats("y", site.output),
            "Depth": self._depth(site),
            "WidthIndex": site.inputs[0].format.width,
            "Width": site.output.format.width,
            "Iters": site.iters,
        }

    def _depth(self, site: Site) -> int:
        """Rows of the table of one layer."""
        return int(site.params[0]["table"].data.shape[0])

    def memories(self, site: Site) -> tuple[Memory, ...]:
        """The tables, one word per [layer, row, beat]."""
        lanes = site.lanes["y"]
        words = [p["table"].data.reshape(-1, lanes) for p in site.params]
        return (Memory("table", site.output.format.width, np.concatenate(words).astype(np.int64)),)

    def cost(self, site: Site) -> Cost:
        lanes, beats = site.lanes["y"], site.beats("y", site.output)
        bits = lanes * site.output.format.width
        depth = self._depth(site) * beats * site.iters
        control = Cost(lut=30, ff=30, interval=beats, latency=2)
        return control + constants_cost(bits, depth, site.lut_words) + outlet_cost(bits)


def embed(b: Builder, table: Const, index: Abstract) -> Rowed | Full:
    """table[index]; several columns of integers share the table, [rows, ...].

    Computed integers are brought into its range.
    """
    if isinstance(index, Full):
        return Full(table.data[index.data], index.axis, index.rows)
    index = b.rowed(index)
    if index.value.kind is Kind.REAL:  # integers that were computed
        index = replace(index, value=b.emit(Whole(len(table.data)), [index.value]))
    if index.value.kind is not Kind.INDEX or index.is_map:
        raise LoweringError(
            "looks up a table by what is no integer feature", "pass categories as int64 features"
        )
    rows, *dims = table.data.shape
    table = table if len(dims) == 1 else Const(table.data.reshape(rows, -1))
    columns = [
        b.lanes_of(index, np.asarray([lane]), ()).value for lane in range(index.value.features)
    ]
    for column in columns:
        b.bound(column, rows)
    parts = [b.emit(Embedding(), [column], table=table) for column in columns]
    value = parts[0]
    for part in parts[1:]:
        value = b.emit(Concat(), [value, part])
    return Rowed(value, (*index.dims, *dims), index.axis)


@lowers("aten.embedding.default")
def lower_embedding(b: Builder, table: Abstract, index: Abstract, *rest: Abstract) -> Rowed | Full:
    """table[index]."""
    if not isinstance(table, Const):
        raise LoweringError("looks up computed rows by an integer feature")
    return embed(b, table, index)


@lowers("aten.one_hot.default")
def lower_one_hot(b: Builder, index: Abstract, num_classes: int = -1) -> Rowed | Full:
    """A row of the identity matrix for each category."""
    if not 0 < num_classes <= MAX_CLASSES:
        raise LoweringError("counts the classes in the data", "give one_hot its num_classes")
    return embed(b, Const(np.eye(num_classes)), index)


MAX_CLASSES = 4096
"""Columns of a one-hot encoding."""
