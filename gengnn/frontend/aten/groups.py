"""Operators of `frontend.leaves`: the rows of groups in an order."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gengnn.frontend.builder import Builder
from gengnn.ir import Kind, Value
from gengnn.ops.add import Add
from gengnn.ops.affine import affine
from gengnn.ops.concat import Concat
from gengnn.ops.dense import Dense
from gengnn.ops.fill import Fill
from gengnn.ops.filter import filter_rows
from gengnn.ops.iota import Iota
from gengnn.ops.lowering import Abstract, Dim, Largest, LoweringError, Rowed, lowers
from gengnn.ops.mul import Mul
from gengnn.ops.rank import Rank
from gengnn.ops.scatter import Scatter, aimed_at, reached
from gengnn.ops.share import Share
from gengnn.ops.slice import Slice

MATRIX = 2
"""Dimensions of a tensor of rows and features."""


@lowers("gengnn.quantile.default")
def lower_quantile(
    b: Builder,
    x: Abstract,
    index: Abstract,
    dim_size: Dim,
    q: Sequence[float],
    interpolation: str,
    fill: float,
) -> Rowed:
    """Each quantile: the sum of the rows of a group, weighted by their ranks."""
    x, index = _grouped(b, x, index, dim_size)
    rows = b.rows(str(index.value.target))
    if interpolation == "nearest" and (b.is_batched or rows.space != "graphs"):
        _check_nearest(q)
    ranks, others = _ranks(b, x.value, index.value)
    parts = []
    for share in q:
        weight = b.emit(Share(share, interpolation), [ranks, others])
        weighted = b.emit(Mul(), [x.value, weight])
        most = 1 if interpolation in {"lower", "higher", "nearest"} else MOST_MEET
        parts.append(b.emit(Scatter("sum", most), [weighted, index.value, rows]))
    total = parts[0]
    for part in parts[1:]:
        total = b.emit(Concat(), [total, part])
    if fill != 0:
        total = _filled(b, total, index.value, rows, fill)
    return Rowed(total, (len(q) * x.lanes,))


MOST_MEET = 2
"""Rows of which a quantile is a mean."""


def _check_nearest(q: Sequence[float]) -> None:
    """Refuse positions halfway: which row PyG takes there depends on the groups before."""
    for share in q:
        if 1 < Fraction(share).denominator <= MOST_HALVES:
            raise LoweringError(
                f"the row nearest to quantile {share}, which may be halfway between two",
                'use interpolation="lower", "higher", "midpoint" or "linear"',
            )


MOST_HALVES = 1 << 20
"""Groups have fewer rows than this."""


def _filled(b: Builder, total: Value, index: Value, rows: Value, fill: float) -> Value:
    """`fill` added where no row meets."""
    some = b.emit(Scatter("max"), [b.emit(Fill(1.0), [b.rows(index.space)]), index, rows])
    none = affine(b, Rowed(some, ()), -fill, fill)
    return b.emit(Add(), [total, none.value])


@lowers("gengnn.dense.default")
def lower_dense(
    b: Builder, x: Abstract, index: Abstract, key: Abstract, dim_size: Dim, rows: int
) -> Rowed:
    """The first rows of each group side by side, by rank of the key, or as they come."""
    x, index = _grouped(b, x, index, dim_size)
    slot = _slot(b, index, key)
    value = b.emit(Dense(rows), [x.value, slot, index.value, b.rows(str(index.value.target))])
    return Rowed(value, (rows, x.lanes))


@lowers("gengnn.dense_mask.default")
def lower_dense_mask(b: Builder, index: Abstract, dim_size: Dim, rows: int) -> Rowed:
    """The slots that a row has."""
    index = b.as_map(index)
    index = aimed_at(b, index, dim_size)
    one = b.emit(Fill(1, Kind.MASK), [b.rows(index.value.space)])
    target = b.rows(str(index.value.target))
    value = b.emit(Dense(rows), [one, _slot(b, index, None), index.value, target])
    return Rowed(value, (rows,))


@lowers("gengnn.first.default")
def lower_first(b: Builder, score: Abstract, index: Abstract, ratio: float) -> Rowed:
    """The positions of the rows that rank first in their groups, in the order of the rows."""
    score, index = b.real(score), b.as_map(index)
    if score.dims or score.value.space != index.value.space:
        raise LoweringError("chooses the first rows by several scores", "use one score per row")
    ranks, others = _ranks(b, score.value, index.value, descending=True)
    mask = Rowed(b.emit(Share(ratio, "first"), [ranks, others]), ())
    every = Rowed(b.emit(Iota(), [b.rows(mask.value.space)]), ())
    kept = filter_rows(b, every, mask)
    assert isinstance(kept, Rowed)
    b.unordered.add(kept.value.space)
    return kept


@lowers("gengnn.places.default")
def lower_places(b: Builder, kept: Abstract, count: Dim) -> list[Abstract]:
    """Which rows are kept, and where they are then."""
    kept = b.as_map(kept)
    kept = aimed_at(b, kept, count)
    rows = b.rows(str(kept.value.target))
    own = b.emit(Iota(), [b.rows(kept.value.space)])
    place = b.emit(Scatter("last"), [own, kept.value, rows])
    return [Rowed(reached(b, kept.value), ()), Rowed(place, ())]


def _grouped(b: Builder, x: Abstract, index: Abstract, dim_size: Dim) -> tuple[Rowed, Rowed]:
    """Rows with all their features, and the map to their groups."""
    x, index = b.spread(b.real(x)), b.as_map(index)
    if x.rank != MATRIX or x.axis != 0 or x.value.space != index.value.space:
        raise LoweringError(f"groups rows of {x.value.space} by a map of {index.value.space}")
    return x, aimed_at(b, index, dim_size)


def _slot(b: Builder, index: Rowed, key: Abstract) -> Value:
    """The place of each row in its group: by descending key, or as the rows come."""
    space = index.value.space
    if key is None and space in b.unordered:
        raise LoweringError(
            "takes the rows that a top-k pooling keeps as they come",
            "use an aggregation that does not depend on their order",
        )
    order = b.emit(Fill(0.0), [b.rows(space)]) if key is None else b.real(key).value
    return _ranks(b, order, index.value, descending=True)[0]


def _ranks(b: Builder, x: Value, index: Value, descending: bool = False) -> tuple[Value, Value]:
    """Ranks in the groups, of the shape of `x`, and how many other rows each group has."""
    both = b.emit(Rank(descending), [x, index])
    ranks = b.emit(Slice(0, x.features, x.features == 1), [both])
    return ranks, b.emit(Slice(x.features, x.features + 1, squeeze=True), [both])


@lowers("gengnn.largest.default")
def lower_largest(b: Builder, index: Abstract) -> Largest:
    """The largest entry, where only that it is no smaller matters: that of the whole space."""
    return Largest(str(b.as_map(index).value.target))


@lowers("aten.nan_to_num[_].default")
def lower_nan_to_num(b: Builder, x: Abstract, *rest: Abstract, **named: Abstract) -> Abstract:
    """The tensor itself: fixed-point numbers are numbers, also of groups without rows."""
    return x
