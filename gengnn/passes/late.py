"""Late: the ops of a layer that come as late as their readers allow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gengnn.ir import Node, Value
from gengnn.ops.base import Op
from gengnn.passes.netlist import Source

INVARIANT = -1
"""The level, inside a loop, of outside values that every layer reads."""

Key = tuple[int, str]
"""A value as one loop sees it."""


def late_levels(
    nodes: Sequence[Node],
    operands: Sequence[Sequence[Key]],
    kept: Collection[str],
    native: Mapping[Key, Source],
    values: Mapping[str, Value],
) -> dict[str, int]:
    """Levels of the nodes of a layer that may come late; `kept` ones may not.

    That are ops that read invariants only, whose results are wide and inputs narrow (an embedding
    of an integer), and ops of one row at a time whose result is no narrower: the buffer belongs in
    front of them, and nobody else who reads the same rows waits for them. `operands` are those of
    each node, `native` has the sources that are there before the layer is placed.
    """
    levels: dict[str, int] = {}
    entries: dict[str, int] = {}
    free: set[str] = set()
    lazy: list[Node] = []
    for node, keys in zip(nodes, operands, strict=True):
        known = [max(levels.get(key[1], 0), 0) for key in keys]
        entries[node.name], levels[node.name] = meet(node.op, known)
        inner = {key for key in keys if key[1] not in free and not _is_invariant(native, key)}
        if node.op.is_barrier or node.name in kept:
            continue
        if not inner:
            free.add(node.name)
        made_of = [native[key].wire.value if key in native else values[key[1]] for key in inner]
        if not inner or (node.op.is_rowwise and _is_no_narrower(node, made_of)):
            lazy.append(node)
    late: dict[str, int] = {}
    for node in reversed(lazy):
        wanted = [
            entries[user.name]
            if port in user.op.fill_ports
            else late.get(user.name, levels[user.name])
            for user in nodes
            for port, name in zip(user.op.ports, user.inputs, strict=True)
            if name == node.name
        ]
        late[node.name] = min(wanted, default=levels[node.name])
    return late


def meet(op: Op, levels: Sequence[int]) -> tuple[int, int]:
    """The levels at which an op takes its fill ports (-1: it has none) and its other ports."""
    ports = dict(zip(op.ports, levels, strict=True))
    entry = max((ports[port] for port in op.fill_ports), default=-1)
    rest = [level for port, level in ports.items() if port not in op.fill_ports]
    return entry, max([*rest, entry + 1])


def _is_invariant(native: Mapping[Key, Source], key: Key) -> bool:
    return key in native and native[key].level == INVARIANT


def _is_no_narrower(node: Node, operands: Sequence[Value]) -> bool:
    """Whether a result has as many bits as its only operand from inside the loop."""
    return len(operands) == 1 and bits(operands[0]) <= bits(node.output)


def bits(value: Value) -> int:
    """Bits of a row."""
    return value.features * value.format.width
