"""Columns: integer features that are looked up one by one become inputs of their own."""

from __future__ import annotations

from dataclasses import replace

from gengnn.ir import Column, Graph, Kind, Node, Value


def split_columns(graph: Graph) -> Graph:
    """Split integer inputs of which only ranges of lanes are read.

    Each part then travels in as few bits as its own bound needs, and is checked against it;
    lanes that nothing reads do not travel at all.
    """
    users, known = graph.users(), graph.values
    inputs: list[Value] = []
    renamed: dict[str, str] = {}
    for value in graph.inputs:
        readers = users[value.name]
        if not _is_split(graph, value, readers):
            inputs.append(value)
            continue
        parts: dict[tuple[int, int], Value] = {}
        for node in readers:
            first, stop = node.op.lanes_taken() or (0, 0)
            name = f"{value.name}_{first}" if stop == first + 1 else f"{value.name}_{first}_{stop}"
            while name in known and (first, stop) not in parts:
                name += "_"
            column = Column(value.name, value.features, first)
            part = replace(node.output, name=name, column=column, path=value.path)
            parts.setdefault((first, stop), part)
            renamed[node.name] = name
        inputs += parts.values()
    nodes = [node for node in graph.nodes if node.name not in renamed]
    rewired = tuple(
        replace(node, inputs=tuple(renamed.get(name, name) for name in node.inputs))
        for node in nodes
    )
    outputs = tuple(renamed.get(name, name) for name in graph.outputs)
    return replace(graph, inputs=tuple(inputs), nodes=rewired, outputs=outputs)


def _is_split(graph: Graph, value: Value, readers: list[Node]) -> bool:
    """Whether an input is integer features that are only read in parts."""
    is_plain = value.kind is Kind.INDEX and value.target is None and value.features > 1
    used = value.name not in graph.outputs and readers
    return bool(is_plain and used and all(node.op.lanes_taken() for node in readers))
