"""Lift: arithmetic on rows that were given to many others is done before they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gengnn.ir import Graph, Node, Value
from gengnn.passes.estimate import count_rows
from gengnn.passes.simplify import simplify


def lift(graph: Graph, rows: Mapping[str, float]) -> Graph:
    """op(x[i], y[i]) as op(x, y)[i], where x and y have fewer rows than i.

    One more value may have to be moved then: products are worth it. `rows` are those of each base
    space in a typical graph.
    """
    users, makers = graph.users(), graph.producers
    values = graph.values
    nodes: list[Node] = []
    is_changed = False
    for node in graph.nodes:
        movers = [maker for name in node.inputs if (maker := makers.get(name))]
        if not _is_moved_alike(node, movers):
            nodes.append(node)
            continue
        is_lone = all(
            mover.name not in graph.outputs
            and {user.name for user in users[mover.name]} == {node.name}
            for mover in movers
        )
        is_worth = node.op.widens or node.op.multiplies or is_lone
        sources = [values[_moved(mover)] for mover in movers]
        counts = (count_rows(graph, space, rows) for space in (sources[0].space, node.output.space))
        if not is_worth or next(counts) >= next(counts):
            nodes.append(node)
            continue
        first = _before(graph, node, sources)
        last = replace(movers[0], inputs=_along(movers[0], first.name), output=node.output)
        last = replace(last, source=node.source)
        values[first.name], makers[last.name] = first.output, last
        nodes += [first, last]
        is_changed = True
    return simplify(replace(graph, nodes=tuple(nodes))) if is_changed else graph


def _moved(mover: Node) -> str:
    """The value whose rows a node gives to others."""
    return mover.inputs[mover.op.ports.index(mover.op.moved_ports[0])]


def _along(mover: Node, name: str) -> tuple[str, ...]:
    """The operands of a mover with another value to move."""
    ports = zip(mover.op.ports, mover.inputs, strict=True)
    return tuple(name if port in mover.op.moved_ports else other for port, other in ports)


def _is_moved_alike(node: Node, movers: Sequence[Node]) -> bool:
    """Whether all operands of arithmetic on rows have been moved by the same map."""
    is_row = node.op.is_rowwise or node.op.multiplies
    if not is_row or not movers or len(movers) != len(node.inputs):
        return False
    if any(len(mover.op.moved_ports) != 1 for mover in movers):
        return False
    return len({(mover.op, _along(mover, "")) for mover in movers}) == 1


def _before(graph: Graph, node: Node, sources: Sequence[Value]) -> Node:
    """The node on the rows that have not been moved yet."""
    params = {role: graph.params[key] for role, key in node.params.items()}
    told = node.op.infer(sources, params)
    name = f"{node.name}_before"
    while name in graph.values:
        name += "_"
    output = replace(told, name=name, path=(), column=None)
    return replace(node, inputs=tuple(value.name for value in sources), output=output)
