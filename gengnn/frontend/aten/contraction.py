"""Contractions: the sum of products of two tensors over the dimensions that the result lacks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gengnn.frontend.aten.reduce import lower_sum
from gengnn.frontend.builder import Builder
from gengnn.ir import Value
from gengnn.ops.gather import Gather
from gengnn.ops.linear import Linear
from gengnn.ops.lowering import (
    Abstract,
    Const,
    LoweringError,
    Rowed,
    limited,
    number,
    without,
)
from gengnn.ops.matmul import Matmul
from gengnn.ops.mul import Mul


@dataclass(frozen=True)
class Term:
    """A tensor with a letter per static dimension; `rows` is the letter of its rows, or empty."""

    x: Rowed | Const
    labels: str
    rows: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """The static sizes."""
        return self.x.dims if isinstance(self.x, Rowed) else self.x.data.shape

    @property
    def sizes(self) -> dict[str, int]:
        """The size of each letter."""
        return dict(zip(self.labels, self.shape, strict=True))

    def keeping(self, labels: str) -> Term:
        """Without dimensions of size 1 that `labels` lacks."""
        dims = tuple(self.sizes[name] for name in labels)
        if isinstance(self.x, Rowed):
            return replace(self, x=replace(self.x, dims=dims), labels=labels)
        return replace(self, x=replace(self.x, data=self.x.data.reshape(dims)), labels=labels)


def contract(b: Builder, x: Abstract, y: Abstract, labels: tuple[str, str, str]) -> Rowed:
    """The sum of x * y, a letter for each dimension of x, y and the result.

    Rows of one space meet row by row; a tensor of the single graph meets every row.
    """
    if number(x) is not None:
        x, y, labels = y, x, (labels[1], labels[0], labels[2])
    first, second = _term(b, x, labels[0]), _term(b, y, labels[1])
    first, second = _single(b, first, second), _single(b, second, first)
    first, second = _fitted(first, second), _fitted(second, first)
    if isinstance(second.x, Const):
        result = _by_weight(b, first, second, labels[2])
    else:
        first, second = _met(b, first, second)
        result = _by_rows(b, first, second, labels[2])
    return _arranged_result(b, result, labels[2])


def _term(b: Builder, x: Abstract, labels: str) -> Term:
    if len(set(labels)) < len(labels):
        raise LoweringError("takes the diagonal of a matrix", "index its entries instead")
    const = number(x)
    if const is not None:
        return Term(const, labels)
    told = b.spread(b.real(x))
    if told.axis is None:
        return Term(told, labels)
    return Term(told, labels[: told.axis] + labels[told.axis + 1 :], labels[told.axis])


def _single(b: Builder, term: Term, other: Term) -> Term:
    """Without rows where `other` has features: only the single graph's row can meet them."""
    if not isinstance(term.x, Rowed) or other.sizes.get(term.rows, 1) == 1:
        return term
    if b.extent(term.x.value.space) != 1:
        raise LoweringError(f"multiplies rows of {term.x.value.space} with features")
    return replace(term, rows="")


def _fitted(term: Term, other: Term) -> Term:
    """Without dimensions of size 1 that broadcast over those of `other`."""
    sizes, wanted = term.sizes, other.sizes
    for name, size in sizes.items():
        if size != wanted.get(name, size) and 1 not in {size, wanted[name]}:
            raise LoweringError(f"multiplies {wanted[name]} features with {size}")
    gone = {name for name in sizes if wanted.get(name, 1) != 1 or name == other.rows}
    return term.keeping("".join(c for c in term.labels if c not in gone or sizes[c] != 1))


def _met(b: Builder, x: Term, y: Term) -> tuple[Term, Term]:
    """Both terms on the rows of one space."""
    assert isinstance(x.x, Rowed)
    assert isinstance(y.x, Rowed)
    spaces = x.x.value.space, y.x.value.space
    is_one = [b.extent(space) == 1 for space in spaces]
    if spaces[0] == spaces[1]:
        if x.rows == y.rows or is_one[0]:
            return x, replace(y, rows=x.rows or y.rows)
        raise LoweringError(
            f"multiplies every row of {spaces[0]} with every other",
            "compute scores along edge_index, e.g. (x[src] * x[dst]).sum(-1)",
        )
    if is_one[0]:
        return _spread_graph(b, x, spaces[1], y.rows), y
    if is_one[1]:
        return x, _spread_graph(b, y, spaces[0], x.rows)
    raise LoweringError(
        f"multiplies rows of {spaces[0]} with rows of {spaces[1]}",
        "gather one side along edge_index or batch first",
    )


def _spread_graph(b: Builder, term: Term, space: str, rows: str) -> Term:
    """A term of the single graph on each row of `space`."""
    assert isinstance(term.x, Rowed)
    value = b.emit(Gather(), [term.x.value, b.owner(space)])
    return Term(Rowed(value, term.x.dims, None), term.labels, rows)


