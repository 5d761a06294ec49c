"""The forward arguments: which index space the rows of each one are."""

from __future__ import annotations

from collections.abc import Mapping

from gengnn.frontend.builder import Builder
from gengnn.frontend.names import identifier
from gengnn.frontend.program import Input, Program, TensorType
from gengnn.frontend.spaces import (
    PLAIN,
    Home,
    Role,
    count_home,
    home,
    is_batch,
    list_home,
    split,
    type_name,
)
from gengnn.ir import KeyPath, Kind, Space, Value
from gengnn.ops.lowering import Abstract, Aim, LoweringError, Stack

ENDS = ("src", "dst")
"""The two rows of an index [2, E]: where edges come from, and where they lead."""

RESERVED = {*ENDS, "rows_nodes", "rows_edges", "rows_graphs"}
"""Input names with a meaning of their own."""

TRIPLE = 3
"""Names in an edge type: source type, relation, target type."""

DYNAMIC = "export with open node and edge counts, as gengnn.export(model, example, path) does"


def is_batched(program: Program) -> bool:
    """Whether the model takes the graph of each node."""
    return any(_is_owner(entry) for entry in program.inputs)


def add_inputs(builder: Builder, program: Program, aims: Mapping[str, Aim]) -> dict[str, Abstract]:
    """Declare every forward argument of the model.

    An index [2, E] becomes two maps, "src" and "dst" of the main one. The rows of another argument
    are those of an earlier one with the same symbolic size, else the space follows from the name.
    `aims` tells what integers point into, as far as their use has told: by the name of the
    argument, of an index `name.0` and `name.1`; by "=space" of spaces that are another one.

    Raises:
        LoweringError: an argument is none of those that a graph can bring.
    """
    inputs = _Inputs(builder, program, aims)
    return {entry.name: inputs.add(entry) for entry in program.inputs}


class _Inputs:
    """Where the arguments of a program live.

    `roles` has every space and `types` the type that it is of, `rows_of` the space of each
    argument, `targets` what integers point into, `symbols` the space of each symbolic size,
    `taken` the names of values so far.
    """

    def __init__(self, builder: Builder, program: Program, aims: Mapping[str, Aim]) -> None:
        self.builder, self.program, self.aims = builder, program, aims
        self.lists = [entry for entry in program.inputs if _is_list(entry)]
        self.untyped = [entry for entry in self.lists if not split(entry.path)[1]]
        self.roles: dict[str, Role] = {}
        self.types: dict[str, str] = {}
        self.symbols: dict[str, str] = {}
        self.taken = set(RESERVED)
        others = [entry for entry in program.inputs if entry not in self.lists]
        self.rows_of = {entry.name: self._edges(entry) for entry in self.lists}
        self.rows_of |= {entry.name: self._rows(entry) for entry in others}
        self._name_main()
        self.targets = dict(pair for entry in program.inputs for pair in self._aimed(entry))
        for name in sorted(self.roles, key=lambda name: self.roles[name]):
            builder.spaces[name] = Space(name)
        self._count()

    # --- spaces

    def _named(self, given: Home) -> str:
        """The space of these rows, which may be known to be those of another one."""
        same = self.aims.get(f"={given.space}")
        name = same.target if same else given.space
        self.roles.setdefault(name, given.role)
        self.types.setdefault(name, given.tag if given.is_named else "")
        if given.role is Role.NODE and not given.is_named:
            self.builder.loose.setdefault(name, given.is_side)
        return name

    def _name_main(self) -> None:
        """Call the only untyped rows of nodes that there are plain nodes."""
        (name, *others), main = [*self.builder.loose, ""], PLAIN[Role.NODE]
        if not name or others != [""] or main in self.roles:
            return
        self.roles = {main if known == name else known: r for known, r in self.roles.items()}
        self.types = {main if known == name else known: t for known, t in self.types.items()}
        self.rows_of = {k: main if known == name else known for k, known in self.rows_of.items()}
        self.builder.loose = {main: False}

    def _edges(self, entry: Input) -> str:
        """The rows of an index [2, E]."""
        given = list_home(entry.path, entry in self.untyped and len(self.untyped) == 1)
        return self.symbols.setdefault(_symbol(entry, 1), self._named(given))

    def _rows(self, entry: Input) -> str:
        """The rows of another tensor, or those that a number counts."""
        if entry.type is None:
            given, symbol = count_home(entry.path), entry.count
        else:
            given, sizes = home(entry.path), entry.type.sizes
            if not sizes or not all(isinstance(size, int) for size in sizes[1:]):
                what = f"the forward argument {_told(entry)}: expected rows, then fixed sizes"
                raise LoweringError(what, DYNAMIC)
            if sizes[0] == 1 and not self.builder.is_batched and given.role is Role.GRAPH:
                return self._named(given)
            symbol = _symbol(entry, 0)
        if symbol not in self.symbols:
            self.symbols[symbol] = self._listed(given) or self._named(given)
        return self.symbols[symbol]

    def _listed(self, given: Home) -> str:
        """The only edges that there are, for attributes of edges that name no others."""
        is_free = given.role is Role.EDGE and not given.is_named and given.space not in self.roles
        return self.rows_of[self.untyped[0].name] if is_free and len(self.untyped) == 1 else ""

    def _count(self) -> None:
        """Note where the rows of spaces without tensors are told."""
        counts = self.builder.counts
        for entry in self.program.inputs:
            if entry.type is None:
                counts.setdefault(self.rows_of[entry.name], entry.path)
        for name, role in self.roles.items():
            if role is Role.NODE:
                kind = self.types[name]
                path: KeyPath = ("num_nodes_dict", kind) if kind else ("num_nodes",)
                counts.setdefault(name, path)

    # --- what integers point into

    def _aimed(self, entry: Input) -> list[tuple[str, str | None]]:
        """The keys of an argument, and what each points into; "?key" where its use must tell."""
        if entry in self.lists:
            ends = _ends(entry.path)
            keys = [f"{entry.name}.{row}" for row in range(len(ENDS))]
            return [(key, self._end(key, kind)) for key, kind in zip(keys, ends, strict=True)]
        if _is_owner(entry):
            return [(entry.name, self._named(Home(Role.GRAPH)))]
        return [(entry.name, self._known(entry.name))]

    def _known(self, key: str) -> str | None:
        """What the entries point into, where their use or a declaration tells; "" for nothing."""
        told = self.program.spaces.get(key)
        if isinstance(told, str):
            return self.rows_of.get(told) or self._named(Home(Role.NODE, told, is_named=True))
        if key not in self.aims:
            return None
        target = self.aims[key].target
        final = self._known(target[1:]) if target.startswith("?") else target
        return target if final is None else final

    def _end(self, key: str, kind: str) -> str:
        """What a row of an index points into: as known, by its type, or the only rows there are."""
        known = self._known(key)
        if known is not None:
            return known
        if kind:
            return self._named(Home(Role.NODE, kind, is_named=True))
        listed = {self.rows_of[entry.name] for entry in self.lists}
        told = [entry for entry in self.program.spaces.values() if isinstance(entry, str)]
        ends = [name for name, role in self.roles.items() if role is not Role.GRAPH]
        ends = [name for name in ends if name not in listed]
        if told or len(ends) > 1:
            return f"?{key}"
        return ends[0] if ends else self._named(Home(Role.NODE))

    # --- inputs

    def add(self, entry: Input) -> Abstract:
        """Declare one argument."""
        space = self.rows_of[entry.name]
        if entry.type is None:
            return self.builder.extent(space)
        if entry in self.lists:
            return self._add_list(entry, space)
        dims = tuple(size for size in entry.type.sizes[1:] if isinstance(size, int))
        integers = Kind.MASK if entry.type.dtype.name == "bool" else Kind.INDEX
        kind = Kind.REAL if entry.type.dtype.is_float else integers
        target = self.targets[entry.name] or None
        bound = self.program.spaces.get(entry.name)
        name = self._unique(_name(entry.path))
        limit = bound if isinstance(bound, int) and kind is Kind.INDEX else None
        value = Value(name, space, dims, kind, target, limit, path=entry.path)
        self.builder.keys[name] = entry.name
        return self.builder.add_input(value)

    def _add_list(self, entry: Input, space: str) -> Stack:
        """The two maps of an index [2, E]."""
        is_main = entry in self.untyped and (len(self.untyped) == 1 or space == PLAIN[Role.EDGE])
        parts = []
        for row, end in enumerate(ENDS):
            name = end if is_main else self._unique(f"{_list_name(entry.path, space)}_{end}")
            key = f"{entry.name}.{row}"
            target = self.targets[key] or None
            self.builder.keys[name] = key
            value = Value(name, space, (), Kind.INDEX, target, path=(*entry.path, row))
            parts.append(self.builder.add_input(value))
        return Stack(tuple(parts), 0)

    def _unique(self, name: str) -> str:
        base, count = identifier(name), 2
        name = base
        while name in self.taken:
            name, count = f"{base}_{count}", count + 1
        self.taken.add(name)
        return name


