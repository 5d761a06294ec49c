"""Widths: which values keep more bits than the rest, because small ones count among large ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gengnn.ir import Graph, Kind, Node

MOST_BITS = 27
"""The widest automatic format: what one DSP block multiplies by 18 bits."""

SPARED_BITS = 5
"""Bits by which a wide format is narrower than two plain ones: products have them for headroom."""


def wide(width: int) -> int:
    """Bits of wide values where others have `width`: nearly those of a product."""
    return max(width, min(2 * width - SPARED_BITS, MOST_BITS))


def wide_values(graph: Graph) -> set[str]:
    """Values that carry more bits than a plain format holds, and whose readers want them.

    A root, a logarithm, a reciprocal wants them: the root of a mean square is as accurate
    for small rows as for large ones only if the squares are, and an inverse only if it is wide
    itself. Products carry them, and sums of rows, sums of these, and what only moves.
    """
    carrying = _carrying(graph)
    wanted: set[str] = set()
    for node in reversed(graph.nodes):
        ports = dict(zip(node.op.ports, node.inputs, strict=True))
        wanted |= {ports[port] for port in node.op.fine_ports} & carrying
        if node.op.is_steep and node.name in carrying:
            wanted.add(node.name)
        if node.name in wanted:
            wanted |= {node.inputs[place] for place in _kept(node, carrying)}
    return wanted


def _carrying(graph: Graph) -> set[str]:
    """Products, sums of rows, and sums and copies of these; counts are none of them."""
    found: set[str] = set()
    numbers = {value.name for value in graph.inputs if value.kind is Kind.REAL}
    for node in graph.nodes:
        if node.output.kind is not Kind.REAL:
            continue
        if not numbers.isdisjoint(node.inputs) or node.params:
            numbers.add(node.name)
        if node.name in numbers and (node.op.widens or _kept(node, found)):
            found.add(node.name)
    return found


def _kept(node: Node, carrying: Collection[str]) -> list[int]:
    """The places of operands whose further bits a wide result would keep."""
    more = [place for place, name in enumerate(node.inputs) if name in carrying]
    return [place for place in node.op.kept_from(node.inputs, more) if place in more]


def is_wide(graph: Graph, group: Iterable[str], wanted: Collection[str]) -> bool:
    """Whether values that share one format are wide: one is wanted so, all others may be."""
    constants = {node.name for node in graph.nodes if node.op.constant is not None}
    members = set(group)
    return bool(members & set(wanted)) and members <= {*wanted, *constants, *_carrying(graph)}
