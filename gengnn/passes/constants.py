"""Constants: what is known on every row is computed now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from gengnn.ir import Graph, Kind, Node, Param, Value
from gengnn.ops.add import Add
from gengnn.ops.affine import Affine
from gengnn.ops.base import Rows
from gengnn.ops.concat_rows import ConcatRows
from gengnn.ops.fill import Fill
from gengnn.ops.filter import Filter
from gengnn.ops.gather import Gather
from gengnn.ops.leaky_relu import LeakyRelu
from gengnn.ops.maximum import Maximum
from gengnn.ops.mul import Mul
from gengnn.ops.relu import Relu
from gengnn.ops.table import Table

ROWWISE = (Add, Affine, LeakyRelu, Maximum, Mul, Relu, Table)
"""Ops whose result on a row depends on that row only."""

MOVES = (ConcatRows, Filter, Gather)
"""Ops that give rows of one space to another."""


def fold_constants(graph: Graph) -> Graph:
    """Arithmetic on Fill nodes becomes a Fill; with one Fill operand, an Affine."""
    values = graph.values
    rows = {value.space: value.name for value in graph.inputs if value.kind is Kind.ROWS}
    params = dict(graph.params)
    fills: dict[str, Node] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        known = [fills[name] for name in node.inputs if name in fills]
        folded = node
        if isinstance(node.op, ROWWISE) and len(known) == len(node.inputs):
            folded = _evaluated(graph, node, values, known)
        elif isinstance(node.op, MOVES):
            folded = _moved(node, known, rows)
        elif isinstance(node.op, (Add, Mul)) and known:
            folded = _as_affine(node, known[0], values, params)
        nodes.append(folded)
        if isinstance(folded.op, Fill):
            fills[folded.name] = folded
        if folded.output.kind is Kind.ROWS:
            rows[folded.output.space] = folded.name
    return replace(graph, nodes=tuple(nodes), params=params)


def _constant(fill: Node) -> float:
    assert isinstance(fill.op, Fill)
    return fill.op.value


def _evaluated(
    graph: Graph, node: Node, values: Mapping[str, Value], known: Sequence[Node]
) -> Node:
    """The op's float meaning on one row of constants."""
    if node.output.shape:
        return node
    operands = [torch.tensor([_constant(fill)], dtype=torch.float64) for fill in known]
    params = {role: torch.from_numpy(graph.params[key].data) for role, key in node.params.items()}
    types = [*(values[name] for name in node.inputs), node.output]
    result = node.op.real(operands, params, types, Rows({}, 1))
    return replace(node, op=Fill(float(result)), inputs=known[0].inputs, params={})


def _moved(node: Node, known: Sequence[Node], rows: Mapping[str, str]) -> Node:
    """A constant given to other rows; those of both parts must be equal in a concat."""
    moved = node.inputs if isinstance(node.op, ConcatRows) else node.inputs[:1]
    ops = {fill.op for fill in known if fill.name in moved}
    is_constant = len(ops) == 1 and all(any(f.name == name for f in known) for name in moved)
    if not is_constant or node.output.space not in rows:
        return node
    return replace(node, op=ops.pop(), inputs=(rows[node.output.space],))


def _as_affine(
    node: Node, fill: Node, values: Mapping[str, Value], params: dict[str, Param]
) -> Node:
    """A + b or a * b with one constant operand."""
    is_first = node.inputs[0] == fill.name
    other = values[node.inputs[1 if is_first else 0]]
    if other.shape != node.output.shape:
        return node
    scale, shift = _constant(fill), 0.0
    if isinstance(node.op, Add):
        sign = node.op.sign
        scale, shift = (sign, scale) if is_first else (1.0, sign * scale)
    keys = {"scale": f"{node.name}.scale", "shift": f"{node.name}.shift"}
    params[keys["scale"]] = Param(np.full(other.features, float(scale)))
    params[keys["shift"]] = Param(np.full(other.features, float(shift)))
    return replace(node, op=Affine(), inputs=(other.name,), params=keys)
