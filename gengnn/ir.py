"""The intermediate representation: index spaces, values that live in them, nodes that make them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gengnn.errors import GengnnError
from gengnn.fixed import FixedType

if TYPE_CHECKING:
    from gengnn.ops.base import Op


KeyPath = tuple[str | int | tuple[str, ...], ...]
"""Where a tensor is among the forward arguments: the argument's name, then keys and positions."""


class Kind(StrEnum):
    """What the lanes of a value mean."""

    REAL = "real"
    INDEX = "index"
    MASK = "mask"
    ROWS = "rows"


@dataclass(frozen=True)
class Space:
    """An index space: what the rows of a tensor are.

    `kind` is "input" (sizes come with the graph), "filter" (the rows of `parents[0]` that a
    mask keeps) or "concat" (the rows of each parent in turn).
    """

    name: str
    kind: str = "input"
    parents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """Where an input is a part of the forward argument `name` with `features` lanes."""

    name: str
    features: int
    first: int


@dataclass(frozen=True)
class Value:
    """A tensor of one row per element of `space`; `shape` is the static rest.

    INDEX values are integers in [0, `bound`); with a `target` they are an index map into that
    space. ROWS values carry no data: they stand for the rows of a space themselves. `type` is
    set by quantisation (INDEX and MASK values: an unsigned format with frac 0). An input that is
    a part of a forward argument says so in `path` (of a ROWS value: where its row count is) and,
    if it is some of its lanes, in `column`.
    """

    name: str
    space: str
    shape: tuple[int, ...] = ()
    kind: Kind = Kind.REAL
    target: str | None = None
    bound: int | None = None
    type: FixedType | None = None
    column: Column | None = None
    path: KeyPath = ()

    @cached_property
    def features(self) -> int:
        """Lanes of one row."""
        return math.prod(self.shape)

    @property
    def format(self) -> FixedType:
        """The format that quantisation chose.

        Raises:
            GengnnError: the value has not been quantised.
        """
        if self.type is None:
            raise GengnnError(f"{self.name} has no format yet: quantize the graph first")
        return self.type

    def __str__(self) -> str:
        """One line of the text form."""
        dims = ", ".join((self.space, *map(str, self.shape)))
        what = f"{self.kind} -> {self.target}" if self.target else str(self.kind)
        return f"%{self.name}: {what} [{dims}]" + (f" {self.type}" if self.type else "")


@dataclass(frozen=True)
class Param:
    """A trained constant: float64 values, or integer codes of `type` after quantisation."""

    data: NDArray[np.float64]
    type: FixedType | None = None

    @property
    def format(self) -> FixedType:
        """The format that quantisation chose."""
        if self.type is None:
            raise GengnnError("a parameter has no format yet: quantize the graph first")
        return self.type


@dataclass(frozen=True)
class Source:
    """Where in the user's model a node comes from."""

    module: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        """`convs.0.nn.0 (model.py:41)`."""
        place = f" ({self.file}:{self.line})" if self.file else ""
        return (self.module or "forward") + place


@dataclass(frozen=True)
class Node:
    """One operation: `output` = `op`(`inputs`; `params`); params map the op's roles to keys."""

    op: Op
    inputs: tuple[str, ...]
    output: Value
    params: Mapping[str, str] = field(default_factory=dict)
    source: Source = Source()

    @property
    def name(self) -> str:
        """The name of the node is the name of its result."""
        return self.output.name

    def __str__(self) -> str:
        """One line of the text form."""
        args = ", ".join(
            [*(f"%{i}" for i in self.inputs), *(f"@{k}" for k in self.params.values())]
        )
        return f"{self.output} = {self.op}({args})  # {self.source}"


@dataclass(frozen=True)
class Loop:
    """Layers of one shape: `iterations[i][j]` is the node at position j of layer i."""

    iterations: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Graph:
    """A model: inputs, nodes in topological order, outputs, parameters, folded layers.

    Besides the user's, `inputs` may hold one ROWS value per base space.
    """

    spaces: Mapping[str, Space]
    inputs: tuple[Value, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    params: Mapping[str, Param]
    limits: Mapping[str, int] = field(default_factory=dict)
    loops: tuple[Loop, ...] = ()

    @cached_property
    def user_inputs(self) -> tuple[Value, ...]:
        """The inputs that come with the data."""
        return tuple(value for value in self.inputs if value.kind is not Kind.ROWS)

    @cached_property
    def values(self) -> dict[str, Value]:
        """Every value by name."""
        known = {value.name: value for value in self.inputs}
        return known | {node.name: node.output for node in self.nodes}

    @property
    def producers(self) -> dict[str, Node]:
        """The node that makes each value; inputs have none."""
        return {node.name: node for node in self.nodes}

    def users(self) -> dict[str, list[Node]]:
        """The nodes that read each value."""
        users: dict[str, list[Node]] = {name: [] for name in self.values}
        for node in self.nodes:
            for name in node.inputs:
                users[name].append(node)
        return users

    def limit(self, space: str) -> int:
        """The most rows that `space` can have under the declared limits."""
        entry = self.spaces[space]
        if entry.kind == "input":
            return self.limits[space]
        return sum(self.limit(parent) for parent in entry.parents)

    def with_nodes(self, nodes: tuple[Node, ...]) -> Graph:
        """The same graph with other nodes."""
        return replace(self, nodes=nodes)

    def verify(self) -> Graph:
        """Check names, order, spaces and each op's own typing; return the graph itself.

        Raises:
            GengnnError: the graph is not well formed (a defect of gengnn, not of the model).
        """
        known: dict[str, Value] = {}
        for value in self.inputs:
            self._define(known, value)
        for node in self.nodes:
            missing = [name for name in node.inputs if name not in known]
            missing += [key for key in node.params.values() if key not in self.params]
            if missing:
                raise GengnnError(f"{node.name} reads {', '.join(missing)}, which nothing makes")
            inputs = tuple(known[name] for name in node.inputs)
            params = {role: self.params[key] for role, key in node.params.items()}
            told = node.op.infer(inputs, params)
            is_same = (told.space, told.shape, told.kind, told.target) == (
                node.output.space,
                node.output.shape,
                node.output.kind,
                node.output.target,
            )
            if not is_same:
                raise GengnnError(f"{node.name} is declared {node.output} but computes {told}")
            self._define(known, node.output)
        lost = [name for name in self.outputs if name not in known]
        if lost:
            raise GengnnError(f"outputs {', '.join(lost)} are made by nothing")
        return self

    def _define(self, known: dict[str, Value], value: Value) -> None:
        if value.name in known:
            raise GengnnError(f"{value.name} is made twice")
        if value.space not in self.spaces:
            raise GengnnError(f"{value.name} lives in the unknown space {value.space}")
        known[value.name] = value

    def __str__(self) -> str:
        """The text form, one line per value."""
        lines = [
            f"space {s.name}: {s.kind} {' '.join(s.parents)}".rstrip() for s in self.spaces.values()
        ]
        lines += [f"input {value}" for value in self.inputs]
        lines += [str(node) for node in self.nodes]
        lines += [
            f"loop of {len(p.iterations)} x {len(p.iterations[0])}: {p.iterations[0][0]} ..."
            for p in self.loops
        ]
        return "\n".join([*lines, "output " + ", ".join(f"%{name}" for name in self.outputs), ""])
