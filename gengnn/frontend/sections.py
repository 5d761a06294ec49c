"""Sections: the rows of a concat space that are those of one of its parts, and maps into them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from gengnn.ir import Value
from gengnn.ops.gather import Gather
from gengnn.ops.iota import Iota
from gengnn.ops.lowering import Dim, LoweringError, Rowed, plus
from gengnn.ops.offset import Offset, Prefix

if TYPE_CHECKING:
    from gengnn.frontend.builder import Builder


def shift(b: Builder, x: Rowed, by: Dim) -> Rowed:
    """A map whose entries count from `by` rows further up: into a part of a concat space.

    Into which one, its use will tell.
    """
    key = f"+{b.shifts}"
    b.shifts += 1
    target = known_target(b, key)
    if target == x.value.target and by == 0:
        return x
    if target.startswith("?"):
        return replace(x, value=b.emit(Prefix(target), [x.value]))
    return replace(x, value=into(b, x.value, target, by))


def known_target(b: Builder, key: str) -> str:
    """What has been found that `key` points into; "?key" if nothing, "" if it points nowhere."""
    target = f"?{key}"
    while target.startswith("?") and target[1:] in b.aims:
        target = b.aims[target[1:]].target
    return b.aims[f"={target}"].target if f"={target}" in b.aims else target


def into(b: Builder, index: Value, space: str, by: Dim) -> Value:
    """A map into the part of `space` that begins after `by` rows, as a map into all of it.

    Raises:
        LoweringError: there is no part there that the map points into.
    """
    for steps in ways(b, space, str(index.target)):
        if before(b, steps) == by:
            for first, whole in steps:
                op = Offset(whole) if first else Prefix(whole)
                index = b.emit(op, [index, b.rows(first)] if first else [index])
            return index
    raise LoweringError(f"adds a number of rows to a map that is then used on rows of {space}")


def section(b: Builder, x: Rowed, start: Dim, stop: Dim) -> Rowed:
    """The rows of the part of a concat space that goes from `start` to `stop`.

    Raises:
        LoweringError: no part begins and ends there.
    """
    space = x.value.space
    for part in _parts(b, space):
        for steps in ways(b, space, part):
            if before(b, steps) == start and plus(start, b.extent(part)) == stop:
                every = b.emit(Iota(), [b.rows(part)])
                index = into(b, every, space, start)
                return replace(x, value=b.emit(Gather(), [x.value, index]))
    raise LoweringError(
        "takes some rows by their position", "rows have no fixed positions; use a mask"
    )


Steps = list[tuple[str, str]]
"""From a part to the whole: for each concat space on the way its first half ("" of the first half
itself) and its name."""


def ways(b: Builder, space: str, part: str) -> Iterator[Steps]:
    """The ways from a part of a concat space to the whole, one for each place of the part."""
    if space == part:
        yield []
        return
    entry = b.spaces.get(space)
    if entry is not None and entry.kind == "concat":
        first, second = entry.parents
        yield from ([*steps, ("", space)] for steps in ways(b, first, part))
        yield from ([*steps, (first, space)] for steps in ways(b, second, part))


def _parts(b: Builder, space: str) -> list[str]:
    """The spaces that a concat space is made of."""
    entry = b.spaces[space]
    if entry.kind != "concat":
        return [space]
    return list(dict.fromkeys(part for parent in entry.parents for part in _parts(b, parent)))


def before(b: Builder, steps: Steps) -> Dim:
    """The rows before a part."""
    total: Dim = 0
    for first, _ in steps:
        total = plus(total, b.extent(first)) if first else total
    return total
