"""Index spaces by name: which rows a forward argument brings, as its name tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from gengnn.ir import KeyPath


class Role(IntEnum):
    """What the rows of a space are, in the order of a packet."""

    NODE = 0
    EDGE = 1
    GRAPH = 2


PLAIN = {Role.NODE: "nodes", Role.EDGE: "edges", Role.GRAPH: "graphs"}
"""The spaces of a model with one node type and one edge list."""


@dataclass(frozen=True)
class Home:
    """The rows that an argument brings.

    `tag` tells them from other rows of their role: "" of the main ones, "src" of x_src, "0" of
    the first entry of a tuple, "author" of x_dict["author"]. With `is_named` it is the name of the
    space itself, as a node type or an edge type is.
    """

    role: Role
    tag: str = ""
    is_named: bool = False

    @property
    def is_side(self) -> bool:
        """Whether the tag says that these are one of several kinds of rows."""
        return bool(self.tag) and set(_words(self.tag)) <= SIDES

    @property
    def space(self) -> str:
        """What the space is called: nodes, nodes_src, pos_edges, author, author__writes__paper."""
        if self.is_named:
            return re.sub(r"\W", "_", self.tag, flags=re.ASCII)[:MAX_LENGTH]
        plain = PLAIN[self.role]
        if not self.tag:
            return plain
        leads = self.role is Role.EDGE and not self.tag[0].isdigit()
        return f"{self.tag}_{plain}" if leads else f"{plain}_{self.tag}"


MAX_LENGTH = 60
"""Characters of the name of a space."""

ANY_WORDS = """
attr attrs count dict feat feats feature features id ids mask norm num size sizes time type types
weight weights
"""

NODE_WORDS = frozenset(
    f"""{ANY_WORDS} batch charge charges coords deg degree emb embedding embeddings h node nodes pos
    ptr v vel x z""".split()
)
"""Words that say what is known of nodes, and not of which nodes."""

EDGE_WORDS = frozenset(f"{ANY_WORDS} adj edge edges index".split())
"""The same of edges."""

SIDES = {
    *("dst", "i", "in", "j", "l", "left", "out", "r", "right", "s", "source", "src", "t", "target"),
    *"0123456789",
}
"""Words that tell the kinds of rows of a bipartite graph apart, and positions in a tuple."""

HYPEREDGES = Home(Role.EDGE, "hyperedges", is_named=True)
INCIDENCES = Home(Role.EDGE, "incidences", is_named=True)
"""In PyG a column of hyperedge_index is an incidence; other hyperedge_* are of hyperedges."""


def home(path: KeyPath) -> Home:
    """The rows of a tensor, by the argument and the keys that lead to it."""
    name, kind, positions = split(path)
    role = _role(name)
    if kind:
        role = Role.EDGE if isinstance(kind, tuple) or role is Role.EDGE else Role.NODE
        return _typed(role, name, kind)
    if "hyperedge" in name:
        return HYPEREDGES
    if role is Role.GRAPH:
        return Home(role)
    return Home(role, "_".join([*_tags(name, role), *map(str, positions)]))


def list_home(path: KeyPath, is_only: bool) -> Home:
    """The rows of an index [2, E]; `is_only` if the model has no other untyped one."""
    name, kind, positions = split(path)
    if kind:
        return _typed(Role.EDGE, name, kind)
    if "hyperedge" in name:
        return INCIDENCES
    if is_only or (name == "edge_index" and not positions):
        return Home(Role.EDGE)
    tags = "_".join([*_tags(name, Role.EDGE), *map(str, positions)])
    return Home(Role.EDGE, tags or name, is_named=not tags or "edge" not in _words(name))


def count_home(path: KeyPath) -> Home:
    """The rows that a number counts: num_nodes, size[0], batch_size."""
    words = set(_words(split(path)[0]))
    if words >= {"batch", "size"} or words & {"graph", "graphs"}:
        return Home(Role.GRAPH)
    return home(path)


def is_count(path: KeyPath) -> bool:
    """Whether a number among the arguments counts rows: num_nodes, size[0], batch_size."""
    words = set(_words(split(path)[0]))
    return bool(words & COUNT_WORDS) and words <= COUNT_WORDS | COUNTED_WORDS


COUNT_WORDS = {"count", "n", "num", "size", "sizes"}
COUNTED_WORDS = {
    *("batch", "dim", "dst", "edge", "edges", "graph", "graphs", "hyperedge", "hyperedges"),
    *("node", "nodes", "pairs", "source", "src", "target"),
}
"""Words of the names of row counts."""


def is_index(path: KeyPath) -> bool:
    """Whether an argument of two rows is an index [2, E] by its name, not features of two rows."""
    words = _words(split(path)[0])
    return bool({"index", "links", "pairs"}.intersection(words)) or words == ["edges"]


def is_batch(path: KeyPath) -> bool:
    """Whether an argument tells the graph of each row."""
    words = _words(split(path)[0])
    return "batch" in {*words[:1], *words[-1:]}


def split(path: KeyPath) -> tuple[str, str | tuple[str, ...], list[int]]:
    """The name of the argument proper, its node or edge type, and its positions in sequences.

    A dictionary is by types if it is called like what it holds of each (x_dict, edge_index), else
    its keys are names of arguments.
    """
    name, positions = str(path[0]), []
    found: str | tuple[str, ...] = ""
    for key in path[1:]:
        if isinstance(key, int):
            positions.append(key)
        elif isinstance(key, tuple) or _is_plain(name):
            found = key
        else:
            name = key
    return name.removesuffix("_dict"), found, positions


def _typed(role: Role, name: str, kind: str | tuple[str, ...]) -> Home:
    """The rows of a type; edge_label_index of a type has others than its edge_index."""
    return Home(role, "_".join([type_name(kind), *_tags(name, role)]), is_named=True)


def type_name(kind: str | tuple[str, ...]) -> str:
    """An edge type as PyG spells it in module names."""
    return kind if isinstance(kind, str) else "__".join(kind)


def _role(name: str) -> Role:
    """PyG's naming: edge_* belong to edges, graph_*, global_* and u to graphs, others to nodes."""
    if "edge" in name:
        return Role.EDGE
    is_graph = name == "u" or name.startswith(("graph", "global"))
    return Role.GRAPH if is_graph else Role.NODE


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", name.lower())


def _is_plain(name: str) -> bool:
    return (NODE_WORDS | EDGE_WORDS).issuperset(_words(name))


def _tags(name: str, role: Role) -> list[str]:
    known = EDGE_WORDS if role is Role.EDGE else NODE_WORDS
    return [word for word in _words(name) if word not in known]
