"""Stalls: units that stand still because nobody takes their rows, and who waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gengnn.design import Design, Unit
from gengnn.ops.timing import Arrivals
from gengnn.passes.ahead import beats_behind, holds_graph, room_in


@dataclass(frozen=True)
class Fellow:
    """Another reader of a fork: it takes a row `latency` cycles before the row of `wire` is made.

    `room` rows have a place in front of it.
    """

    wire: str
    latency: int
    room: int

    def held(self, rows: Arrivals, made: Arrivals) -> Arrivals:
        """Rows behind the fork where this reader made `made` of the same ones.

        A row comes when the one before it went to all readers.
        """
        count = len(rows.first)
        if len(made.first) != count or count <= self.room:
            return rows
        taken = made.first[: count - self.room] - self.latency + 1
        came = np.maximum(taken, rows.first[self.room :])
        late = np.zeros(count)
        late[self.room + 1 :] = came[:-1] - rows.first[self.room + 1 :]
        late = np.maximum(late, 0.0)
        end = max(rows.end, float(came[-1]))
        return Arrivals(rows.first + late, rows.last + late, end)


@dataclass(frozen=True)
class Stalls:
    """Who waits for whom.

    `behind` has the units between the last buffer of a whole graph and each merge, with the rows
    for which there is room from where they enter the unit; `fellows` those of each stream whose
    rows a unit must know early.
    """

    behind: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    fellows: Mapping[str, Sequence[Fellow]] = field(default_factory=dict)

    @classmethod
    def of(cls, design: Design) -> Stalls:
        """Those of a design."""
        ways = _Ways(design)
        merges = [unit for unit in design.units if unit.kernel == "merge"]
        behind = {unit.name: ways.behind(unit) for unit in merges}
        fellows = {
            unit.inputs[port]: [*ways.fellows(unit, unit.inputs[port])]
            for unit in design.units
            if unit.op
            for port in unit.op.early_ports
        }
        return cls(behind, fellows)

    def held_up(self, merge: Unit, taken: Arrivals, busy: Mapping[str, float]) -> dict[str, float]:
        """Until when those in front of a merge are busy that took a layer's rows.

        A unit may have the next layer's when as many of these are left as find a place behind it;
        `busy` tells when the merge has the end token.
        """
        moments = [*taken.last.tolist(), busy[merge.name]]
        return {
            name: max(busy.get(name, 0.0), moments[-1 - room] + 1)
            for name, room in self.behind[merge.name]
            if room < len(moments)
        }

    def known(self, wires: Iterable[str]) -> list[Fellow]:
        """Those whom `beside` looks at for a unit that reads `wires`."""
        return [fellow for wire in wires for fellow in self.fellows.get(wire, ())]

    def beside(
        self, unit: Unit, rows: Mapping[str, Arrivals], times: Mapping[str, Arrivals]
    ) -> dict[str, Arrivals]:
        """The rows that a unit must know early, late where others who read them wait."""
        found: dict[str, Arrivals] = {}
        for port in unit.op.early_ports if unit.op else ():
            for fellow in self.fellows.get(unit.inputs[port], ()):
                if fellow.wire in times:
                    found[port] = fellow.held(found.get(port, rows[port]), times[fellow.wire])
        return found


class _Ways:
    """Who makes each stream of a design, and who reads it."""

    def __init__(self, design: Design) -> None:
        self.streams = design.streams
        self.place = {unit.name: number for number, unit in enumerate(design.units)}
        self.maker = {wire: unit for unit in design.units for wire in unit.outputs.values()}
        self.reader = {
            wire: (unit, port) for unit in design.units for port, wire in unit.inputs.items()
        }

    def behind(self, merge: Unit) -> list[tuple[str, int]]:
        """The units that a merge holds up, and the rows that find a place from there on."""
        space = self.streams[merge.inputs["b"]].space
        found: dict[str, int] = {}
        waiting = [(merge.inputs["b"], 0)]
        while waiting:
            wire, room = waiting.pop()
            unit = self.maker[wire]
            room += room_in(unit, beats_behind(unit, self.streams))
            is_memory = unit.kernel in {"merge", "replay"} or holds_graph(unit)
            is_known = found.get(unit.name, room + 1) <= room
            if is_memory or is_known or self.streams[wire].space != space:
                continue
            found[unit.name] = room
            if unit.op is None or not unit.op.is_barrier:
                waiting += [(entry, room) for entry in unit.inputs.values() if entry in self.maker]
        return [*found.items()]

    def fellows(self, unit: Unit, wire: str) -> Iterator[Fellow]:
        """Those who read the same rows as a unit, which a fork in front of it hands to all."""
        while (maker := self.maker.get(wire)) and self._is_passage(maker):
            if maker.kernel == "fork":
                others = [other for other in maker.outputs.values() if other != wire]
                for other in others:
                    yield from self._readers(unit, other, 0)
            wire = maker.inputs["x"]

    def _readers(self, unit: Unit, wire: str, room: int) -> Iterator[Fellow]:
        """The units before `unit` that read a stream row by row."""
        if wire not in self.reader:
            return
        reader, port = self.reader[wire]
        if self._is_passage(reader):
            room += room_in(reader, beats_behind(reader, self.streams))
            for behind in reader.outputs.values():
                yield from self._readers(unit, behind, room)
            return
        op, is_before = reader.op, self.place[reader.name] < self.place[unit.name]
        if op and is_before and port not in op.fill_ports and port not in op.early_ports:
            yield Fellow(reader.outputs["y"], reader.cost.latency, room)

    @staticmethod
    def _is_passage(unit: Unit) -> bool:
        return unit.kernel == "fork" or (unit.kernel == "fifo" and not holds_graph(unit))
