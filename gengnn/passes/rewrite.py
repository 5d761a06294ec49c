"""Editing graphs: values replaced by others, nodes that nothing reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gengnn.ir import Graph, Kind, Node


def substitute(graph: Graph, nodes: Iterable[Node], same: Mapping[str, str]) -> Graph:
    """The graph of `nodes`, every reader of a name in `same` reading its replacement."""

    def final(name: str) -> str:
        while name in same:
            name = same[name]
        return name

    rewired = tuple(replace(n, inputs=tuple(final(name) for name in n.inputs)) for n in nodes)
    return replace(graph, nodes=rewired, outputs=tuple(final(name) for name in graph.outputs))


def lone(graph: Graph) -> dict[str, Node]:
    """The nodes whose values one other node reads, once, and no output is."""
    users, producers = graph.users(), graph.producers
    return {
        name: producers[name]
        for name, readers in users.items()
        if name in producers and len(readers) == 1 and name not in graph.outputs
    }


def live(graph: Graph) -> set[str]:
    """The values that an output depends on."""
    needed = set(graph.outputs)
    for node in reversed(graph.nodes):
        if node.name in needed:
            needed.update(node.inputs)
    return needed


def drop_dead(graph: Graph) -> Graph:
    """Without nodes, parameters and derived spaces that no output depends on.

    The inputs stay: they are what the model takes.
    """
    needed = live(graph)
    kept = [node for node in graph.nodes if node.name in needed]
    keys = {key for node in kept for key in node.params.values()}
    values = [*graph.inputs, *(node.output for node in kept)]
    used = {space for value in values for space in (value.space, value.target)}
    for space in reversed(list(graph.spaces.values())):
        if space.name in used:
            used.update(space.parents)
    return replace(
        graph,
        nodes=tuple(kept),
        params={key: param for key, param in graph.params.items() if key in keys},
        spaces={name: space for name, space in graph.spaces.items() if name in used},
    )


def hoist(graph: Graph) -> Graph:
    """Nodes that only rearrange the graph's structure and edge inputs come first.

    Slices of integer features, degrees and norms are the same in every layer; in front of the
    first, they do not break the likeness of the layers. Whatever reads features of nodes stays in
    place, so that the first layer keeps its shape too.
    """
    nodes = {"nodes", *(value.target for value in graph.inputs)} - {"graphs"}
    early = {
        value.name
        for value in graph.inputs
        if value.kind is not Kind.REAL or value.space not in nodes
    }
    front: list[Node] = []
    rest: list[Node] = []
    for node in graph.nodes:
        if not node.params and early.issuperset(node.inputs):
            early.add(node.name)
            front.append(node)
        else:
            rest.append(node)
    return graph.with_nodes((*front, *rest))
