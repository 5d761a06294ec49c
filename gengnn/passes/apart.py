"""Apart: rows that were joined to others pass by themselves where that takes less."""

from __future__ import annotations

from dataclasses import replace

from gengnn.ir import Graph, Kind, Node, Space
from gengnn.ops.algebra import Term
from gengnn.passes.algebra import constants, term_of
from gengnn.passes.rewrite import drop_dead, substitute
from gengnn.passes.simplify import simplify
from gengnn.passes.split import Parts

PAIR = 2
"""Spaces that one node joins, and operands of one that moves rows along a map."""


def apart(graph: Graph) -> Graph:
    """Without index spaces that join two others, where all that reads them can do without.

    Layers that add a loop to every node have as many rows more on their edges. What these rows
    bring is known where the nodes are: reduced beside the edges, they need no map, and no edge
    waits for them.
    """
    for space in graph.spaces.values():
        known = graph.spaces.get(space.name)
        if known and known.kind == "concat" and len(known.parents) == PAIR:
            graph = _Joined(graph, known).apart() or graph
    return graph


class _Joined:
    """The values of a joined space, each as those of the first rows and of the others."""

    def __init__(self, graph: Graph, space: Space) -> None:
        self.graph, self.space = graph, space
        self.terms = {value.name: Term(value) for value in graph.inputs}
        self.pairs: dict[str, tuple[Term, Term]] = {}
        self.params, self.nodes = dict(graph.params), list[Node]()
        self.same: dict[str, str] = {}

    def apart(self) -> Graph | None:
        """The graph without the space; None where something needs it."""
        values = self.graph.values
        if any(value.target == self.space.name for value in values.values()):
            return None
        if any(values[name].space == self.space.name for name in self.graph.outputs):
            return None
        if not all(map(self._is_taken, self.graph.nodes)):
            return None
        told = substitute(replace(self.graph, params=self.params), self.nodes, self.same)
        return simplify(drop_dead(told))

    def _is_taken(self, node: Node) -> bool:
        """Whether a node can be one on each of both parts, which it then is."""
        is_reader = not self.pairs.keys().isdisjoint(node.inputs)
        if node.op.made_space == self.space.name:
            first, second = (self.terms[name] for name in node.inputs)
            self.pairs[node.name] = first, second
        elif node.output.space == self.space.name:
            if not self._is_alike(node):
                return False
            first, second = (self._made(node, part) for part in (0, 1))
            self.pairs[node.name] = first, second
        elif is_reader:
            told = node.op.apart(self._term(node, 0), self._term(node, 1))
            if told is None or told.value.shape != node.output.shape:
                return False
            made = Parts(node, self.params, self.nodes).add(told, node.name)
            self.terms[node.name] = made
            if made.value.name != node.name:
                self.same[node.name] = made.value.name
        else:
            self.nodes.append(node)
            self.terms[node.name] = term_of(self.graph, node, self.terms)
        return True

    def _is_alike(self, node: Node) -> bool:
        """Whether each row of a node is made of the same row of its operands, and of no weights.

        Or moved there along it: the map is in the joined space, and what it moves is not.
        """
        op = node.op
        joined = self.pairs.keys() & set(node.inputs)
        if op.moved_ports:
            ports = dict(zip(op.ports, node.inputs, strict=True))
            moved = {ports[port] for port in op.moved_ports}
            return len(ports) == PAIR and len(joined) == 1 and not moved & joined
        is_counted = any(self.graph.values[name].kind is Kind.ROWS for name in node.inputs)
        is_plain = not (op.is_barrier or op.multiplies or op.made_space)
        return (
            is_plain and joined == set(node.inputs) and (op.constant is not None or not is_counted)
        )

    def _made(self, node: Node, part: int) -> Term:
        """What a node is on one part."""
        name = f"{node.name}_{self.space.parents[part]}"
        while name in self.graph.values:
            name += "_"
        return Parts(node, self.params, self.nodes).add(self._term(node, part), name)

    def _term(self, node: Node, part: int) -> Term:
        operands = (
            self.pairs[name][part] if name in self.pairs else self.terms[name]
            for name in node.inputs
        )
        return Term.of(node.op, *operands, **constants(self.graph, node))
