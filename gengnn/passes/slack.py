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

AHEAD = 3
"""Rows that a unit may be ahead of another behind a fork: one there, two in its own registers."""


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
    met = _met(units, streams)
    handed = _handed(units, met, streams)
    told: list[Unit] = []
    every = dict(streams)
    for unit, (joint, filled) in zip(units, met, strict=True):
        waiting = dict[str, int]()
        if len(unit.inputs) > 1:
            beats = {port: streams[wire].beats for port, wire in unit.inputs.items()}
            waiting = places(joint, beats) | places(filled, beats)
        for port, depth in handed.get(unit.name, {}).items():
            waiting[port] = max(depth, waiting.get(port, 0))
        inputs = dict(unit.inputs) if waiting else {}
        for port, depth in waiting.items():
            buffer, stream = _buffer(unit, every[inputs[port]], depth)
            told.append(buffer)
            every[stream.name] = stream
            inputs[port] = stream.name
        told.append(replace(unit, inputs=inputs) if waiting else unit)
    return tuple(told), every


class Met(NamedTuple):
    """The streams that a unit reads row by row together, and those that it takes in together."""

    joint: Mapping[str, Arrival]
    filled: Mapping[str, Arrival]

    def wanted(self, port: str) -> Arrival | None:
        """When rows that only say what to hand out are wanted: when what is taken in is there."""
        own = self.joint.get(port)
        if not own or not self.filled:
            return None
        other = Arrival.latest(self.filled.values())
        return None if own.origins & other.origins else other


def _met(units: Sequence[Unit], streams: Mapping[str, Stream]) -> list[Met]:
    """What the rows of each unit meet."""
    made = {wire for unit in units for wire in unit.outputs.values()}
    arrivals = {
        wire: Arrival.at(f"rows of {stream.space}")
        for wire, stream in streams.items()
        if wire not in made
    }
    found = []
    for unit in units:
        met = Met(_joined(unit, arrivals), _filled(unit, arrivals))
        found.append(met)
        for wire in unit.outputs.values():
            arrivals[wire] = _behind(unit, wire, met.joint)
    return found


def _handed(
    units: Sequence[Unit], met: Sequence[Met], streams: Mapping[str, Stream]
) -> dict[str, dict[str, int]]:
    """Beats that units must hold, by port, of rows that a fork hands to several of them.

    A fork has a row until all took it. Where two units take in rows of one stream, one of them
    later, the first must not wait for the other: it would hold up what both of them take in.
    """
    found: dict[str, dict[str, int]] = {}
    forks = [unit for unit in units if unit.kernel == "fork"]
    behind = {wire for fork in forks for wire in fork.outputs.values()}
    reads = {
        wire: (unit.name, port, each.wanted(port))
        for unit, each in zip(units, met, strict=True)
        for port, wire in unit.inputs.items()
        if wire in behind
    }
    for fork in forks:
        told = [(wire, *reads[wire]) for wire in fork.outputs.values() if wire in reads]
        ways = [(wire, name, port, own) for wire, name, port, own in told if own]
        for wire, name, port, own in ways:
            lag = max(own.delay - it.delay for *_, it in ways if it.origins & own.origins)
            depth = _depth(lag, own.pace, streams[wire].beats)
            if depth > AHEAD:
                found.setdefault(name, {})[port] = depth
    return found


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
        lag = _depth(max(others) - own.delay, own.pace, beats[port])
        depth = max(lag, beats[port] if beats[port] > 1 else 0)
        if depth > 0:
            found[port] = max(depth, LEAST)
    return found


def _depth(lag: int, pace: int, beats: int) -> int:
    """Beats that come in `lag` cycles, of rows in so many beats that come every `pace` cycles."""
    return min(math.ceil(lag * beats / max(pace, beats)), SHALLOW_DEPTH)


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
