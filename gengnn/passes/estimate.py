"""Estimate: the cycles of a graph of given size, from the units' intervals and latencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gengnn.design import Design, Stream, Unit
from gengnn.ir import Graph, Kind
from gengnn.passes.netlist import OUTER

LOAD_LATENCY = 4
"""Cycles from the last packet beat to the first row in the machine."""

STORE_LATENCY = 3
"""Cycles from the last result row to the status beat on the bus."""

Times = tuple[float, float]
"""When the first row and the end token of a stream come."""


def estimate(design: Design, rows: Mapping[str, float]) -> float:
    """Estimated cycles from the first packet beat in to the last result beat out."""
    return estimate_cycles(design.graph, design.loops, design.units, design.streams, rows)


def estimate_cycles(
    graph: Graph,
    layers: Sequence[int],
    units: Sequence[Unit],
    streams: Mapping[str, Stream],
    rows: Mapping[str, float],
) -> float:
    """Follow the first row and the end token of every stream through the units.

    `rows` gives the rows of each base space.
    """
    bus_beats = sum(
        rows[space]
        for space in {value.space for value in graph.inputs if value.kind is not Kind.ROWS}
    )
    start = 1 + bus_beats + LOAD_LATENCY
    clock = _Clock(streams, {space: count_rows(graph, space, rows) for space in graph.spaces})
    made = {wire for unit in units for wire in unit.outputs.values()}
    read = {wire for unit in units for wire in unit.inputs.values()}
    for wire in streams:
        if wire not in made:
            clock.times[wire] = start, start + clock.rows(wire)
    position = 0
    while position < len(units):
        loop = units[position].loop
        stop = position + 1
        if loop != OUTER:
            while stop < len(units) and units[stop].loop == loop:
                stop += 1
        for layer in range(1 if loop == OUTER else layers[loop]):
            clock.layer = layer
            for unit in units[position:stop]:
                clock.run(unit)
        position = stop
    ends = [clock.times[wire][1] for wire in streams if wire not in read]
    return max(ends, default=start) + STORE_LATENCY


def count_rows(graph: Graph, space: str, rows: Mapping[str, float]) -> float:
    """Rows of a space; a filter is taken to keep everything."""
    entry = graph.spaces[space]
    if entry.kind == "input":
        return rows.get(space, 1.0)
    return sum(count_rows(graph, parent, rows) for parent in entry.parents)


@dataclass
class _Clock:
    """The times of all streams, and until when each unit is busy."""

    streams: Mapping[str, Stream]
    spaces: Mapping[str, float]
    layer: int = 0
    times: dict[str, Times] = field(default_factory=dict)
    busy: dict[str, float] = field(default_factory=dict)

    def rows(self, wire: str) -> float:
        """Rows that pass on a stream per graph or layer."""
        return self.spaces[self.streams[wire].space]

    def run(self, unit: Unit) -> None:
        """Advance the outputs of one unit by one graph or layer."""
        inputs = {
            port: self.times[wire] for port, wire in unit.inputs.items() if wire in self.times
        }
        if unit.kernel == "merge":
            inputs = {"x": inputs["a" if self.layer == 0 else "b"]}
        fill = max((inputs[port][1] for port in unit.fill_ports), default=0.0)
        rest = [times for port, times in inputs.items() if port not in unit.fill_ports]
        first = max([fill, self.busy.get(unit.name, 0.0), *(times[0] for times in rest)])
        for wire in unit.outputs.values():
            rows = self.rows(wire)
            latency = unit.cost.latency + rows * unit.cost.scan
            span = rows * (unit.cost.interval + rows * unit.cost.scan)
            last = max([first + latency + span, *(times[1] + latency for times in rest)])
            self.times[wire] = first + latency, last
            self.busy[unit.name] = last - latency + 1
        if unit.kernel == "replay":
            self.busy[unit.name] = 0.0
