"""Slack: where branches of one stream meet again, the shorter one gets a buffer to wait in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from gengnn.design import Stream, Unit
from gengnn.ops.base import SHALLOW_DEPTH, Cost
from gengnn.passes.cells import cell_cost

WHOLE_GRAPH = frozenset(["fifo", "replay"])
"""Kernels that hold a whole graph: nothing in front of them has to wait."""

LEAST = 2
"""Places of the smallest buffer."""


class Arrival(NamedTuple):
    """When the rows of a stream come: `delay` cycles after they left, a row every `pace` cycles.

    `origins` names where they left: streams that stand still while this one is not read.
    """

    delay: int = 0
    pace: int = 1
    origins: frozenset[str] = frozenset()

    @classmethod
    def at(cls, origin: str) -> Arrival:
        """Rows that leave now."""
        return cls(origins=frozenset([origin]))

    @classmethod
    def latest(cls, arrivals: Iterable[Arrival]) -> Arrival:
        """Rows that come when those of every stream are there."""
        known = list(arrivals)
        if len(known) == 1:
            return known[0]
        return cls(
            max((arrival.delay for arrival in known), default=0),
            max((arrival.pace for arrival in known), default=1),
            frozenset[str]().union(*(arrival.origins for arrival in known)),
        )

    def behind(self, cost: Cost, name: str) -> Arrival:
        """The rows behind a unit; `name` is where they leave if it made them out of nothing."""
        delay, pace = self.delay + cost.latency, max(self.pace, cost.interval)
        return Arrival(delay, pace, self.origins or frozenset([name]))


def balance(
    units: Sequence[Unit], streams: Mapping[str, Stream]
) -> tuple[tuple[Unit, ...], dict[str, Stream]]:
    """Units in dataflow order and their streams, with buffers in front of joins.

    Branches of one stream must not wait for each other: the machine would stand still where one
    needs a whole row before its first beat comes out, and pause after every row elsewhere.
    """
    made = {wire for unit in units for wire in unit.outputs.values()}
    arrivals = {
        wire: Arrival.at(f"rows of {stream.space}")
        for wire, stream in streams.items()
        if wire not in made
    }
    told: list[Unit] = []
    every = dict(streams)
    for unit in units:
        ports = _joined(unit, arrivals)
        beats = {port: streams[wire].beats for port, wire in unit.inputs.items()}
        waiting = places(ports, beats) | places(_filled(unit, arrivals), beats)
        inputs = dict(unit.inputs)
        for port, depth in waiting.items():
            buffer, stream = _buffer(unit, every[inputs[port]], depth)
            told.append(buffer)
            every[stream.name] = stream
            inputs[port] = stream.name
        told.append(replace(unit, inputs=inputs) if waiting else unit)
        for wire in unit.outputs.values():
            arrivals[wire] = _behind(unit, wire, ports)
    return tuple(told), every


def _joined(unit: Unit, arrivals: Mapping[str, Arrival]) -> dict[str, Arrival]:
    """The streams that a unit reads row by row together; not those of a loop's other turns."""
    return {
        port: arrivals[wire]
        for port, wire in unit.inputs.items()
        if port not in unit.fill_ports
        and unit.kernel != "merge"
        and (unit.kernel != "turn" or (port == "a" and wire in arrivals))
    }


def _filled(unit: Unit, arrivals: Mapping[str, Arrival]) -> dict[str, Arrival]:
    """The streams that a unit takes in row by row together, as it needs them."""
    early = unit.op.early_ports if unit.op and unit.fill_ports else {}
    met = {port: arrivals[unit.inputs[port]] for port in unit.fill_ports if early}
    return {
        port: arrival._replace(delay=arrival.delay + early.get(port, 0))
        for port, arrival in met.items()
    }


def _behind(unit: Unit, wire: str, ports: Mapping[str, Arrival]) -> Arrival:
    if unit.kernel in WHOLE_GRAPH:
        return Arrival.at(wire)
    if unit.kernel == "merge":
        return Arrival.at(f"rows of loop {unit.loop}")
    return Arrival.latest(ports.values()).behind(unit.cost, wire)


def places(arrivals: Mapping[str, Arrival], beats: Mapping[str, int]) -> dict[str, int]:
    """Beats that ports of one unit must hold; `beats` has those of a row on each port.

    A row in several beats is held whole, as another branch may need all of it; rows of one beat
    for as long as the other branches take.
    """
    found = {}
    for port, own in arrivals.items():
        others = [
            other.delay
            for name, other in arrivals.items()
            if name != port and own.origins & other.origins
        ]
        if not others:
            continue
        lag = math.ceil((max(others) - own.delay) * beats[port] / max(own.pace, beats[port]))
        depth = max(min(lag, SHALLOW_DEPTH), beats[port] if beats[port] > 1 else 0)
        if depth > 0:
            found[port] = max(depth, LEAST)
    return found


def _buffer(unit: Unit, stream: Stream, depth: int) -> tuple[Unit, Stream]:
    """A buffer in front of a unit, and the stream behind it."""
    behind = replace(stream, name=f"{stream.name}_slack")
    params = {"Width": stream.bits, "Depth": depth}
    buffer = Unit(
        behind.name,
        "fifo",
        params,
        {"x": stream.name},
        {"y": behind.name},
        comment=f"{depth} beats wait for the other operand of {unit.name}",
        loop=unit.loop,
        level=unit.level,
        cost=cell_cost("fifo", params),
        turns=unit.turns,
    )
    return buffer, behind
