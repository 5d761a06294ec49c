"""Merge: equal nodes become one, and with them the index spaces that they make."""

from __future__ import annotations

from dataclasses import replace

from gengnn.ir import Graph, Node, Value
from gengnn.passes.rewrite import substitute


def merge(graph: Graph) -> Graph:
    """Compute once what is computed twice from the same values.

    Two masks that are equal keep the same rows, so their filter spaces are one; likewise concat
    spaces of the same parts.
    """
    same: dict[str, str] = {}
    spaces = _Spaces({value.name: value.space for value in graph.inputs})
    seen: dict[object, Node] = {}
    for entry in graph.nodes:
        inputs = tuple(same.get(name, name) for name in entry.inputs)
        node = spaces.renamed(replace(entry, inputs=inputs))
        key = _key(graph, node)
        first = seen.setdefault(key, node)
        if first is not node:
            same[node.name] = first.name
            seen[key] = _tightened(first, node)
    merged = substitute(graph, seen.values(), same)
    entries = {
        name: replace(space, parents=tuple(spaces.final(parent) for parent in space.parents))
        for name, space in graph.spaces.items()
        if spaces.final(name) == name
    }
    return replace(merged, spaces=entries)


class _Spaces:
    """Which derived spaces have turned out equal."""

    def __init__(self, space_of: dict[str, str]) -> None:
        self.same: dict[str, str] = {}
        self.made: dict[object, str] = {}
        self.space_of = space_of

    def final(self, space: str) -> str:
        """The space that stands for `space`."""
        return self.same.get(space, space)

    def renamed(self, node: Node) -> Node:
        """The node in final spaces."""
        op = node.op
        if op.made_space is not None:
            parts = [self.space_of[name] for name in node.inputs]
            key = type(op), op.space_key(node.inputs, parts)
            self.same[op.made_space] = self.made.setdefault(key, self.final(op.made_space))
            op = op.into(self.final(op.made_space))
        op = op.in_spaces(self.final)
        output = self._value(node.output)
        self.space_of[node.name] = output.space
        return replace(node, op=op, output=output)

    def _value(self, value: Value) -> Value:
        target = None if value.target is None else self.final(value.target)
        return replace(value, space=self.final(value.space), target=target)


def _tightened(first: Node, second: Node) -> Node:
    """`first` with the stricter of both bounds."""
    bounds = [node.output.bound for node in (first, second) if node.output.bound is not None]
    return replace(first, output=replace(first.output, bound=min(bounds, default=None)))


def _key(graph: Graph, node: Node) -> object:
    """Equal for nodes that compute the same."""
    params = [
        (role, graph.params[key].data.shape, graph.params[key].data.tobytes())
        for role, key in sorted(node.params.items())
    ]
    return node.op, node.inputs, node.output.space, node.output.target, tuple(params)
