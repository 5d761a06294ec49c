"""Estimate: the cycles of a graph, from when each row can pass each unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gengnn.design import OUTER, Design, Stream, Unit
from gengnn.ir import Graph, Kind
from gengnn.ops.base import Cost
from gengnn.ops.timing import Arrivals, Turn, joined, paced, passed, steady
from gengnn.passes.ahead import Ahead, aheads
from gengnn.passes.intake import Cut, Intake, intake
from gengnn.passes.paces import paces
from gengnn.passes.posts import Post, posts
from gengnn.passes.recall import Known, Memory, Recall
from gengnn.passes.stalls import Stalls
from gengnn.passes.turns import steps
from gengnn.reference import Sample, row_counts, run_real

LOAD_LATENCY = 5
"""Cycles from the last beat of a packet row to the row in the machine."""

NEXT_PACKET = 3
"""Cycles between the packets that the loader takes."""

STORE_LATENCY = 3
"""Cycles from the last result row to the last beat on the bus."""

NOTHING = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Work:
    """One graph as the estimate sees it: rows of the base spaces, and its INDEX and MASK values."""

    counts: Mapping[str, int]
    codes: Mapping[str, NDArray[np.int64]]

    @classmethod
    def of(cls, graph: Graph, sample: Sample) -> Work:
        """What `sample` asks of any design of `graph`."""
        return cls(row_counts(graph, sample), integers(graph, sample))


def estimate(design: Design, sample: Sample) -> float:
    """Estimated cycles from the first packet beat in to the last result beat out."""
    return estimate_work(design, Work.of(design.graph, sample))


def estimate_work(design: Design, work: Work) -> float:
    """The same for a graph that is known already."""
    return _Line(_Facts.of(design)).run(work)


def mean_cycles(design: Design, works: Sequence[Work], recall: Recall | None = None) -> float:
    """Estimated cycles of a graph by itself, the mean over `works`.

    What it may `recall` of other designs makes no difference but to the time that this takes.
    """
    facts = _Facts.of(design, recall)
    told = [(work, recall.of(work) if recall else None) for work in works]
    return float(np.mean([_Line(facts).run(work, memory) for work, memory in told]))


def estimate_interval(design: Design, works: Sequence[Work], recall: Recall | None = None) -> float:
    """Estimated cycles from one result to the next when packets come without a pause.

    It is the mean over `works`, sent in turn for ever. What it may `recall` of other designs makes
    no difference but to the time that this takes.
    """
    line = _Line(_Facts.of(design, recall))
    first, second = (
        [line.run(work, recall.of(work, turn) if recall else None) for work in works][-1]
        for turn in range(2)
    )
    return (second - first) / len(works)


@dataclass(frozen=True)
class _Facts:
    """What is so of a design whatever graph it takes.

    `posts` are the units at work in each layer, in order; `entries` the streams that no unit makes;
    `paces`, `aheads` and `stalls` tell who waits for whom. What is worked out of a unit for one
    graph is kept for the others by its `id`: `speeds` and `intakes`.
    """

    design: Design
    posts: Sequence[tuple[int, Post]]
    entries: frozenset[str]
    paces: Mapping[str, int]
    aheads: Mapping[str, Ahead]
    stalls: Stalls
    speeds: dict[int, tuple[Cost, int]] = field(default_factory=dict)
    intakes: dict[tuple[int, str], Intake | Cut | None] = field(default_factory=dict)

    @classmethod
    def of(cls, design: Design, recall: Recall | None = None) -> _Facts:
        """Those of one design."""
        made = {wire for unit in design.units for wire in unit.outputs.values()}
        entries = frozenset(design.streams.keys() - made)
        told = paces(design), aheads(design), Stalls.of(design)
        every = posts(design, steps(design), *told, recall or Recall())
        return cls(design, [*every], entries, *told)

    def speed(self, unit: Unit) -> tuple[Cost, int]:
        """The speed of a unit that only passes rows on, and the beats of its rows."""
        known = self.speeds.get(id(unit))
        if known is None:
            beats = max(self.design.streams[wire].beats for wire in unit.outputs.values())
            behind = max(self.paces.get(wire, 1) for wire in unit.outputs.values())
            cost = replace(unit.cost, interval=max(unit.cost.interval, behind))
            known = self.speeds[id(unit)] = cost, beats
        return known

    def intake(self, unit: Unit, wire: str) -> Intake | Cut | None:
        """How the beats of an input gather in front of a unit."""
        key = id(unit), wire
        if key not in self.intakes:
            self.intakes[key] = intake(unit, wire, self.design.streams)
        return self.intakes[key]


class _Line:
    """A machine that takes one graph after the other; it starts empty, at cycle 0."""

    def __init__(self, facts: _Facts) -> None:
        self.design, self.facts = facts.design, facts
        self.clock = _Clock(facts, facts.design.streams)
        self.free = 0.0

    def run(self, work: Work, memo: Memory | None = None) -> float:
        """The cycle of the last result beat of the next graph; `memo` knows units that took it."""
        design, clock = self.design, self.clock
        clock.begin(work, memo)
        loaded = self._load(work)
        for clock.layer, post in self.facts.posts:
            clock.run(post)
        self.free = loaded
        ends = (clock.times[layout.fields[0].stream].end for layout in design.results)
        return max(ends) + STORE_LATENCY

    def _load(self, work: Work) -> float:
        """Let the rows of a packet in as they come; the cycle when the next one may come."""
        at = begin = self.free + self.design.header_beats
        for layout in self.design.layouts:
            rows, beats = work.counts.get(layout.space, 1), layout.beats(self.design.tdata)
            start = (at + beats - 1 if beats else begin) + LOAD_LATENCY
            none = begin + LOAD_LATENCY
            times = self._rows(layout.space, (rows, start, max(beats, 1), none))
            for wire in (*(entry.stream for entry in layout.fields), layout.rows_stream):
                if wire in self.facts.entries:
                    self.clock.times[wire] = times
            at += rows * beats
        return at + NEXT_PACKET

    def _rows(self, space: str, given: tuple[int, float, int, float]) -> Arrivals:
        """Rows that come from a cycle on, so many cycles apart; without any they end at another."""
        (rows, start, beats, none), memo = given, self.clock.memo
        known = memo.find((space, OUTER), given) if memo else None
        if known:
            return known.made[0]
        came = start + np.arange(rows, dtype=np.float64) * beats
        times = Arrivals(came, came, came[-1] + 1 if rows else none)
        if memo:
            memo.add((space, OUTER), given, Known((), [times], 0.0, (), None))
        return times


def integers(graph: Graph, sample: Sample) -> dict[str, NDArray[np.int64]]:
    """The INDEX and MASK values of one graph [rows]; rows of ROWS values as zeros."""
    wanted = {name for name, value in graph.values.items() if value.kind is not Kind.REAL}
    nodes = []
    for node in reversed(graph.nodes):
        if node.name in wanted:
            wanted.update(node.inputs)
            nodes.append(node)
    tensors = run_real(replace(graph, nodes=tuple(reversed(nodes)), outputs=()), [sample]).tensors
    return {
        name: tensors[name].numpy().astype(np.int64).ravel()
        for name, value in graph.values.items()
        if value.kind is not Kind.REAL and not value.shape
    }


def count_rows(graph: Graph, space: str, rows: Mapping[str, float]) -> float:
    """Rows of a space; a filter is taken to keep everything."""
    entry = graph.spaces[space]
    if entry.kind == "input":
        return rows.get(space, 1.0)
    return sum(count_rows(graph, parent, rows) for parent in entry.parents)


@dataclass
class _Clock:
    """The rows of all streams, and until when each unit is busy.

    `held` has the ends of the graphs that left each unit that keeps them, `ports` when its memory
    has passed all rows of the last one.
    """

    facts: _Facts
    streams: Mapping[str, Stream]
    codes: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    layer: int = 0
    times: dict[str, Arrivals] = field(default_factory=dict)
    busy: dict[str, float] = field(default_factory=dict)
    held: dict[str, list[float]] = field(default_factory=dict)
    ports: dict[str, float] = field(default_factory=dict)
    memo: Memory | None = None

    def begin(self, work: Work, memo: Memory | None) -> None:
        """Turn to the next graph; the units go on where they are."""
        self.codes, self.times, self.memo = work.codes, {}, memo

    def run(self, post: Post) -> None:
        """Advance the outputs of one unit by one graph or layer."""
        unit = post.unit
        if self.memo is None:
            self._advance(unit)
        else:
            self._recall(post, self.memo)
        if unit.kernel == "merge" and self.layer:
            self.busy |= self.facts.stalls.held_up(unit, self.times[unit.outputs["y"]], self.busy)

    def _recall(self, post: Post, memo: Memory) -> None:
        """Advance a unit, by what is known of it in other designs where it is the same."""
        unit, name = post.unit, post.unit.name
        taken = [*map(self.times.get, post.taken)]
        given: tuple[float | None, ...] = (post.kind, self.busy.get(name), *map(id, taken))
        before = 0
        if post.keeps:
            held = self.held.get(name, ())
            given, before = (*given, self.ports.get(name), *held), len(held)
        known = memo.find((name, self.layer), given)
        if known is None:
            self._advance(unit)
            made = [self.times[wire] for wire in post.made]
            left = self.busy[name], self.held.get(name, [])[before:], self.ports.get(name)
            memo.add((name, self.layer), given, Known(taken, made, *left))
            return
        self.times.update(zip(post.made, known.made, strict=True))
        self.busy[name] = known.busy
        if known.held:
            self.held.setdefault(name, []).extend(known.held)
        if known.port is not None:
            self.ports[name] = known.port

    def _advance(self, unit: Unit) -> None:
        if unit.op is not None:
            self._set(unit, self._through(unit))
        elif unit.kernel == "merge":
            self._merge(unit)
        elif unit.kernel == "replay":
            self._replay(unit)
        else:
            rows = self._collected(unit, unit.inputs[self._port(unit)])
            self._set(unit, passed(rows, *self.facts.speed(unit), self.busy.get(unit.name, 0.0)))

    def _port(self, unit: Unit) -> str:
        """The port that a unit reads which only passes rows on."""
        if unit.kernel != "turn":
            return "x"
        first = (unit.turns & -unit.turns).bit_length() - 1
        return "a" if self.layer - first < unit.number("Own") else "b"

    def _merge(self, unit: Unit) -> None:
        """Rows go in as fast as all who take them can; a layer when the one before it is in."""
        wire = unit.outputs["y"]
        rows = self.times[unit.inputs["a" if self.layer == 0 else "b"]]
        free, count = self.busy.get(unit.name, 0.0), len(rows.first)
        if self.layer == 1 and count > 1 and rows.first[0] < free:
            pace = float(np.median(np.diff(rows.first)))
            back = free + np.maximum(np.arange(count) - 1.0, 0.0) * pace  # the loop stood still
            late = np.maximum(back - rows.first, 0.0)
            rows = Arrivals(rows.first + late, rows.last + late, rows.end + late[-1])
        interval = max(self.facts.paces[wire], self.streams[wire].beats)
        start = paced(rows.first, interval, free)
        wait = start - rows.first
        last = rows.last + wait
        self._set(unit, Arrivals(start, last, max(rows.end, last[-1] + 1 if count else free)))
        self.busy[unit.name] = max(self.times[wire].end, start[-1] + interval if count else free)

    def _replay(self, unit: Unit) -> None:
        """The first pass comes with the rows, the others after the pass before."""
        wire = unit.outputs["y"]
        beats = self.streams[wire].beats
        if self.layer == 0:
            rows = passed(
                self.times[unit.inputs["x"]], unit.cost, beats, self.busy.get(unit.name, 0.0)
            )
        else:
            before = self.times[wire]
            rows = steady(before.end + 2, len(before.first), beats)
        self._set(unit, rows)
        self.busy[unit.name] = rows.end + 2

    def _collected(self, unit: Unit, wire: str) -> Arrivals:
        """The rows of an input, later where beats that the first result needs come slowly."""
        taken = self.facts.intake(unit, wire)
        return taken.of(self.times[wire]) if taken else self.times[wire]

    def _set(self, unit: Unit, rows: Arrivals) -> None:
        for wire in unit.outputs.values():
            self.times[wire] = rows
        start = rows.first.item(-1) - unit.cost.latency if len(rows.first) else rows.end
        self.busy[unit.name] = start + unit.cost.interval

    def _codes(self, stream: Stream) -> NDArray[np.int64]:
        """The integers on a stream in the layer at work."""
        name = stream.values[self.layer if self.layer < len(stream.values) else 0]
        return self.codes.get(name, NOTHING)

    def _through(self, unit: Unit) -> Arrivals:
        op, name = unit.op, unit.name
        assert op is not None
        wires = {port: unit.inputs[port] for port in op.ports}
        earliest = self._earliest(unit)
        rows = {
            port: self._collected(unit, wire).from_cycle(earliest if port in op.fill_ports else 0.0)
            for port, wire in wires.items()
        }
        rows |= self._met(unit, rows) | self.facts.stalls.beside(unit, rows, self.times)
        codes = [self._codes(self.streams[wire]) for wire in wires.values()]
        beats = self.streams[unit.outputs["y"]].beats
        free = self.busy.get(name, 0.0)
        taken = [self.streams[wire].beats for wire in wires.values()]
        found = op.arrivals(Turn(list(rows.values()), taken, codes, unit.cost, beats, free))
        if op.banks:
            self.held.setdefault(name, []).append(found.end)
        if op.one_port:
            first = rows[op.ports[0]].first
            work = (len(first) + len(found.first)) * unit.cost.interval
            self.ports[name] = work + (first[0] if len(first) else 0.0)
        return found

    def _met(self, unit: Unit, rows: Mapping[str, Arrivals]) -> dict[str, Arrivals]:
        """The rows of branches that cannot come far ahead of those that they meet."""
        found: dict[str, Arrivals] = {}
        joint = [port for port in rows if port not in unit.fill_ports]
        for port in joint if len(joint) > 1 else ():
            ahead, own = self.facts.aheads.get(unit.inputs[port]), rows[port]
            if ahead is None or ahead.interval <= 1:
                continue
            others = [rows[other] for other in joint if other != port]
            others = [other for other in others if len(other.first) == len(own.first)]
            if others:
                found[port] = ahead.held(own, joined(others).first)
        return found

    def _earliest(self, unit: Unit) -> float:
        """When a unit that keeps whole graphs has a bank and the port for the next one."""
        assert unit.op is not None
        if not unit.op.keeps_graphs:
            return 0.0
        held = self.held.get(unit.name, [])
        free = held[-unit.op.banks] if 0 < unit.op.banks <= len(held) else 0.0
        return max(free, self.ports.get(unit.name, 0.0))
