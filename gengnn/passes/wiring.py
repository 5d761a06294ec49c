"""Wiring: the graph as cells joined by streams, with buffers where a value crosses a barrier."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from gengnn.design import OUTER
from gengnn.ir import Graph, Loop, Node, Value
from gengnn.ops.base import Op
from gengnn.passes.late import INVARIANT, late_levels, meet
from gengnn.passes.netlist import Cell, Netlist, Sink, Source, Wire, in_order

HELD = 1 << 20
"""Stands for the level in the key of buffers that serve one port only."""

FEW_ROWS = 8
"""A space of no more rows holds as many in most graphs."""

MASK_BITS = 64
"""Ports times layers of one fork at the most."""


class Wiring:
    """Builds the netlist of a graph.

    The level of a value is the number of barriers before it. Streams join only at one level; a
    value that is needed at a later level goes through a buffer that holds a whole graph. So no
    join ever waits for a stream that is itself held back, and the machine cannot lock up.

    With `chained` the buffers of one value follow one another instead of standing side by side:
    each level between has room for two graphs of its own, so that more can be on their way.
    """

    def __init__(self, graph: Graph, chained: bool = False) -> None:
        """Take a quantised graph; `build` does the work."""
        self.graph, self.chained = graph, chained
        self.values = graph.values
        self.readers = graph.users()
        self.operands: dict[str, Sequence[tuple[int, str]]] = {}
        self.spread: set[tuple[int, str]] = set()
        self.spot = {
            name: (number, layer, position)
            for number, loop in enumerate(graph.loops)
            for layer, names in enumerate(loop.iterations)
            for position, name in enumerate(names)
        }
        self.sources: dict[tuple[int, str, int], Source] = {}
        self.native: dict[tuple[int, str], Source] = {}
        self.cells: list[Cell] = []
        self.base: dict[int, int] = {}
        self.after: dict[int, int] = {}
        self.merges: dict[tuple[int, str, str], Cell] = {}
        self.taps: list[tuple[Source, Source, int]] = []

    def build(self) -> Netlist:
        """Place every node, connect every operand, then put in the forks."""
        used = {name for node in self.graph.nodes for name in node.inputs}
        inputs = [v for v in self.graph.inputs if v.name in used | set(self.graph.outputs)]
        for value in inputs:
            self._add_source(OUTER, 0, value, (value.name,), None)
        done: set[int] = set()
        for node in self.graph.nodes:
            number = self.spot.get(node.name, (OUTER, 0, 0))[0]
            if number == OUTER:
                self._place_outer(node)
            elif number not in done:
                done.add(number)
                self._place_loop(number, self.graph.loops[number])
        results = [self._result(name, number) for number, name in enumerate(self.graph.outputs)]
        for tap, inner, mask in self.taps:
            inner.sinks += [Sink(sink.cell, sink.port, mask) for sink in tap.sinks]
            tap.sinks.clear()
            del self.sources[OUTER, tap.wire.value.name, tap.level]
        wires: dict[str, Wire] = {}
        heads = {key: self._fork(source, wires) for key, source in self.sources.items()}
        entry = {value.name: heads[OUTER, value.name, 0] for value in inputs}
        cells = [cell for cell in self.cells if cell.kind != "result"]
        layers = tuple(len(loop.iterations) for loop in self.graph.loops)
        outputs = tuple(cell.inputs["x"] for cell in results)
        return Netlist(in_order(cells), wires, entry, outputs, layers)

    def _add_source(
        self, scope: int, level: int, value: Value, names: Sequence[str], cell: Cell | None
    ) -> Source:
        native = self.native.get((scope, value.name))
        name = value.name if native is None else f"{value.name}_at{level}"
        if native is not None and native.level == INVARIANT:
            name = f"{value.name}_in{scope}_at{level}"
        wire = Wire(name, value, tuple(names))
        source = Source(wire, scope, level, cell)
        self.sources[scope, value.name, level] = source
        self.native.setdefault((scope, value.name), source)
        return source

    def _cell(self, name: str, kind: str, scope: int, level: int, value: Value) -> Cell:
        cell = Cell(name, kind, scope, level, value)
        self.cells.append(cell)
        return cell

    def _at(self, scope: int, name: str, level: int) -> Source:
        """The source of `name` at `level`: the value itself, or a buffer behind it."""
        native = self.native[scope, name]
        known = native if native.level >= level else self.sources.get((scope, name, level))
        return known or self._buffer(scope, self._nearest(native, scope, name, level), level)

    def _nearest(self, native: Source, scope: int, name: str, level: int) -> Source:
        """What a buffer at `level` is filled from."""
        if not self.chained or native.level == INVARIANT:
            return native
        known = (self.sources.get((scope, name, k)) for k in range(level - 1, native.level, -1))
        return next((source for source in known if source), native)

    def _buffer(self, scope: int, native: Source, level: int, tag: str = "at") -> Source:
        """A buffer that holds a whole graph of `native`, read at `level` of `scope`."""
        value, names = native.wire.value, native.wire.values
        if native.level == INVARIANT:
            layers = len(self.graph.loops[scope].iterations)
            cell = self._cell(f"{value.name}_in{scope}_{tag}{level}", "replay", OUTER, 0, value)
            cell.repeat = layers
            self._connect(self._outer(value.name), cell, "x", 1)
            names = names * layers
        else:
            cell = self._cell(f"{value.name}_{tag}{level}", "fifo", scope, level, value)
            cell.repeat = self._held(value, level - native.level)
            self._connect(native, cell, "x", self._all(scope))
        return self._add_source(scope, level, value, names, cell)

    def _held(self, value: Value, levels: int) -> int:
        """Largest graphs that a buffer over some levels has room for: one may be on each level.

        Most graphs have far fewer rows than the largest one, except in spaces of few rows.
        """
        if not self.chained:
            return 1
        return levels + 1 if self.graph.limit(value.space) <= FEW_ROWS else 2

    def _all(self, scope: int) -> int:
        return 1 if scope == OUTER else (1 << len(self.graph.loops[scope].iterations)) - 1

    @staticmethod
    def _connect(source: Source, cell: Cell, port: str, layers: int) -> None:
        source.sinks.append(Sink(cell, port, layers))

    def _place_outer(self, node: Node) -> None:
        operands = [(OUTER, self._outer(name).wire.value.name) for name in node.inputs]
        self._place_node(OUTER, (node,), operands, {})

    def _outer(self, name: str) -> Source:
        """The native source of a value as seen outside the loops; a loop's result is a tap.

        Only the deepest values of the last layer leave a loop unbuffered: all others come while
        the loop still runs, and whoever joins them with later ones would hold it up.
        """
        known = self.native.get((OUTER, name))
        if known:
            return known
        number, layer, position = self.spot[name]
        loop = self.graph.loops[number]
        inner = self.native[number, loop.iterations[0][position]]
        level, value = self.after[number], self.values[name]
        tap = self._add_source(OUTER, level, value, (name,), None)
        if layer == len(loop.iterations) - 1 and inner.level == level - self.base[number] - 1:
            self.taps.append((tap, inner, 1 << layer))
            return tap
        cell = self._cell(f"{name}_out", "fifo", OUTER, level, value)
        self._connect(inner, cell, "x", 1 << layer)
        tap.cell = cell
        tap.wire = replace(tap.wire, name=cell.name)  # the layer's own wire may have the name
        return tap

    def _place_node(
        self,
        scope: int,
        twins: tuple[Node, ...],
        operands: Sequence[tuple[int, str]],
        late: Mapping[str, int],
    ) -> None:
        """Put an op at the first level where its operands can meet, and connect them.

        `late` has the level of ops that nobody needs earlier.
        """
        op = twins[0].op
        keys = dict(zip(op.ports, operands, strict=True))
        levels = [max(self.native[key].level, 0) for key in keys.values()]
        entry, level = meet(op, levels)
        level = late.get(twins[0].name, level)
        cell = self._cell(twins[0].name, "op", scope, level, twins[0].output)
        cell.nodes = twins
        self.operands[cell.name] = operands
        for port, key in keys.items():
            source = self._at(*key, self._taken(op, port, key, entry, level))
            waits = self._outruns(key, level, keys.values()) or self._awaits(key, level, keys)
            if port in op.held_ports or waits:
                source = self._hold(source, twins[0].name)
            self._connect(source, cell, port, self._all(scope))
        self._add_source(scope, level, twins[0].output, [twin.name for twin in twins], cell)
        if self._is_spread(op, keys, twins[0].output) or (
            not op.is_barrier and not self.spread.isdisjoint(keys.values())
        ):
            self.spread.add((scope, twins[0].name))

    def _taken(self, op: Op, port: str, key: tuple[int, str], entry: int, level: int) -> int:
        """The level at which a port takes its rows; `entry` is that of an op's fills.

        What waits in the unit itself comes as early as it can: behind a buffer it would only come
        when the others at its level take it too. With graphs in flight the unit has not the room
        of a buffer.
        """
        if port in op.stored_ports and not self.chained:
            return max(self.native[key].level, 0)
        return entry if port in op.fill_ports else level

    def _is_spread(self, op: Op, keys: Mapping[str, tuple[int, str]], output: Value) -> bool:
        """Whether rows say what all rows of a graph said before: a virtual node, a pooled row."""
        sources = [self.native[keys[port]] for port in op.moved_ports if port in keys]
        most = self.graph.limit(output.space)
        return any(
            source.level > 0 and self.graph.limit(source.wire.value.space) <= FEW_ROWS < most
            for source in sources
        )

    def _awaits(
        self, key: tuple[int, str], level: int, keys: Mapping[str, tuple[int, str]]
    ) -> bool:
        """Whether a value must wait for what all rows of the graph say, at the same level.

        Whoever makes it would stand still, the matrix units of the layer among them.
        """
        source = self.native[key]
        is_made = source.level == level > 0 and source.cell is not None
        return is_made and key not in self.spread and not self.spread.isdisjoint(keys.values())

    def _outruns(self, key: tuple[int, str], level: int, keys: Collection[tuple[int, str]]) -> bool:
        """Whether a value that others read too must wait in front of a join in a loop.

        The rows of the first layer are there before what the other operands say of the whole
        graph: without a buffer everybody else who reads them would wait too.
        """
        late = (
            self.native[other].level == INVARIANT and self.native[OUTER, other[1]].level > 0
            for other in keys
        )
        is_inner = key[0] != OUTER and self.native[key].level == 0
        return is_inner and level == 0 and any(late) and self._is_shared(key)

    def _is_shared(self, key: tuple[int, str]) -> bool:
        """Whether others read a value before a loop's first barrier, or what it is made of."""
        source = self.native[key]
        if source.level != 0 or source.cell is None:
            return False
        name = source.wire.values[0 if source.cell.nodes else -1]
        made_of = self.operands.get(source.cell.name, ())
        return len(self.readers[name]) > 1 or any(map(self._is_shared, made_of))

    def _hold(self, source: Source, user: str) -> Source:
        """A buffer of its own for a port that is not read until another has ended."""
        cell = self._cell(
            f"{source.wire.name}_for_{user}", "fifo", source.scope, source.level, source.wire.value
        )
        self._connect(source, cell, "x", self._all(source.scope))
        wire = Wire(cell.name, source.wire.value, source.wire.values)
        held = Source(wire, source.scope, source.level, cell)
        self.sources[source.scope, cell.name, HELD] = held
        return held

    def _place_loop(self, number: int, loop: Loop) -> None:
        """Place the folded body: merges, invariants, twins, then close the feedback."""
        producers = self.graph.producers
        names = {name for layer in loop.iterations for name in layer}
        twins = [tuple(producers[n] for n in spot) for spot in zip(*loop.iterations, strict=True)]
        outside = {n for spot in twins for n in spot[0].inputs if n not in names}
        self.base[number] = max(self._outer(name).level for name in outside)
        operands = [
            [
                self._loop_operand(number, loop, operand)
                for operand in zip(*(node.inputs for node in spot), strict=True)
            ]
            for spot in twins
        ]
        kept = {names[0] for names in zip(*loop.iterations, strict=True) if self._leaves(names)}
        layer = [spot[0] for spot in twins]
        late = late_levels(layer, operands, kept, self.native, self.values)
        for spot, keys in zip(twins, operands, strict=True):
            self._place_node(number, spot, keys, late)
        deepest = max(c.level for c in self.cells if c.scope == number)
        self.after[number] = self.base[number] + deepest + 1
        for (scope, _, fed), cell in list(self.merges.items()):
            if scope == number:
                self._feed_back(number, fed, cell, deepest)

    def _leaves(self, names: Sequence[str]) -> bool:
        """Whether a position's value is carried on or read outside the loop."""
        number = self.spot[names[0]][0]
        for layer, name in enumerate(names):
            inner = {(number, layer)}
            found = {self.spot.get(user.name, (OUTER, 0, 0))[:2] for user in self.readers[name]}
            if name in self.graph.outputs or found - inner:
                return True
        return False

    def _loop_operand(self, number: int, loop: Loop, operand: Sequence[str]) -> tuple[int, str]:
        """The key of one operand over all layers: inner, invariant, or carried by a merge."""
        first = operand[0]
        if first in loop.iterations[0]:
            return number, first
        if len(set(operand)) == 1:
            outer = self._outer(first)
            self.native.setdefault((number, first), Source(outer.wire, number, INVARIANT, None))
            return number, first
        fed = operand[1]
        name = f"{first}_or_{fed}"
        if (number, first, fed) not in self.merges:
            init = self._at(OUTER, first, self.base[number])
            value = replace(init.wire.value, name=name)
            cell = self._cell(name, "merge", number, 0, value)
            self._connect(init, cell, "a", 1)
            self.merges[number, first, fed] = cell
            self._add_source(number, 0, value, operand, cell)
        return number, name

    def _feed_back(self, number: int, fed: str, merge: Cell, deepest: int) -> None:
        """Lead a result to the next layer, through a buffer unless it is among the last."""
        source = self.native[number, fed]
        layers = self._all(number) >> 1
        if source.level == deepest > 0:
            self._connect(source, merge, "b", layers)
            return
        wire = source.wire
        cell = self._cell(f"{fed}_back", "fifo", number, source.level, wire.value)
        self._connect(source, cell, "x", layers)
        back = Source(Wire(cell.name, wire.value, wire.values), number, source.level, cell)
        self.sources[number, cell.name, HELD] = back
        self._connect(back, merge, "b", self._all(number))

    def _result(self, name: str, number: int) -> Cell:
        """An output; the results behind the first are buffered, as they are sent in order."""
        cell = self._cell(f"result{number}", "result", OUTER, 0, self.values[name])
        source = self._outer(name)
        self._connect(self._hold(source, cell.name) if number else source, cell, "x", 1)
        return cell

    def _fork(self, source: Source, wires: dict[str, Wire]) -> str:
        """Name the wires of a source; several sinks get a fork. Returns the first wire."""
        every, sinks = self._all(source.scope), source.sinks
        head = source.wire
        wires[head.name] = head
        if source.cell is not None:
            source.cell.outputs["y"] = head.name
        if len(sinks) == 1 and sinks[0].layers == every:
            sinks[0].cell.inputs[sinks[0].port] = head.name
            return head.name
        room = max(2, MASK_BITS // every.bit_length())
        fork = self._cell(f"{head.name}_fork", "fork", source.scope, source.level, head.value)
        fork.inputs["x"] = head.name
        now, later = (sinks, []) if len(sinks) <= room else (sinks[: room - 1], sinks[room - 1 :])
        masks = []
        for number, sink in enumerate(now):
            wire = Wire(f"{head.name}_to{number}", head.value, head.values)
            wires[wire.name] = wire
            fork.outputs[f"y{number}"] = sink.cell.inputs[sink.port] = wire.name
            masks.append(sink.layers)
        if later:
            wire = Wire(f"{head.name}_more", head.value, head.values)
            fork.outputs[f"y{len(now)}"] = wire.name
            masks.append(every)
            self._fork(Source(wire, source.scope, source.level, None, later), wires)
        fork.mask = tuple(masks)
        return head.name
