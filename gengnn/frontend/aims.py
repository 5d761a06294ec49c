"""What index maps point into, found from their use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gengnn.frontend.sections import before, into, ways
from gengnn.ir import Kind, Value
from gengnn.ops.lowering import Aim, Aimed, LoweringError

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder

NO_MAP = "indexes rows by numbers that are no index map", "use edge_index or batch"
"""The error of computed numbers."""


def aim(b: Builder, index: Value, space: str) -> Value:
    """The map `index` as one into `space`: itself, or a map into the first part of `space`.

    Raises:
        Aimed: nothing has told so before.
        LoweringError: it points into another space, or holds computed numbers.
    """
    if index.kind is not Kind.INDEX or index.features != 1:
        raise LoweringError(*NO_MAP)
    if index.target == space:
        return index
    found = next(_origins(b, index), None)
    if index.target is None or index.target.startswith("?"):
        key = index.target[1:] if index.target else b.keys[found.name] if found else ""
        _check_joined(b, key, space)
        raise Aimed(key, Aim(space, b.source))
    merge(b, space, index.target)
    if any(before(b, steps) == 0 for steps in ways(b, space, index.target)):
        return into(b, index, space, 0)
    raise LoweringError(*_astray(b, found, index.target, space))


def merge(b: Builder, first: str, second: str) -> None:
    """Take two spaces that only names tell apart for one.

    Raises:
        Aimed: so they are, and nothing has told before.
    """
    pair = [name for name in sorted(b.loose, key=len) if name in {first, second}]
    if len(pair) > 1 and not all(b.loose[name] for name in pair):
        raise Aimed(f"={pair[1]}", Aim(pair[0], b.source))


def _check_joined(b: Builder, key: str, space: str) -> None:
    """Refuse numbers that are no map, and inputs that would point into rows that forward makes."""
    if not key:
        raise LoweringError(*NO_MAP)
    if space in b.spaces and b.spaces[space].kind != "input" and not key.startswith("+"):
        raise LoweringError(
            f"indexes rows that forward joins or selects ({space}) by an argument",
            "give an index into each kind of rows; add x.size(0) in forward to what points behind "
            "the rows of x",
        )


def join_aims(b: Builder, first: Value, second: Value) -> None:
    """Make sure that two index maps whose entries are joined or compared point into one space.

    Raises:
        Aimed: of one of them nothing has told what it points into.
        LoweringError: they point into different spaces.
    """
    if first.target != second.target:
        is_open = first.target is None or first.target.startswith("?")
        index, other = (first, second) if is_open else (second, first)
        aim(b, index, str(other.target))


def _origins(b: Builder, value: Value) -> Iterator[Value]:
    """The inputs that integers are made from and that point into the same space."""
    makers = {node.name: node for node in b.nodes}
    known = {entry.name: entry for entry in b.inputs}
    todo = [value.name]
    while todo:
        name = todo.pop()
        if name in makers:
            todo += makers[name].inputs
        elif known[name].kind is Kind.INDEX and known[name].target == value.target:
            yield known[name]


def _astray(b: Builder, index: Value | None, target: str, space: str) -> tuple[str, str]:
    """The error of an index that is used on two kinds of rows."""
    if index is None:
        return f"indexes rows of {space} by a map into {target}", ""
    told = b.aims.get(b.keys.get(index.name, ""))
    since = f" since {told.source}" if told else " by its name or its type"
    return (
        f"indexes rows of {space} by {index.name}, which points into {target}{since}",
        "give each kind of rows its own index; if both are the same rows, say so in forward: "
        "torch._check(x.size(0) == y.size(0))",
    )
