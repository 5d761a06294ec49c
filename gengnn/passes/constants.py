"""Constants: what is known on every row is computed now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch

from gengnn.ir import Graph, Kind, Node, Param, Value
from gengnn.ops.base import Rows


def fold_constants(graph: Graph) -> Graph:
    """Arithmetic on constants of one lane becomes a constant; with one of them, a lighter op."""
    values = graph.values
    rows = {value.space: value.name for value in graph.inputs if value.kind is Kind.ROWS}
    params = dict(graph.params)
    fills: dict[str, Node] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        known = [fills[name] for name in node.inputs if name in fills]
        folded = node
        if node.op.is_rowwise and len(known) == len(node.inputs):
            folded = _evaluated(graph, node, values, known)
        elif node.op.moved_ports and known:
            folded = _moved(node, fills, rows)
        elif known and len(node.inputs) == len(PAIR):
            folded = _lightened(node, known[0], values, params)
        nodes.append(folded)
        if folded.op.constant is not None:
            fills[folded.name] = folded
        if folded.output.kind is Kind.ROWS:
            rows[folded.output.space] = folded.name
    return replace(graph, nodes=tuple(nodes), params=params)


PAIR = (0, 1)
"""The places of the operands of an op of two."""


def _constant(fill: Node) -> float:
    assert fill.op.constant is not None
    return fill.op.constant


def _evaluated(
    graph: Graph, node: Node, values: Mapping[str, Value], known: Sequence[Node]
) -> Node:
    """The op's float meaning on one row of constants."""
    if node.output.shape or not known:
        return node
    operands = [torch.tensor([_constant(fill)], dtype=torch.float64) for fill in known]
    params = {role: torch.from_numpy(graph.params[key].data) for role, key in node.params.items()}
    types = [*(values[name] for name in node.inputs), node.output]
    result = node.op.real(operands, params, types, Rows({}, 1))
    op = known[0].op.with_constant(float(result), node.output.kind)
    return replace(node, op=op, inputs=known[0].inputs, params={})


def _moved(node: Node, fills: Mapping[str, Node], rows: Mapping[str, str]) -> Node:
    """A constant given to other rows; those of all parts must be equal in a concat."""
    ports = dict(zip(node.op.ports, node.inputs, strict=True))
    parts = [fills.get(ports[port]) for port in node.op.moved_ports]
    ops = {part.op for part in parts if part is not None}
    if len(ops) != 1 or None in parts or node.output.space not in rows:
        return node
    return replace(node, op=ops.pop(), inputs=(rows[node.output.space],))


def _lightened(
    node: Node, fill: Node, values: Mapping[str, Value], params: dict[str, Param]
) -> Node:
    """An op of two operands, one of them constant, as an op of the other."""
    place = node.inputs.index(fill.name)
    other = values[node.inputs[1 - place]]
    made = node.op.given(place, _constant(fill), other.features)
    if made is None or other.shape != node.output.shape:
        return node
    op, told = made
    keys = {role: f"{node.name}.{role}" for role in told}
    params.update((keys[role], Param(data)) for role, data in told.items())
    return replace(node, op=op, inputs=(other.name,), params=keys)
