"""Split: ops that are cheaper as several become those."""

from __future__ import annotations

from dataclasses import replace

from gengnn.ir import Graph, Node, Param
from gengnn.passes.algebra import constants


def split(graph: Graph) -> Graph:
    """Dense layers with many zeros become layers on groups of features, as their op says."""
    params, nodes = dict(graph.params), list[Node]()
    for node in graph.nodes:
        values, chain = [graph.values[name] for name in node.inputs], []
        for place, (op, told) in enumerate(made := node.op.cheaper(constants(graph, node))):
            is_last = place == len(made) - 1
            name = node.name if is_last else f"{node.name}_part{place}"
            keys = {role: f"{name}.split_{role}" for role in told}
            own = {keys[role]: Param(data) for role, data in told.items()}
            output = op.infer(values, {role: own[key] for role, key in keys.items()})
            output = replace(output, name=name, type=None)
            inputs = tuple(value.name for value in values)
            chain.append(replace(node, op=op, inputs=inputs, params=keys, output=output))
            values = [output]
            params |= own
        nodes += chain if chain and chain[-1].output.shape == node.output.shape else [node]
    return replace(graph, nodes=tuple(nodes), params=params)
