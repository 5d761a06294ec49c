"""Activations that some layers have and others lack: taken out to compare, put back to fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gengnn.ir import Graph, Node


@dataclass(frozen=True)
class Chains:
    """The nodes of a graph with removable ones taken out.

    `tails` has the removed nodes behind each value, in order; `heads` leads from a removed
    node's name to the value it hangs on.
    """

    nodes: tuple[Node, ...]
    tails: dict[str, tuple[Node, ...]]
    heads: dict[str, str]

    def operands(self, node: Node) -> tuple[str, ...]:
        """The inputs of `node`, seen through removed nodes."""
        return tuple(self.heads.get(name, name) for name in node.inputs)

    def agree(self, names: Sequence[str]) -> bool:
        """Whether the removed nodes behind all `names` are parts of one longest chain."""
        marks = [[node.op.signature() for node in self.tails.get(name, ())] for name in names]
        longest = max(marks, key=len)
        return all(mark in (longest, []) for mark in marks)


def contract(graph: Graph) -> Chains:
    """Take out every node that can be a pass-through and is the only reader of its input."""
    users, producers = graph.users(), graph.producers
    tails: dict[str, tuple[Node, ...]] = {}
    heads: dict[str, str] = {}
    kept = []
    for node in graph.nodes:
        source = node.inputs[0]
        lone = len(users[source]) == 1 and source in producers and source not in graph.outputs
        if node.op.bypass() is None or not lone:
            kept.append(node)
            continue
        head = heads.get(source, source)
        heads[node.name] = head
        tails[head] = (*tails.get(head, ()), node)
    return Chains(tuple(kept), tails, heads)


def expand(
    graph: Graph, chains: Chains, loops: Sequence[Sequence[Sequence[Node]]]
) -> tuple[Graph, list[tuple[tuple[str, ...], ...]]]:
    """Put removed nodes back, with pass-throughs where a folded layer lacks one.

    Returns:
        The graph, and the node names of each layer of each loop.
    """
    tails = dict(chains.tails)
    renamed: dict[str, str] = {}
    for windows in loops:
        for position in zip(*windows, strict=True):
            _pad([node.name for node in position], tails, renamed)
    layers = [
        tuple(tuple(name for node in window for name in _names(node, tails)) for window in windows)
        for windows in loops
    ]
    padded = {tail.name for chain in tails.values() for tail in chain} - set(chains.heads)
    nodes = [entry for node in chains.nodes for entry in (node, *tails.get(node.name, ()))]
    rewired = tuple(node if node.name in padded else _rewire(node, renamed) for node in nodes)
    outputs = tuple(renamed.get(name, name) for name in graph.outputs)
    return replace(graph, nodes=rewired, outputs=outputs), layers


def _names(node: Node, tails: dict[str, tuple[Node, ...]]) -> list[str]:
    return [node.name, *(tail.name for tail in tails.get(node.name, ()))]


def _pad(names: Sequence[str], tails: dict[str, tuple[Node, ...]], renamed: dict[str, str]) -> None:
    """Give every twin the longest chain; `renamed` leads readers to the padded value."""
    longest = max((tails.get(name, ()) for name in names), key=len)
    for name in names:
        if longest and not tails.get(name):
            padded, source = [], name
            for number, model in enumerate(longest):
                op = model.op.bypass()
                assert op is not None
                output = replace(model.output, name=f"{name}_pass{number}")
                padded.append(Node(op, (source,), output, {}, model.source))
                source = output.name
            tails[name] = tuple(padded)
            renamed[name] = source


def _rewire(node: Node, renamed: dict[str, str]) -> Node:
    return replace(node, inputs=tuple(renamed.get(name, name) for name in node.inputs))
