"""Order: the rows of an index space sorted by where they are reduced into."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gengnn.ir import Graph, Kind, Node, Value
from gengnn.ops.base import Op
from gengnn.passes.estimate import integers
from gengnn.reference import Sample

WORTH = 2
"""Reductions of a space, at the least, that pay for sorting its rows once."""


def order_rows(graph: Graph, typical: Sequence[Sample]) -> Graph:
    """Sort the rows of spaces that are reduced again and again, where nothing else sees them.

    A node is complete when the last of its rows has passed. With its rows side by side, nodes
    are complete one after another, and what comes next begins while the others still wait.
    `typical` graphs tell which rows come sorted already: those are sorted again only where a
    target's result goes back to its rows and these are reduced once more, as in a softmax. Then
    the second pass follows the first from target to target.
    """
    for space in graph.spaces:
        found = _reductions(graph, space)
        name = max(found, key=lambda key: len(found[key]), default=None)
        if name is None or len(found[name]) < WORTH or not _is_free(graph, space):
            continue
        entering = _entering(graph, space)
        is_given = name in {value.name for value in entering}
        is_sorted = all(_is_sorted(graph, name, sample) for sample in typical)
        if is_given and (not is_sorted or _returns(graph, name, found[name])):
            graph = _ordered(graph, name, entering, found[name][0])
    return graph


def _reductions(graph: Graph, space: str) -> dict[str, list[Node]]:
    """The nodes that reduce rows of `space`, by the map that they are reduced along."""
    found: dict[str, list[Node]] = {}
    for node in graph.nodes:
        told = node.op.sorting
        if told is not None:
            name = node.inputs[node.op.ports.index(told.port)]
            if graph.values[name].space == space:
                found.setdefault(name, []).append(node)
    return found


def _is_free(graph: Graph, space: str) -> bool:
    """Whether another order of the rows of `space` changes no result."""
    values = graph.values
    if any(value.target == space for value in values.values()):
        return False
    if any(values[name].space == space for name in graph.outputs):
        return False
    readers = [node for node in graph.nodes if any(values[x].space == space for x in node.inputs)]
    return not any(node.op.made_space or node.op.sees_order for node in readers)


def _entering(graph: Graph, space: str) -> list[Value]:
    """The values that bring data to the rows of `space` in the order that they have."""
    made = [node.output for node in graph.nodes if node.op.made_space == space]
    used = {name for node in graph.nodes for name in node.inputs}
    values = [*(value for value in graph.inputs if value.space == space), *made]
    return [value for value in values if value.kind is not Kind.ROWS and value.name in used]


def _is_sorted(graph: Graph, name: str, sample: Sample) -> bool:
    return bool((np.diff(integers(graph, sample)[name]) >= 0).all())


def _returns(graph: Graph, name: str, reductions: Sequence[Node]) -> bool:
    """Whether what a reduction along the map `name` makes goes back along it into another."""
    keys = {node.name for node in reductions}
    made: set[str] = set()
    for node in graph.nodes:
        behind = made.intersection(node.inputs)
        if behind and node.name in keys:
            return True
        is_back = bool(node.op.moved_ports) and name in node.inputs
        is_beside = node.output.space in {graph.values[each].space for each in behind}
        if node.name in keys or (behind and is_back) or (is_beside and not node.op.multiplies):
            made.add(node.name)
    return False


def _ordered(graph: Graph, name: str, entering: Sequence[Value], reader: Node) -> Graph:
    """The graph with all `entering` values along the positions that sort the map `name`."""
    told = reader.op.sorting
    assert told is not None
    known = dict(graph.values)

    def made(op: Op, inputs: tuple[str, ...], new: str) -> Node:
        output = op.infer([known[entry] for entry in inputs], {})
        return Node(op, inputs, replace(output, name=new, path=(), column=None), {}, reader.source)

    positions = made(told.order, (name,), f"{name}_order")
    known[positions.name] = positions.output
    moved = {
        v.name: made(told.move, (v.name, positions.name), f"{v.name}_sorted") for v in entering
    }

    def rewired(node: Node) -> Node:
        names = tuple(moved[entry].name if entry in moved else entry for entry in node.inputs)
        sorting = node.op.sorting
        is_along = sorting and node.inputs[node.op.ports.index(sorting.port)] == name
        op = sorting.reduce if sorting and is_along else node.op
        return replace(node, op=op, inputs=names)

    nodes = [positions, *moved.values(), *map(rewired, graph.nodes)]
    return replace(graph, nodes=_in_order(nodes))


def _in_order(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Each node as early in the list as those that it reads allow."""
    places = {node.name: place for place, node in enumerate(nodes)}
    needs = [{places[name] for name in node.inputs if name in places} for node in nodes]
    users: dict[int, list[int]] = {}
    for place, needed in enumerate(needs):
        for other in needed:
            users.setdefault(other, []).append(place)
    ready = [place for place, needed in enumerate(needs) if not needed]
    done = []
    while ready:
        place = heapq.heappop(ready)
        done.append(nodes[place])
        for user in users.get(place, ()):
            needs[user].remove(place)
            if not needs[user]:
                heapq.heappush(ready, user)
    return tuple(done)
