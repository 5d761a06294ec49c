"""Algebra: nodes that change nothing go, constants next to matrices go into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gengnn.ir import Graph, Kind, Node, Param, Value
from gengnn.ops.algebra import Array, Made, RowMap, Term
from gengnn.passes.rewrite import substitute


def drop_identities(graph: Graph) -> Graph:
    """Without nodes whose result is a value that is already there.

    Nodes that another op makes of earlier values with less become that op.
    """
    given = {value.name for value in graph.inputs}
    terms = {value.name: Term(value) for value in graph.inputs}
    same: dict[str, str] = {}
    nodes: list[Node] = []
    for entry in graph.nodes:
        node, term = _simplest(graph, entry, terms)
        twin = term.value.name
        if twin != node.name and not (node.name in graph.outputs and twin in given):
            same[node.name] = twin
        else:
            nodes.append(node)
            term = term if twin == node.name else term_of(graph, node, terms)
        terms[node.name] = term
    return substitute(graph, nodes, same)


def term_of(graph: Graph, node: Node, terms: Mapping[str, Term]) -> Term:
    """A node as a term; `terms` has those of its operands."""
    operands = tuple(terms[name] for name in node.inputs)
    return Term(node.output, node.op, operands, constants(graph, node))


def constants(graph: Graph, node: Node) -> dict[str, Array]:
    """The constants of a node by role."""
    return {role: graph.params[key].data for role, key in node.params.items()}


def _simplest(graph: Graph, node: Node, terms: Mapping[str, Term]) -> tuple[Node, Term]:
    """A node with its term after all rules; the term of another value if it equals that."""
    term = term_of(graph, node, terms)
    while (told := node.op.simpler(term) or _rewired(term)) and _is_alike(told, node.output):
        term = told
        if term.op is None or term.value.name != node.name:
            break
        inputs = tuple(operand.value.name for operand in term.terms)
        node = replace(node, op=term.op, inputs=inputs, params={})
    return node, term


def _is_alike(told: Term, output: Value) -> bool:
    """Whether a rule keeps the shape of the result."""
    if told.op is None or told.value.name != output.name:
        return told.value.shape == output.shape
    params = {role: Param(data) for role, data in told.params.items()}
    inferred = told.op.infer([operand.value for operand in told.terms], params)
    return inferred.shape == output.shape


def _rewired(term: Term) -> Term | None:
    """A rearrangement of lanes behind another one as one, whoever else reads the first."""
    inner = term.terms[0] if len(term.terms) == 1 else None
    if inner is None or inner.op is None or term.op is None or len(inner.terms) != 1:
        return None
    first = inner.op.row_map(inner.terms[0].value, inner.params)
    second = term.op.row_map(inner.value, term.params)
    if first is None or second is None or not (first.is_wiring and second.is_wiring):
        return None
    made = term.op.of_map(second.after(first)) or inner.op.of_map(second.after(first))
    return made and Term(term.value, made[0], inner.terms)


def fuse(graph: Graph) -> Graph:
    """Constants next to matrices go into them: BatchNorm, scalings, rearrangements, sums.

    Exact algebra in float64: an op that maps rows by constants is merged with the one that is
    its only reader. Of two matrices one must be a plain sum or rearrangement of features, so that
    layers keep their shape, and the product no larger than both.
    """
    while (pair := _pair(graph)) is not None:
        graph = _fused(graph, pair)
    return graph


@dataclass(frozen=True)
class Pair:
    """Two nodes that can be one: its op and constants, and which of them gives its name."""

    source: Node
    node: Node
    made: Made
    keeper: Node


def _pair(graph: Graph) -> Pair | None:
    """The first two nodes that can be one."""
    producers, users = graph.producers, graph.users()
    for node in graph.nodes:
        source = producers.get(node.inputs[0])
        if (
            source is not None
            and len(node.inputs) == len(source.inputs) == 1
            and source.output.kind is Kind.REAL
            and len(users[source.name]) == 1
            and source.name not in graph.outputs
        ):
            pair = _joined(graph, source, node)
            if pair is not None:
                return pair
    return None


def _map(graph: Graph, node: Node) -> RowMap | None:
    return node.op.row_map(graph.values[node.inputs[0]], constants(graph, node))


def _joined(graph: Graph, source: Node, node: Node) -> Pair | None:
    """Both nodes as one, where that takes no more constants and forms no trained product."""
    first = _map(graph, source)
    second = first and _map(graph, node)
    if first is None or second is None:
        return None
    is_smaller = second.size_after(first) <= first.weights + second.weights
    if not is_smaller or not (first.is_plain or second.is_plain):
        return None
    both = second.after(first)
    made = source.op.of_map(both) or node.op.of_map(both)
    x = Term(graph.values[source.inputs[0]])
    if made is None or not _is_alike(Term(node.output, made[0], (x,), made[1]), node.output):
        return None
    is_named_last = node.name in graph.outputs or first.matrix is None
    return Pair(source, node, made, node if is_named_last else source)


def _fused(graph: Graph, pair: Pair) -> Graph:
    """The graph with both nodes as one."""
    source, node, keeper = pair.source, pair.node, pair.keeper
    op, told = pair.made
    keys = {role: f"{keeper.name}.fused_{role}" for role in told}
    params = dict(graph.params)
    params.update((keys[role], Param(data)) for role, data in told.items())
    output = replace(node.output, name=keeper.name)
    one = Node(op, source.inputs, output, keys, keeper.source)
    nodes = (one if entry is node else entry for entry in graph.nodes if entry is not source)
    same = {} if keeper is node else {node.name: keeper.name}
    return substitute(replace(graph, params=params), nodes, same)
