"""What algebra sees of a graph: how values are made, and maps of a row by constants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from gengnn.ir import Kind, Param, Value

if TYPE_CHECKING:
    from gengnn.ops.base import Op

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Term:
    """A value and how it is made: by `op` of `terms`; an input of the model has no op.

    `readers` is how many nodes and outputs want it, where that has been counted.
    """

    value: Value
    op: Op | None = None
    terms: tuple[Term, ...] = field(default=(), repr=False)
    params: Mapping[str, Array] = field(default_factory=dict, repr=False)
    readers: int = 0

    @classmethod
    def of(cls, op: Op, *terms: Term, **params: Array) -> Term:
        """A new value, without a name."""
        own = {role: Param(data) for role, data in params.items()}
        told = op.infer([term.value for term in terms], own)
        return cls(replace(told, name="", type=None, path=(), column=None), op, terms, params)


@dataclass(frozen=True, eq=False)
class RowMap:
    """A row [FI] to a row [FO] by constants.

    Either y = W x + shift with `matrix` W [FO, FI], or, where that is None, every lane is one
    of x: y[i] = scale[i] * x[source[i]] + shift[i]. `weights` is how many constants or adders
    the map takes as hardware; wires and one multiplier per lane count nothing.
    """

    inputs: int
    shift: Array
    matrix: Array | None = None
    source: NDArray[np.int64] | None = None
    scale: Array | None = None
    weights: int = 0

    @classmethod
    def dense(cls, matrix: Array, shift: Array | None = None, weights: int = -1) -> RowMap:
        """W x + shift; the weights are all entries of W unless told."""
        outputs, inputs = matrix.shape
        shift = np.zeros(outputs) if shift is None else shift
        return cls(inputs, shift, matrix, weights=matrix.size if weights < 0 else weights)

    @classmethod
    def wires(cls, inputs: int, source: NDArray[np.int64]) -> RowMap:
        """The lanes of x in another order."""
        size = len(source)
        return cls(inputs, np.zeros(size), source=source, scale=np.ones(size))

    @classmethod
    def lanewise(cls, scale: Array, shift: Array) -> RowMap:
        """Every lane for itself."""
        return cls(len(scale), shift, source=np.arange(len(scale)), scale=scale)

    @property
    def outputs(self) -> int:
        """Lanes of the result."""
        return len(self.shift)

    @property
    def is_wiring(self) -> bool:
        """Whether lanes only move."""
        is_moved = self.scale is not None and bool((self.scale == 1.0).all())
        return is_moved and not self.shift.any()

    @property
    def is_lanewise(self) -> bool:
        """Whether every lane stays in its place."""
        return (
            self.source is not None
            and self.inputs == self.outputs
            and bool((self.source == np.arange(self.inputs)).all())
        )

    @property
    def is_plain(self) -> bool:
        """Whether the matrix, if there is one, is a sum or rearrangement: all weights equal."""
        matrix = self.matrix
        return matrix is None or len(np.unique(matrix[matrix != 0.0])) <= 1

    def size_after(self, first: RowMap) -> int:
        """Entries of the matrix of `first` and this map as one."""
        is_dense = first.matrix is not None or self.matrix is not None
        return first.inputs * self.outputs if is_dense else 0

    def after(self, first: RowMap) -> RowMap:
        """`first`, then this map, as one."""
        if self.matrix is not None:
            return self._dense_after(first)
        assert self.source is not None
        assert self.scale is not None
        shift = first.shift[self.source] * self.scale + self.shift
        if first.matrix is not None:
            return RowMap.dense(first.matrix[self.source] * self.scale[:, None], shift)
        assert first.source is not None
        assert first.scale is not None
        source, scale = first.source[self.source], first.scale[self.source] * self.scale
        return RowMap(first.inputs, shift, source=source, scale=scale)

    def _dense_after(self, first: RowMap) -> RowMap:
        assert self.matrix is not None
        shift = self.matrix @ first.shift + self.shift
        if first.matrix is not None:
            return RowMap.dense(self.matrix @ first.matrix, shift)
        assert first.source is not None
        assert first.scale is not None
        matrix = np.zeros((self.outputs, first.inputs))
        np.add.at(matrix.T, first.source, (self.matrix * first.scale).T)
        return RowMap.dense(matrix, shift)


Made = tuple["Op", dict[str, Array]]
"""An op with its constants by role."""


class Rules:
    """What the passes ask an op in order to do with less; by default there is no rule."""

    is_rowwise: ClassVar[bool] = False
    """Each row of the result is arithmetic on the same row of the inputs."""

    @property
    def is_sum(self) -> bool:
        """Whether the result is the sum of two operands, lane by lane."""
        return False

    moved_ports: ClassVar[tuple[str, ...]] = ()
    """Ports whose rows the op only gives to rows of another space."""

    def simpler(self, made: Term) -> Term | None:
        """What `made`, a value that this op makes, equals: a term behind it, or itself anew.

        Anew is the same value made with less, by another op of terms behind it.
        """
        return None

    def is_copy(self, params: Mapping[str, Param]) -> bool:
        """Whether the integer constants leave every code of the only operand as it is."""
        return False

    def row_map(self, x: Value, params: Mapping[str, Array]) -> RowMap | None:
        """The op of one operand `x` as a map by constants; an index counts as its one-hot row."""
        return None

    def of_map(self, told: RowMap) -> Made | None:
        """An op of this class, or a cheaper one, that computes a map."""
        return None

    def cheaper(self, made: Term, rows: Mapping[str, Term]) -> Term | None:
        """`made`, a value that this op makes, by several ops that take less; None if none do.

        Their values are new ones without names; `rows` has the rows of each space.
        """
        return None

    def apart(self, first: Term, second: Term) -> Term | None:
        """What the op makes of joined rows, from what it makes of the first and of the others.

        None if that takes no less. New values have no names.
        """
        return None

    def paired(self, first: Term, second: Term) -> Term | None:
        """One integer for each pair of two bounded ones, by which the op can look up as well."""
        return None

    @property
    def constant(self) -> float | None:
        """The number that the op puts on every row, if it does just that."""
        return None

    def is_idle(self, port: str, constant: float) -> bool:
        """Whether a constant on `port` that is out of reach of the other operand changes nothing.

        It then may be cut to the format of the other operand.
        """
        return False

    def with_constant(self, value: float, kind: Kind) -> Op:
        """The like of an op with a `constant` that puts a `value` of a `kind` there."""
        raise TypeError(f"{self} has no constant")

    def given(self, place: int, constant: float, lanes: int) -> Made | None:
        """The op of its other operand alone, operand `place` of two being constant.

        `lanes` are those of the other operand and of the result.
        """
        return None

    @property
    def made_space(self) -> str | None:
        """The index space that the op makes."""
        return None

    def space_key(self, inputs: Sequence[str], spaces: Sequence[str]) -> object:
        """Equal for ops of one class that make the same space.

        `inputs` names the values they take, `spaces` where these live.
        """
        return None

    def into(self, space: str) -> Op:
        """The op with its result in the space named `space` in place of `made_space`."""
        raise TypeError(f"{self} makes no space")
