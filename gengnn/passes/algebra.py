"""Algebra: nodes that change nothing go, constants next to matrices go into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gengnn.ir import Graph, Node, Param
from gengnn.ops.affine import Affine
from gengnn.ops.base import Op
from gengnn.ops.embedding import Embedding
from gengnn.ops.filter import Filter
from gengnn.ops.gather import Gather
from gengnn.ops.iota import Iota
from gengnn.ops.linear import Linear
from gengnn.ops.logical_not import Not
from gengnn.ops.maximum import Maximum
from gengnn.ops.relu import Relu
from gengnn.ops.slice import Slice
from gengnn.passes.rewrite import substitute

Array = NDArray[np.float64]


def drop_identities(graph: Graph) -> Graph:
    """Without nodes whose result is a value that is already there."""
    producers, values = graph.producers, graph.values
    given = {value.name for value in graph.inputs}
    same: dict[str, str] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        twin = _twin(graph, node, producers)
        is_alike = twin is not None and values[twin].shape == node.output.shape
        if twin is None or not is_alike or (node.name in graph.outputs and twin in given):
            nodes.append(_filtered(node, producers))
        else:
            same[node.name] = twin
    return substitute(graph, nodes, same)


def _twin(graph: Graph, node: Node, producers: Mapping[str, Node]) -> str | None:
    """The value that `node` equals, if there is one."""
    op, first = node.op, node.inputs[0]
    sources = [getattr(producers.get(name), "op", None) for name in node.inputs]
    if isinstance(op, Affine):
        scale, shift = vectors(graph, node)
        return first if (scale == 1.0).all() and not shift.any() else None
    if isinstance(op, Slice):
        return first if op.stop - op.start == graph.values[first].features else None
    if isinstance(op, Maximum):
        return first if first == node.inputs[1] else None
    if isinstance(op, Gather):
        return first if isinstance(sources[1], Iota) else None
    if isinstance(op, Relu):
        return first if sources[0] == op or not op.active else None
    is_double = isinstance(op, Not) and isinstance(sources[0], Not)
    return producers[first].inputs[0] if is_double else None


def _filtered(node: Node, producers: Mapping[str, Node]) -> Node:
    """A gather along the positions that a mask keeps is a filter by the mask."""
    index = producers.get(node.inputs[-1]) if isinstance(node.op, Gather) else None
    if index is None or not isinstance(index.op, Filter):
        return node
    every = producers.get(index.inputs[0])
    if every is None or not isinstance(every.op, Iota):
        return node
    return replace(node, op=index.op, inputs=(node.inputs[0], index.inputs[1]))


def vectors(graph: Graph, node: Node) -> tuple[Array, Array]:
    """Scale and shift of an Affine."""
    return graph.params[node.params["scale"]].data, graph.params[node.params["shift"]].data


def fuse(graph: Graph) -> Graph:
    """Constants next to matrices go into them: BatchNorm, scalings, rearrangements.

    Exact algebra in float64: a Linear, Affine or Embedding is merged with the Linear or Affine
    that is its only reader. Of two matrices one must be a plain sum or rearrangement of features,
    so that layers keep their shape, and the product no larger than both.
    """
    while (pair := _pair(graph)) is not None:
        graph = _fused(graph, *pair)
    return graph


def _pair(graph: Graph) -> tuple[Node, Node] | None:
    """The first two nodes that can be one."""
    producers, users = graph.producers, graph.users()
    for node in graph.nodes:
        source = producers.get(node.inputs[0])
        if (
            source is not None
            and isinstance(node.op, (Affine, Linear))
            and isinstance(source.op, (Affine, Embedding, Linear))
            and len(users[source.name]) == 1
            and source.name not in graph.outputs
            and _is_smaller(graph, source, node)
        ):
            return source, node
    return None


def _is_smaller(graph: Graph, source: Node, node: Node) -> bool:
    """Whether the merged constants are no more than both, and no trained product is formed."""
    if isinstance(source.op, Affine) or isinstance(node.op, Affine):
        return True
    is_table = isinstance(source.op, Embedding)
    first = _data(graph, source, "table") if is_table else _data(graph, source, "weight").T
    second = _data(graph, node, "weight").T
    is_plain = any(len(np.unique(weight[weight != 0.0])) <= 1 for weight in (first, second))
    return is_plain and int(first.shape[0] * second.shape[1]) <= first.size + second.size


def _data(graph: Graph, node: Node, role: str) -> Array:
    """A constant of a node; a bias that is left out is 0."""
    if role not in node.params:
        return np.zeros(node.output.features)
    return graph.params[node.params[role]].data


def _fused(graph: Graph, source: Node, node: Node) -> Graph:
    """The graph with both nodes as one, under the name of the first unless that is an Affine."""
    is_named_last = node.name in graph.outputs or isinstance(source.op, Affine)
    keeper = node if is_named_last else source
    op, constants = _composed(graph, source, node)
    keys = {role: f"{keeper.name}.fused_{role}" for role in constants}
    params = dict(graph.params)
    params.update((keys[role], Param(data)) for role, data in constants.items())
    output = replace(node.output, name=keeper.name)
    one = Node(op, source.inputs, output, keys, keeper.source)
    nodes = (one if entry is node else entry for entry in graph.nodes if entry is not source)
    same = {} if keeper is node else {node.name: keeper.name}
    return substitute(replace(graph, params=params), nodes, same)


def _composed(graph: Graph, source: Node, node: Node) -> tuple[Op, dict[str, Array]]:
    """node(source(x)) as one op with its constants."""
    if isinstance(node.op, Affine):
        scale, shift = vectors(graph, node)
        if isinstance(source.op, Affine):
            first, offset = vectors(graph, source)
            return Affine(), {"scale": first * scale, "shift": offset * scale + shift}
        if isinstance(source.op, Embedding):
            return Embedding(), {"table": _data(graph, source, "table") * scale + shift}
        weight, bias = _data(graph, source, "weight"), _data(graph, source, "bias")
        return Linear(), _linear(weight * scale[:, None], bias * scale + shift)
    weight, bias = _data(graph, node, "weight"), _data(graph, node, "bias")
    if isinstance(source.op, Affine):
        scale, shift = vectors(graph, source)
        return Linear(), _linear(weight * scale, weight @ shift + bias)
    if isinstance(source.op, Embedding):
        return Embedding(), {"table": _data(graph, source, "table") @ weight.T + bias}
    inner, inner_bias = _data(graph, source, "weight"), _data(graph, source, "bias")
    return Linear(), _linear(weight @ inner, weight @ inner_bias + bias)


def _linear(weight: Array, bias: Array) -> dict[str, Array]:
    """The constants of a Linear; a bias of zeros is left out."""
    return {"weight": weight, "bias": bias} if bias.any() else {"weight": weight}
