"""A graph under construction: spaces, nodes, and the moves that lowerings are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gengnn.frontend.aims import aim
from gengnn.frontend.sections import shift
from gengnn.ir import KeyPath, Kind, Node, Param, Source, Space, Value
from gengnn.ops.base import Op
from gengnn.ops.concat import Concat
from gengnn.ops.convert import Convert
from gengnn.ops.fill import Fill
from gengnn.ops.gather import Gather
from gengnn.ops.lanes import Lanes
from gengnn.ops.linear import Linear
from gengnn.ops.lowering import (
    Abstract,
    Aim,
    Const,
    Dim,
    Extent,
    Full,
    LoweringError,
    Rowed,
    Stack,
    limited,
    number,
    without,
)
from gengnn.ops.owner import Owner
from gengnn.ops.slice import Slice


class Builder:
    """What lowerings extend: they read tensors of the program and emit nodes.

    `is_batched` says that the model takes `batch`; otherwise there is one graph, whose
    dimension has size 1 or was dropped. `source` is put on every node emitted; `dtype` is what the
    call being lowered returns. `aims` is what earlier attempts have found integers to point into,
    by the keys of arguments; `keys` has the key of each input. `counts` tells where the rows of a
    space without tensors are told. `loose` are the spaces that only names tell apart, True if as
    sides of a bipartite graph; `unordered` those whose rows have another order than those of the
    program. `declared` has the keys of arguments of which the user said what they count.
    """

    def __init__(self, is_batched: bool, aims: Mapping[str, Aim] | None = None) -> None:
        self.is_batched = is_batched
        self.aims = aims or {}
        self.spaces: dict[str, Space] = {}
        self.inputs: list[Value] = []
        self.nodes: list[Node] = []
        self.params: dict[str, Param] = {}
        self.bounds: dict[str, int] = {}
        self.keys: dict[str, str] = {}
        self.counts: dict[str, KeyPath] = {}
        self.loose: dict[str, bool] = {}
        self.shifts = 0
        self.unordered: set[str] = set()
        self.declared: frozenset[str] = frozenset()
        self.source = Source()
        self.dtype = "float32"
        self._rows: dict[str, Callable[[], Value]] = {}
        self._derived: dict[object, str] = {}
        self._owners: dict[str, Value] = {}

    # --- spaces

    def add_input(self, value: Value) -> Rowed:
        """Declare a user input."""
        for space in (value.space, value.target):
            if space is not None and not space.startswith("?"):
                self.spaces.setdefault(space, Space(space))
        self.inputs.append(value)
        return Rowed(value, value.shape)

    def rows(self, space: str) -> Value:
        """The ROWS value of a space; made the first time it is asked for."""
        if space not in self._rows:
            self.spaces.setdefault(space, Space(space))
            has_tensors = any(value.space == space for value in self.inputs)
            path = () if has_tensors else self.counts.get(space, ())
            value = Value(f"rows_{space}", space, (), Kind.ROWS, path=path)
            self.inputs.append(value)
            self._rows[space] = lambda: value
        return self._rows[space]()

    def derive(self, key: object, space: Space, rows: Callable[[], Value]) -> str:
        """The derived space of `key`: its name, made unique; `rows` emits its ROWS value."""
        if key not in self._derived:
            name, count = space.name, 2
            while name in self.spaces:
                name, count = f"{space.name}_{count}", count + 1
            self._derived[key] = name
            self.spaces[name] = replace(space, name=name)
            self._rows[name] = self._once(name, rows)
        return self._derived[key]

    def _once(self, name: str, rows: Callable[[], Value]) -> Callable[[], Value]:
        def make() -> Value:
            value = rows()
            self._rows[name] = lambda: value
            return value

        return make

    def extent(self, space: str) -> Dim:
        """How many rows a space has."""
        entry = self.spaces.get(space)
        if entry is not None and entry.kind == "concat":
            total: Dim = 0
            for parent in entry.parents:
                part = self.extent(parent)
                total = part.plus(total) if isinstance(part, Extent) else part
            return total
        single = space == "graphs" and not self.is_batched
        return 1 if single else Extent((space,))

    def space_of(self, extent: Dim) -> str:
        """The space that has `extent` rows."""
        if isinstance(extent, int):
            if extent == 1 and not self.is_batched:
                self.rows("graphs")
                return "graphs"
            raise LoweringError(f"a dimension of fixed size {extent} where rows are expected")
        for space in reversed(self.spaces):
            if self.extent(space) == extent:
                return space
        raise LoweringError("rows of no known index space")

    def has_rows(self, extent: Dim) -> bool:
        """Whether some space has `extent` rows."""
        return any(self.extent(space) == extent for space in self.spaces)

    def owner(self, space: str) -> Value:
        """The map from each row of `space` to the single graph."""
        if space not in self._owners:
            self.rows("graphs")
            self._owners[space] = self.emit(Owner(), [self.rows(space)])
        return self._owners[space]

    def aim(self, index: Value, space: str) -> Value:
        """The map `index` as one into `space`; see `aims.aim`."""
        return aim(self, index, space)

    def shift(self, index: Rowed, by: Dim) -> Rowed:
        """A map whose entries count from `by` rows further up; see `aims.shift`."""
        return shift(self, index, by)

    # --- nodes

    def emit(self, op: Op, inputs: Sequence[Value], **params: Const | NDArray[Any]) -> Value:
        """Append a node and return its value."""
        name = f"%{len(self.nodes)}"
        keys: dict[str, str] = {}
        for role, given in params.items():
            const = given if isinstance(given, Const) else Const(given)
            data = np.require(const.data, np.float64, ["W"])
            known = self.params.get(const.name)
            is_named = const.name and (known is None or np.array_equal(known.data, data))
            keys[role] = const.name if is_named else f"{name}.{role}"  # a view has its own name
            self.params[keys[role]] = Param(data)
        told = op.infer(tuple(inputs), {role: self.params[key] for role, key in keys.items()})
        value = replace(told, name=name, type=None, path=())
        names = tuple(entry.name for entry in inputs)
        self.nodes.append(Node(op, names, value, keys, self.source))
        return value

    def op_of(self, value: Value) -> Op | None:
        """The op that makes a value; None for inputs."""
        return next((node.op for node in self.nodes if node.name == value.name), None)

    def bound(self, value: Value, rows: int) -> None:
        """Record that the integers of `value` must be below `rows`."""
        self.bounds[value.name] = min(rows, self.bounds.get(value.name, rows))

    # --- tensors

    def sizes(self, x: Abstract) -> tuple[Dim, ...]:
        """All dimensions of a tensor."""
        if isinstance(x, Rowed):
            told: list[Dim] = list(x.dims)
            if x.axis is not None:
                told.insert(x.axis, self.extent(x.value.space))
            return tuple(told)
        if isinstance(x, Full):
            return (*x.data.shape[: x.axis], x.rows, *x.data.shape[x.axis + 1 :])
        if isinstance(x, Stack):
            inner = self.sizes(x.parts[0])
            return (*inner[: x.dim], len(x.parts), *inner[x.dim :])
        const = number(x)
        if const is None:
            raise LoweringError(f"expected a tensor, got {describe(x)}")
        return const.data.shape

    def rowed(self, x: Abstract) -> Rowed:
        """A tensor with rows, joined from a stack or made from a constant on every row."""
        if isinstance(x, Full):
            return self.fill(x)
        if isinstance(x, Stack):
            return self.join(x)
        if not isinstance(x, Rowed):
            raise LoweringError(f"expected a tensor with rows, got {describe(x)}")
        return x

    def real(self, x: Abstract) -> Rowed:
        """Numbers: integers and truth values converted."""
        x = self.rowed(x)
        if x.is_map:
            raise LoweringError("arithmetic on an index map", "compute with features, not indices")
        if x.value.kind is Kind.REAL:
            return x
        return replace(x, value=self.emit(Convert(), [x.value]))

    def fill(self, x: Full, space: str = "") -> Rowed:
        """A constant on every row of `space`, by default of the space with as many rows."""
        space = space or self.space_of(x.rows)
        if self.extent(space) != x.rows:
            raise LoweringError(f"puts a constant of another number of rows on {space}")
        value = self.fill_lanes(x.data.ravel(), space)
        return Rowed(value, without(x.data.shape, x.axis), x.axis)

    def fill_lanes(self, lanes: NDArray[Any], space: str) -> Value:
        """The same lanes on every row: one lane where all are equal."""
        if lanes.size == 0:
            raise LoweringError("a tensor without features")
        rows = self.rows(space)
        if (lanes == lanes[0]).all():
            kind = Kind.MASK if lanes.dtype == bool else Kind.REAL
            return self.emit(Fill(float(lanes[0]), kind), [rows])
        return self.emit(Linear(), [self.emit(Fill(1.0), [rows])], weight=lanes.reshape(-1, 1))

    def beside(self, like: Rowed, const: Const) -> Rowed:
        """A constant on each row that `like` has, to be combined with it as torch broadcasts."""
        rank = max(like.rank, const.data.ndim)
        axis = like.axis_at(rank)
        data = const.data.reshape((1,) * (rank - const.data.ndim) + const.data.shape)
        if axis is not None and data.shape[axis] != 1:
            raise LoweringError(f"combines {data.shape[axis]} constants with the rows of a tensor")
        value = self.fill_lanes(data.ravel(), like.value.space)
        return Rowed(value, without(data.shape, axis), axis)

    def as_map(self, x: Abstract) -> Rowed:
        """An index map; zeros are the map to the single graph."""
        if isinstance(x, Full) and not x.data.any() and not self.is_batched:
            return Rowed(self.owner(self.space_of(x.rows)), without(x.data.shape, x.axis), x.axis)
        return self.rowed(x)

    def join(self, x: Stack) -> Rowed:
        """The parts of a stack side by side in one value."""
        if len({part.value.target for part in x.parts}) > 1:
            raise LoweringError("joins index maps into different spaces")
        parts = [self.spread(part) for part in x.parts]
        first = parts[0]
        value = first.value
        for part in parts[1:]:
            value = self.emit(Concat(), [value, part.value])
        axis = first.axis
        if axis is not None:
            axis += x.dim <= axis
        place = x.dim - (axis is not None and axis < x.dim)
        order = np.arange(len(parts) * first.lanes).reshape(len(parts), *first.dims)
        order = np.moveaxis(order, 0, place)
        flat = Rowed(value, (order.size,), axis)
        return self.lanes_of(flat, order.ravel(), order.shape)

    def spread(self, x: Rowed) -> Rowed:
        """The tensor with every lane present."""
        return self.lanes_of(x, np.arange(x.lanes), x.dims, is_spread=True)

    def lanes_of(
        self, x: Rowed, source: NDArray[np.int64], dims: Sequence[int], is_spread: bool = False
    ) -> Rowed:
        """A tensor of `dims` whose lane i is lane source[i] of `x`."""
        dims = tuple(int(size) for size in dims)
        if source.size == 0:
            raise LoweringError("a tensor without features")
        if x.value.features == 1 and (source.size == 1 or not is_spread):
            return replace(x, dims=dims)
        if x.value.features == 1:
            source = np.zeros_like(source)
        start, stop = int(source[0]), int(source[0]) + source.size
        if (source != np.arange(start, stop)).any():
            limited(source.size)
            value = self.emit(Lanes(tuple(source.tolist())), [x.value])
            return replace(x, value=value, dims=dims)
        if source.size == x.value.features:
            return replace(x, dims=dims)
        squeeze = source.size == 1
        return replace(x, value=self.emit(Slice(start, stop, squeeze), [x.value]), dims=dims)

    # --- broadcasting

    def align(self, x: Rowed, y: Rowed) -> tuple[Rowed, Rowed]:
        """Both tensors with equal dims, axis and space, as torch broadcasts them.

        A tensor of one lane keeps its one lane.
        """
        rank = max(x.rank, y.rank)
        if x.value.space != y.value.space:
            x, y = self._to_rows(x, y, rank), self._to_rows(y, x, rank)
        places = {place for t in (x, y) if (place := t.axis_at(rank)) is not None}
        if x.value.space != y.value.space or len(places) > 1:
            raise LoweringError(
                f"combines rows of {x.value.space} with rows of {y.value.space}"
                + (" across each other" if x.value.space == y.value.space else ""),
                "gather one side along edge_index or batch first",
            )
        axis = next(iter(places), None)
        sizes = broadcast(x.padded(rank), y.padded(rank))
        return self._stretch(x, rank, sizes, axis), self._stretch(y, rank, sizes, axis)

    def _to_rows(self, x: Rowed, like: Rowed, rank: int) -> Rowed:
        """A tensor of the single graph, given to each row of the space of `like`."""
        if x.value.space != "graphs" or self.is_batched or like.value.space == "graphs":
            return x
        return self.per_row(x, like.value.space, rank, like.axis_at(rank))

    def per_row(self, x: Rowed, space: str, rank: int, axis: int | None) -> Rowed:
        """A tensor of the single graph on each row of `space`, the rows at `axis` of `rank`."""
        value = self.emit(Gather(), [x.value, self.owner(space)])
        sizes = x.padded(rank)
        if axis is not None and sizes[axis] != 1:
            raise LoweringError(f"broadcasts a dimension of {sizes[axis]} over the rows of {space}")
        return Rowed(value, without(sizes, axis), axis)

    def _stretch(self, x: Rowed, rank: int, sizes: tuple[int, ...], axis: int | None) -> Rowed:
        """`x` broadcast to `sizes`; at `axis` are the rows."""
        if axis is not None and sizes[axis] != 1:
            raise LoweringError(f"broadcasts {sizes[axis]} over the rows of {x.value.space}")
        lanes = np.arange(x.lanes).reshape(without(x.padded(rank), axis))
        dims = without(sizes, axis)
        return replace(self.lanes_of(x, np.broadcast_to(lanes, dims).ravel(), dims), axis=axis)

    def vector(self, x: Rowed, const: Const | Full) -> tuple[Rowed, NDArray[np.float64]]:
        """`x` and one number per lane of it, as torch broadcasts them.

        A tensor of one lane stays so while the numbers are all equal.
        """
        if isinstance(const, Full):
            x = self._meet(x, const)
        rank = max(x.rank, const.data.ndim)
        axis = x.axis_at(rank)
        data = const.data.reshape((1,) * (rank - const.data.ndim) + const.data.shape)
        x = self._stretch(x, rank, broadcast(x.padded(rank), data.shape), axis)
        flat = np.broadcast_to(data.reshape(without(data.shape, axis)), x.dims).ravel()
        flat = flat.astype(np.float64)
        if x.value.features == 1 and (flat == flat[0]).all():
            return x, flat[:1]
        return self.spread(x), flat

    def _meet(self, x: Rowed, full: Full) -> Rowed:
        """`x` with the rows of `full`."""
        rank = max(x.rank, full.data.ndim)
        axis = full.axis + rank - full.data.ndim
        space = x.value.space
        if self.extent(space) == full.rows and x.axis_at(rank) == axis:
            return x
        if self.extent(space) == 1:
            return self.per_row(x, self.space_of(full.rows), rank, axis)
        raise LoweringError(f"combines rows of {space} with rows of another space")


def broadcast(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
    """The common shape of two."""
    try:
        return np.broadcast_shapes(first, second)
    except ValueError as error:
        raise LoweringError(f"sizes {first} and {second} do not fit together") from error


def describe(x: Abstract) -> str:
    """A tensor or literal in an error message."""
    return {"Const": "a constant", "Stack": "a stack", "Extent": "a size"}.get(
        type(x).__name__, repr(x)[:60]
    )
