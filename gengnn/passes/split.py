"""Split: ops that are cheaper as several become those."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from gengnn.ir import Graph, Kind, Node, Param
from gengnn.ops.algebra import Term
from gengnn.passes.algebra import term_of


def split(graph: Graph) -> Graph:
    """Nodes become several where their op says that these take less.

    Dense layers with many zeros are layers on groups of features; numbers that scale whole rows
    in front of a matrix scale its fewer results.
    """
    terms = {value.name: Term(value) for value in graph.inputs}
    params, nodes = dict(graph.params), list[Node]()
    readers = Counter(name for node in graph.nodes for name in node.inputs)
    readers.update(graph.outputs)
    rows = {v.space: terms[v.name] for v in graph.inputs if v.kind is Kind.ROWS}
    for node in graph.nodes:
        made = replace(term_of(graph, node, terms), readers=readers[node.name])
        told = node.op.cheaper(made, rows)
        if told is not None and told.value.shape == node.output.shape:
            made = Parts(node, params, nodes).add(told, node.name)
        else:
            nodes.append(node)
        terms[node.name] = made
        if node.output.kind is Kind.ROWS:
            rows[node.output.space] = made
    return replace(graph, nodes=tuple(nodes), params=params)


@dataclass
class Parts:
    """Appends what a node becomes to `nodes` and `params`."""

    node: Node
    params: dict[str, Param]
    nodes: list[Node]
    known: dict[Term, Term] = field(default_factory=dict)

    def add(self, told: Term, name: str = "") -> Term:
        """The term with its value and all those behind it named; `name` is that of the last."""
        if told.value.name:
            return told
        if told not in self.known:
            self.known[told] = self._added(told, name)
        return self.known[told]

    def _added(self, told: Term, name: str) -> Term:
        assert told.op is not None
        terms = tuple(self.add(term) for term in told.terms)
        output = replace(told.value, name=name or f"{self.node.name}_part{len(self.known)}")
        keys = {role: f"{output.name}.split_{role}" for role in told.params}
        self.params.update((keys[role], Param(data)) for role, data in told.params.items())
        inputs = tuple(term.value.name for term in terms)
        self.nodes.append(replace(self.node, op=told.op, inputs=inputs, params=keys, output=output))
        return replace(told, value=output, terms=terms)
