"""How ATen operators become ops: the registry of lowerings, and the tensors they work on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gengnn.ir import Kind, Source, Value

Abstract = object
"""A tensor of the program (`Rowed`, `Const`, `Full`, `Stack`, `Largest`, `Infinite`), a size
(`Extent` or int), a literal, or a list of these."""

Lowering = Callable[..., Abstract]
"""Takes the `frontend.builder.Builder` and the operator's own arguments; returns the result."""

Lowered = TypeVar("Lowered", bound=Lowering)

LOWERINGS: dict[str, Lowering] = {}
"""The lowering of each ATen overload, e.g. "aten.linear.default"."""


@dataclass(frozen=True)
class Aim:
    """What integers point into, and the line whose use of them tells.

    `target` is a space; "?key" if it is whatever the argument `key` points into; "" if nothing.
    """

    target: str
    source: Source = field(default_factory=Source)


class Aimed(Exception):  # noqa: N818 -- it is no error
    """What an argument points into became known: the import begins anew, knowing it."""

    def __init__(self, key: str, aim: Aim) -> None:
        super().__init__(f"{key} points into {aim.target}")
        self.key = key
        self.aim = aim


class LoweringError(Exception):
    """A call that cannot become ops: why, and what the user can do."""

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


def lowers(*targets: str) -> Callable[[Lowered], Lowered]:
    """Register a function for ATen overloads; "[_]" in a name adds the in-place twin."""

    def register(function: Lowered) -> Lowered:
        for target in targets:
            for name in {target.replace("[_]", ""), target.replace("[_]", "_")}:
                LOWERINGS[name] = function
        return function

    return register


@dataclass(frozen=True)
class Extent:
    """A number of rows: one of each space in `spaces` (sorted), and `constant` more."""

    spaces: tuple[str, ...]
    constant: int = 0

    def plus(self, other: Dim) -> Dim:
        """The sum; a plain integer when no space is left."""
        more = other if isinstance(other, Extent) else Extent((), other)
        spaces = tuple(sorted((*self.spaces, *more.spaces)))
        constant = self.constant + more.constant
        return Extent(spaces, constant) if spaces else constant


Dim = int | Extent


def plus(x: Dim, y: Dim) -> Dim:
    """The sum of two sizes."""
    if isinstance(x, Extent):
        return x.plus(y)
    return y.plus(x) if isinstance(y, Extent) else x + y


@dataclass(frozen=True)
class Rowed:
    """A tensor with a row per element of a space, held in the IR value `value`.

    `dims` are the other dimensions, all static; `axis` is where the rows are among them, None
    when the single graph's dimension was dropped. Lanes are in row-major order of `dims`; a
    value of one lane stands for equal entries along all of `dims`.
    """

    value: Value
    dims: tuple[int, ...]
    axis: int | None = 0

    @property
    def lanes(self) -> int:
        """Entries per row."""
        return math.prod(self.dims)

    @property
    def rank(self) -> int:
        """Dimensions, rows included."""
        return len(self.dims) + (self.axis is not None)

    @property
    def is_map(self) -> bool:
        """Whether it is an index map: integers that point into a space."""
        return self.value.kind is Kind.INDEX and self.value.target is not None

    def padded(self, rank: int) -> tuple[int, ...]:
        """Static sizes of `rank` dimensions, 1 for the rows and for those that are missing."""
        sizes = list(self.dims)
        if self.axis is not None:
            sizes.insert(self.axis, 1)
        return (1,) * (rank - len(sizes)) + tuple(sizes)

    def axis_at(self, rank: int) -> int | None:
        """Where the rows are when there are `rank` dimensions."""
        return None if self.axis is None else self.axis + rank - self.rank


@dataclass(frozen=True)
class Const:
    """A tensor without rows: a weight (`name` is the model's), or computed from weights."""

    data: NDArray[Any] = field(repr=False)
    name: str = ""


@dataclass(frozen=True)
class Full:
    """The same constant on each of `rows` rows; `data` has size 1 at the rows' `axis`."""

    data: NDArray[Any] = field(repr=False)
    axis: int
    rows: Dim


@dataclass(frozen=True)
class Stack:
    """Tensors of one shape along a new dimension `dim`; `edge_index` is one of two maps."""

    parts: tuple[Rowed, ...]
    dim: int


@dataclass(frozen=True)
class Largest:
    """The largest entry of an index map into `target`."""

    target: str


@dataclass(frozen=True)
class Infinite:
    """Where `of` is infinite: the mask of empty neighbourhoods in PyG's normalisations."""

    of: Rowed


MAX_ENTRIES = 1 << 26
"""Entries of a constant, or of a matrix made for a rearrangement."""


def limited(*sizes: int) -> None:
    """Refuse a tensor of `sizes` that no accelerator can hold.

    Raises:
        LoweringError: it has more than MAX_ENTRIES entries, or a negative size.
    """
    if math.prod(sizes) > MAX_ENTRIES or min(sizes, default=0) < 0:
        raise LoweringError(f"a tensor of sizes {list(sizes)[:8]} per row")


def wrap_dim(dim: int, rank: int) -> int:
    """A dimension counted from the front."""
    return dim + rank if dim < 0 else dim


def without(sizes: tuple[int, ...], axis: int | None) -> tuple[int, ...]:
    """Sizes without the rows' own."""
    return sizes if axis is None else sizes[:axis] + sizes[axis + 1 :]


def is_zero(value: Abstract) -> bool:
    """Whether a tensor is known to be 0 everywhere."""
    return isinstance(value, (Const, Full)) and not value.data.any()


def number(value: Abstract) -> Const | None:
    """A constant tensor, or a literal number as one; None for anything else."""
    if isinstance(value, (bool, int, float)):
        return Const(np.asarray(value))
    return value if isinstance(value, Const) else None
