"""Scalings: rows that go into one matrix several times, each time by another number per row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from gengnn.ops.add import Add
from gengnn.ops.algebra import Array, Term
from gengnn.ops.concat import Concat
from gengnn.ops.fill import Fill
from gengnn.ops.matmul import Matmul
from gengnn.ops.mul import Mul

Scaled = tuple[Term, Term | None]
"""A row, and the number that it is multiplied by; None for 1."""


@dataclass(eq=False)
class _Group:
    """The rows that one number scales, and their columns of the matrix."""

    scale: Term | None
    rows: list[Term] = field(default_factory=list)
    columns: list[Array] = field(default_factory=list)


def behind(made: Term, ones: Mapping[str, Term]) -> Term | None:
    """W [x, s x, t x] + b as (V x + b) + s (U x) + t (T x), for s and t of one lane.

    The blocks of W are one matrix [K FO, FI], K lanes of whose result make one of the sum: as
    many products with W as before, and K FO instead of (K - 1) FI with the numbers. That must
    be fewer. `ones` has the rows of each space.
    """
    parts = list(_parts(made.terms[0]))
    groups = _groups(parts, made.params["weight"])
    stacks: dict[tuple[Term, ...], list[_Group]] = {}
    for group in groups:
        stacks.setdefault(tuple(group.rows), []).append(group)
    if len({row for row, _ in parts}) == len(parts):
        return None
    if "bias" in made.params and groups[0].scale is not None:
        return None
    before = sum(row.value.features for row, scale in parts if scale is not None)
    outputs = len(made.params["weight"])
    after = sum(outputs * len(s) for s in stacks.values() if len(s) > 1 or s[0].scale)
    rows = ones.get(made.value.space)
    if after >= before or rows is None:
        return None
    bias = made.params.get("bias")
    told = [_sum(rows, each, made, bias if groups[0] in each else None) for each in stacks.values()]
    return reduce(lambda a, b: Term.of(Add(), a, b), told)


def _parts(x: Term) -> Iterator[Scaled]:
    """The rows that x has side by side; one that is scaled elsewhere stays whole."""
    whole = {row for row, scale in map(_scaled, _leaves(x, set())) if scale is not None}
    return map(_scaled, _leaves(x, whole))


def _leaves(x: Term, whole: set[Term]) -> Iterator[Term]:
    if isinstance(x.op, Concat) and x not in whole:
        for part in x.terms:
            yield from _leaves(part, whole)
    else:
        yield x


def _scaled(x: Term) -> Scaled:
    """A row of several lanes times one number."""
    if isinstance(x.op, Mul):
        first, second = x.terms
        if first.value.features > 1 == second.value.features:
            return first, second
        if second.value.features > 1 == first.value.features:
            return second, first
    return x, None


def _groups(parts: Sequence[Scaled], weight: Array) -> list[_Group]:
    """The parts by what scales them, those that nothing scales first."""
    ends = np.cumsum([row.value.features for row, _ in parts])
    order = {row: place for place, (row, _) in reversed(list(enumerate(parts)))}
    found: dict[Term | None, _Group] = {}
    columns = np.split(weight, ends[:-1], axis=1)
    for (row, scale), own in sorted(
        zip(parts, columns, strict=True), key=lambda entry: order[entry[0][0]]
    ):
        group = found.setdefault(scale, _Group(scale))
        group.rows.append(row)
        group.columns.append(own)
    return sorted(found.values(), key=lambda group: group.scale is not None)


def _sum(rows: Term, groups: Sequence[_Group], made: Term, bias: Array | None) -> Term:
    """The sum over groups of the same rows: one matrix, then a product with the numbers."""
    assert made.op is not None
    count = len(groups)
    blocks = [np.concatenate(group.columns, axis=1) for group in groups]
    outputs = len(blocks[0])
    weight = np.stack(blocks, axis=1).reshape(count * outputs, -1)
    told = {"weight": weight}
    if bias is not None:
        told["bias"] = np.kron(bias, np.eye(count)[0])
    x = reduce(lambda a, b: Term.of(Concat(), a, b), groups[0].rows)
    y = Term.of(made.op, x, **told)
    if count == 1:
        return y if groups[0].scale is None else Term.of(Mul(), y, groups[0].scale)
    scales = [group.scale or Term.of(Fill(1.0), rows) for group in groups]
    numbers = reduce(lambda a, b: Term.of(Concat(), a, b), scales)
    return Term.of(Matmul(1, outputs, count, 1), y, numbers)