@dataclass(frozen=True)
class Groups:
    """The letters of a product: of both and the result, of x alone, summed, of y alone."""

    batch: str
    rows: str
    inner: str
    columns: str

    @classmethod
    def of(cls, x: str, y: str, out: str) -> Groups:
        """The groups, in the order of the result; sums in the order of x."""
        both = [c for c in x if c in y]
        return cls(
            "".join(c for c in out if c in both),
            "".join(c for c in out if c in x and c not in both),
            "".join(c for c in both if c not in out),
            "".join(c for c in out if c in y and c not in both),
        )

    def counts(self, sizes: Mapping[str, int]) -> tuple[int, int, int, int]:
        """Entries along batch, rows, inner and columns."""
        groups = (self.batch, self.rows, self.inner, self.columns)
        batch, rows, inner, columns = (math.prod(sizes[c] for c in group) for group in groups)
        return batch, rows, inner, columns


def _by_weight(b: Builder, x: Term, weight: Term, out: str) -> Term:
    """The product with a constant: a matrix in blocks, one for each entry of batch and rows."""
    assert isinstance(x.x, Rowed)
    assert isinstance(weight.x, Const)
    lost = tuple(place for place, c in enumerate(weight.labels) if c not in x.labels + out)
    kept = "".join(c for c in weight.labels if c in x.labels + out)
    alone = "".join(c for c in x.labels if c not in kept + out)
    sizes = x.sizes | weight.sizes
    const = weight.x
    if lost or alone:
        data = const.data.sum(lost)
        const = Const(np.broadcast_to(data, (*(sizes[c] for c in alone), *data.shape)).copy())
    groups = Groups.of(x.labels, alone + kept, out)
    batch, rows, inner, columns = groups.counts(sizes)
    order = [(alone + kept).index(c) for c in groups.batch + groups.columns + groups.inner]
    blocks = const.data.transpose(order).reshape(batch, columns, inner)
    taken = _arranged(b, x, groups.batch + groups.rows + groups.inner)
    value = b.emit(Linear(), [taken], weight=_diagonal(blocks, rows, const))
    return _product(value, x, groups, sizes)


def _diagonal(blocks: NDArray[np.float64], copies: int, const: Const) -> Const:
    """Every block [J, K] `copies` times along the diagonal of a matrix of zeros."""
    batch, columns, inner = blocks.shape
    count = batch * copies
    if count == 1:
        is_same = np.array_equal(blocks[0], const.data)
        return const if is_same else Const(blocks[0].copy())
    limited(count, columns, count, inner)
    matrix = np.zeros((count, columns, count, inner))
    for place in range(count):
        matrix[place, :, place] = blocks[place // copies]
    return Const(matrix.reshape(count * columns, count * inner))


def _by_rows(b: Builder, x: Term, y: Term, out: str) -> Term:
    """The product of two computed tensors in each row."""
    x, y = _summed(b, x, y.labels + out), _summed(b, y, x.labels + out)
    groups, sizes = Groups.of(x.labels, y.labels, out), x.sizes | y.sizes
    batch, rows, inner, columns = groups.counts(sizes)
    left = _arranged(b, x, groups.batch + groups.rows + groups.inner)
    right = _arranged(b, y, groups.batch + groups.inner + groups.columns)
    if inner == 1 and (rows == columns == 1 or (batch == 1 and 1 in {rows, columns})):
        value = b.emit(Mul(), [left, right])
    else:
        value = b.emit(Matmul(batch, rows, inner, columns), [left, right])
    return _product(value, x, groups, sizes)


def _summed(b: Builder, term: Term, wanted: str) -> Term:
    """The sum over letters that nothing else has."""
    assert isinstance(term.x, Rowed)
    kept = "".join(c for c in term.labels if c in wanted)
    if kept == term.labels:
        return term
    flat = replace(term.x, axis=0)
    gone = [place + 1 for place, c in enumerate(term.labels) if c not in wanted]
    return replace(term, x=b.spread(lower_sum(b, flat, gone)), labels=kept)


def _arranged(b: Builder, term: Term, order: str) -> Value:
    """The lanes of a term in another order of its letters."""
    assert isinstance(term.x, Rowed)
    lanes = np.arange(term.x.lanes).reshape(term.shape)
    source = lanes.transpose([term.labels.index(c) for c in order]).ravel()
    return b.lanes_of(term.x, source, (source.size,)).value


def _product(value: Value, like: Term, groups: Groups, sizes: Mapping[str, int]) -> Term:
    labels = groups.batch + groups.rows + groups.columns
    dims = tuple(sizes[c] for c in labels)
    return Term(Rowed(value, dims, 0 if like.rows else None), labels, like.rows)


def _arranged_result(b: Builder, term: Term, out: str) -> Rowed:
    """The product with its dimensions in the order `out`; rows that it lacks are summed."""
    assert isinstance(term.x, Rowed)
    x, rows = term.x, term.rows
    if rows and rows not in out:
        x = lower_sum(b, replace(x, axis=0), 0)
        rows = ""
    axis = out.index(rows) if rows else None
    labels = "".join(c for c in out if c in term.labels)
    lanes = np.arange(x.lanes).reshape(term.shape)
    source = lanes.transpose([term.labels.index(c) for c in labels]).ravel()
    sizes = tuple(term.sizes.get(c, 1) for c in out)
    return replace(b.lanes_of(x, source, without(sizes, axis)), axis=axis)
