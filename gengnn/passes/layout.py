"""Layout: how the rows of inputs and results travel in packets."""

from __future__ import annotations

from collections.abc import Iterable

from gengnn.design import Field, RowLayout, Stream
from gengnn.ir import Graph, Kind
from gengnn.passes.netlist import Netlist

BUS_WIDTHS = (64, 128, 256, 512)
"""Widths of the AXI4-Stream ports, in bits."""


def packet_spaces(graph: Graph) -> list[str]:
    """The input spaces in the order of their rows in a packet."""
    return [name for name, space in graph.spaces.items() if space.kind == "input"]


def bus_width(layouts: Iterable[RowLayout]) -> int:
    """The narrowest bus that takes the widest row in one beat, or the widest bus there is."""
    widest = max(layout.bits for layout in layouts)
    return next((width for width in BUS_WIDTHS if width >= widest), BUS_WIDTHS[-1])


def input_layout(graph: Graph, netlist: Netlist, space: str) -> RowLayout:
    """How the used inputs of one base space travel."""
    fields, rows = [], ""
    for value in graph.inputs:
        if value.space != space or value.name not in netlist.inputs:
            continue
        if value.kind is Kind.ROWS:
            rows = netlist.inputs[value.name]
            continue
        bound = 0 if value.target or value.kind is not Kind.INDEX else value.bound or 0
        fields.append(
            Field(
                netlist.inputs[value.name],
                value.name,
                value.features,
                value.format.width,
                bound,
                value.target or "",
            )
        )
    return RowLayout(space, graph.limit(space), tuple(fields), rows)


def result_layout(graph: Graph, stream: Stream, name: str) -> RowLayout:
    """How the rows of one output travel."""
    value = graph.values[name]
    entry = Field(stream.name, name, value.features, value.format.width)
    return RowLayout(value.space, graph.limit(value.space), (entry,))
