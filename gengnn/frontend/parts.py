"""Masks that keep one part of joined rows: the self-loops that were appended to the edges."""

from __future__ import annotations

from gengnn.frontend.builder import Builder
from gengnn.ir import Node, Value
from gengnn.ops.compare import Compare
from gengnn.ops.concat_rows import ConcatRows
from gengnn.ops.fill import Fill
from gengnn.ops.filter import Filter
from gengnn.ops.gather import Gather

Made = dict[str, Node]
"""The node that makes each value."""


def kept_part(b: Builder, mask: Value) -> int | None:
    """The part of two joined ones that a mask keeps in whole while it drops the other.

    So does `src == dst` after PyG's remove_self_loops and add_self_loops: edges whose ends are
    equal were dropped by `src != dst`, the ends of the loops are one and the same map.
    """
    made = {node.name: node for node in b.nodes}
    node = made.get(mask.name)
    if node is None or node.op != Compare("eq"):
        return None
    ends = [made.get(name) for name in node.inputs]
    if not all(end is not None and isinstance(end.op, ConcatRows) for end in ends):
        return None
    pairs = list(zip(*(end.inputs for end in ends if end), strict=True))
    same = [first == second for first, second in pairs]
    never = [_never_equal(made, *pair) for pair in pairs]
    found = [k for k in (0, 1) if same[k] and never[1 - k]]
    return found[0] if found else None


def _never_equal(made: Made, first: str, second: str) -> bool:
    """Whether two maps are the rows of others by a mask of where those differ."""
    sides = [made.get(first), made.get(second)]
    if not all(side is not None and isinstance(side.op, Filter) for side in sides):
        return False
    (x, mask), (y, other) = (side.inputs for side in sides if side)
    told = made.get(mask)
    return (
        mask == other
        and told is not None
        and told.op == Compare("ne")
        and (told.inputs in {(x, y), (y, x)})
    )


def rows_of_part(b: Builder, value: Value, part: int) -> Value | None:
    """The rows that `value` has in one part of its joined space, in the space of that part."""
    made = {node.name: node for node in b.nodes}
    node = made.get(value.name)
    if node is None:
        return None
    known = {entry.name: entry for entry in b.inputs} | {k: n.output for k, n in made.items()}
    if isinstance(node.op, ConcatRows):
        return known[node.inputs[part]]
    if isinstance(node.op, Gather):
        index = rows_of_part(b, known[node.inputs[1]], part)
        return b.emit(Gather(), [known[node.inputs[0]], index]) if index else None
    if isinstance(node.op, Fill):
        space = b.spaces[value.space].parents[part]
        return b.emit(node.op, [b.rows(space)])
    return None
