"""Which values must share one format, and which nodes share one unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gengnn.ir import Graph, Kind, Node


@dataclass
class Ties:
    """Disjoint sets of value names."""

    parent: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> str:
        """The representative of the set that holds `name`."""
        root = name
        while self.parent.get(root, root) != root:
            root = self.parent[root]
        self.parent[name] = root
        return root

    def tie(self, names: Iterable[str]) -> None:
        """Make one set of all `names`."""
        roots = [self.find(name) for name in names]
        for root in roots[1:]:
            self.parent[root] = roots[0]

    def groups(self, names: Iterable[str]) -> list[list[str]]:
        """The sets, in the order of their first member in `names`."""
        found: dict[str, list[str]] = {}
        for name in names:
            found.setdefault(self.find(name), []).append(name)
        return list(found.values())


def tie_values(graph: Graph) -> Ties:
    """Tie what ops only move, and what folded layers produce and read at the same place."""
    ties, values = Ties(), graph.values
    for node in graph.nodes:
        if node.op.keeps_type and node.output.kind is Kind.REAL:
            real = [name for name in node.inputs if values[name].kind is Kind.REAL]
            ties.tie([node.name, *real])
    producers = graph.producers
    for loop in graph.loops:
        for position in zip(*loop.iterations, strict=True):
            nodes = [producers[name] for name in position]
            ties.tie(position)
            for operands in zip(*(node.inputs for node in nodes), strict=True):
                if values[operands[0]].kind is Kind.REAL:
                    ties.tie(operands)
    return ties


def twins(graph: Graph) -> list[list[Node]]:
    """Groups of nodes that share one unit: folded twins, and every other node alone."""
    producers = graph.producers
    folded: set[str] = set()
    found = []
    for loop in graph.loops:
        for position in zip(*loop.iterations, strict=True):
            found.append([producers[name] for name in position])
            folded.update(position)
    return found + [[node] for node in graph.nodes if node.name not in folded]
