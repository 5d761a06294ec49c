"""Copies: nodes of a quantised graph whose result has the codes of their operand."""

from __future__ import annotations

from dataclasses import replace

from gengnn.ir import Graph, Loop, Node
from gengnn.passes.rewrite import substitute


def drop_copies(graph: Graph) -> Graph:
    """Without nodes that change no code: constants too small for the format of their results.

    A node of a folded layer goes when its twins in all layers do.
    """
    copies = {node.name for node in graph.nodes if _is_copy(graph, node)}
    loops = []
    for loop in graph.loops:
        spots = zip(*loop.iterations, strict=True)
        kept = [twins for twins in spots if not copies.issuperset(twins)]
        copies -= {name for twins in kept for name in twins}
        loops.append(Loop(tuple(zip(*kept, strict=True))))
    same = {node.name: node.inputs[0] for node in graph.nodes if node.name in copies}
    nodes = [node for node in graph.nodes if node.name not in copies]
    return substitute(replace(graph, loops=tuple(loops)), nodes, same)


def _is_copy(graph: Graph, node: Node) -> bool:
    if len(node.inputs) != 1 or node.name in graph.outputs:
        return False
    operand = graph.values[node.inputs[0]]
    params = {role: graph.params[key] for role, key in node.params.items()}
    is_alike = operand.type == node.output.type and operand.shape == node.output.shape
    return is_alike and node.op.is_copy(params)