def _is_list(entry: Input) -> bool:
    """Whether an argument is an index [2, E]."""
    told = entry.type
    if told is None or told.dtype.is_float or not told.sizes:
        return False
    return told.sizes[0] == len(ENDS) and len(told.sizes) == len(ENDS)


def _is_owner(entry: Input) -> bool:
    """Whether an argument is the graph of each row."""
    told = entry.type
    is_map = told is not None and not told.dtype.is_float and len(told.sizes) == 1
    return is_map and is_batch(entry.path)


def _ends(path: KeyPath) -> tuple[str, str]:
    """The node types that an edge type joins; "" where it does not tell."""
    kind = split(path)[1]
    names = kind.split("__") if isinstance(kind, str) else kind
    return (names[0], names[-1]) if len(names) == TRIPLE else ("", "")


def _name(path: KeyPath) -> str:
    """What the input of a path is called: x_dict["author"] is x_author."""
    if len(path) == 1:
        return str(path[0])
    name, kind, positions = split(path)
    return "_".join([name, *([type_name(kind)] if kind else []), *map(str, positions)])


def _list_name(path: KeyPath, space: str) -> str:
    """What the maps of an index start with: the type, else the argument."""
    return space if split(path)[1] else _name(path)


def _symbol(entry: Input, dim: int) -> str:
    """The symbol of a dimension that must vary from graph to graph."""
    size = entry.type.sizes[dim] if entry.type else entry.count
    if isinstance(size, int):
        what = f"the forward argument {_told(entry)}: dimension {dim} is fixed at {size}"
        raise LoweringError(what, DYNAMIC)
    return size


def _told(entry: Input) -> str:
    """An argument in a message: x_dict['author'] [?, 8]."""
    keys = "".join(f"[{key!r}]" for key in entry.path[1:])
    return f"{entry.path[0]}{keys} {_shape(entry.type)}"


def _shape(told: TensorType | None) -> str:
    sizes = told.sizes if told else ()
    return f"[{', '.join(str(s) if isinstance(s, int) else '?' for s in sizes)}]"
