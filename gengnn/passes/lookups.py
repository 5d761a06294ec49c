"""Lookups: a sum of rows of small tables is a sum of rows of fewer, larger ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gengnn.ir import Graph, Kind, Node
from gengnn.ops.algebra import Array, RowMap, Term
from gengnn.ops.base import Op
from gengnn.passes.algebra import constants
from gengnn.passes.rewrite import lone
from gengnn.passes.split import Parts

MOST_ROWS = 128
"""Rows of a table made of several; two 6-input LUTs hold as many words of one bit.

Each of the tables that it replaces takes a LUT of every bit too, and an adder behind it.
"""


@dataclass(frozen=True)
class Lookup:
    """Rows of `table` [rows, F] by an integer, as `op` looks them up; `term` has the rows."""

    op: Op
    index: Term
    table: Array
    term: Term

    def with_other(self, other: Lookup) -> Lookup | None:
        """The sum of both as one lookup; None if that takes too large a table."""
        if self.index is other.index:
            return self._made(self.index, self.table + other.table)
        if len(self.table) * len(other.table) > MOST_ROWS:
            return None
        index = self.op.paired(self.index, other.index)
        table = self.table[:, None] + other.table
        return self._made(index, table.reshape(-1, table.shape[-1])) if index else None

    def _made(self, index: Term, table: Array) -> Lookup | None:
        made = self.op.of_map(RowMap.dense(table.T))
        if made is None:
            return None
        op, own = made
        return Lookup(op, index, table, Term.of(op, index, **own))


def join_lookups(graph: Graph) -> Graph:
    """Rows of small tables that are only summed up come from one table for several integers.

    Exact algebra in float64: that table has the sum for every combination of the integers. The
    features of atoms and bonds have few values each.
    """
    known, users = lone(graph), graph.users()
    params, nodes = dict(graph.params), list[Node]()
    for node in graph.nodes:
        told = None
        if node.op.is_sum and not (node.name in known and _is_part(node, users[node.name][0])):
            told = Tree(graph, known, node).joined()
        if told is None or told.value.shape != node.output.shape:
            nodes.append(node)
        else:
            Parts(node, params, nodes).add(told, node.name)
    return replace(graph, nodes=tuple(nodes), params=params)


def _is_part(node: Node, last: Node) -> bool:
    """Whether two nodes are sums of one shape."""
    return node.op.is_sum and last.op.is_sum and node.output.shape == last.output.shape


class Tree:
    """Sums of sums that nothing else reads; `root` is the last."""

    def __init__(self, graph: Graph, known: Mapping[str, Node], root: Node) -> None:
        """Take the nodes with one reader each, too."""
        self.graph, self.known, self.root = graph, known, root
        self.terms: dict[str, Term] = {}
        self.lookups: dict[str, Lookup] = {}
        self._find(root)

    def joined(self) -> Term | None:
        """The sum with as few lookups as there can be; None if there are as few already.

        They are added up where the first of them stood.
        """
        groups: list[Lookup] = []
        for entry in sorted(self.lookups.values(), key=lambda told: -len(told.table)):
            for place, group in enumerate(groups):
                both = group.with_other(entry)
                if both is not None:
                    groups[place] = both
                    break
            else:
                groups.append(entry)
        if len(groups) == len(self.lookups):
            return None
        first = next(iter(self.lookups))
        return self._rebuilt(self.root, first, self._sum([group.term for group in groups]))

    def _term(self, name: str) -> Term:
        return self.terms.setdefault(name, Term(self.graph.values[name]))

    def _sum(self, terms: Sequence[Term]) -> Term:
        """All of them added up in as few levels as there can be."""
        if len(terms) == 1:
            return terms[0]
        half = (len(terms) + 1) // 2
        return Term.of(self.root.op, self._sum(terms[:half]), self._sum(terms[half:]))

    def _inner(self, name: str) -> Node | None:
        """The operand of a sum that is a part of the tree, if it is one."""
        node = self.known.get(name)
        return node if node and _is_part(node, self.root) else None

    def _find(self, node: Node) -> None:
        for name in node.inputs:
            inner = self._inner(name)
            if inner is not None:
                self._find(inner)
            elif (told := self._lookup(name)) is not None:
                self.lookups[name] = told

    def _lookup(self, name: str) -> Lookup | None:
        """How an operand is looked up, if it is by one bounded integer."""
        node = self.known.get(name)
        if node is None or len(node.inputs) != 1 or node.output.shape != self.root.output.shape:
            return None
        index = self.graph.values[node.inputs[0]]
        is_plain = index.kind is Kind.INDEX and index.target is None and index.features == 1
        told = node.op.row_map(index, constants(self.graph, node)) if is_plain else None
        if told is None or told.matrix is None or not 0 < (index.bound or 0) <= told.inputs:
            return None
        table = (told.matrix.T + told.shift)[: index.bound]
        return Lookup(node.op, self._term(index.name), table, self._term(name))

    def _rebuilt(self, node: Node, first: str, total: Term) -> Term | None:
        """A sum with `total` in place of the `first` lookup and none of the others."""
        operands = []
        for name in node.inputs:
            inner = self._inner(name)
            if inner is not None:
                operands.append(self._rebuilt(inner, first, total))
            elif name in self.lookups:
                operands.append(total if name == first else None)
            else:
                operands.append(self._term(name))
        left = [operand for operand in operands if operand is not None]
        return Term.of(node.op, *left) if len(left) == len(operands) else next(iter(left), None)
