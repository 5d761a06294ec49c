"""HLS: the units of a design as calls, and where each stream between them is declared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gengnn.design import BACK, OUTER, Design, Stream, Unit
from gengnn.emit.cpp import comment, identifier, integer_type, listing, literal, table
from gengnn.errors import GengnnError

FIFO = "fifo"
"""The kernel of buffers: in HLS these are streams with a depth, not processes."""


@dataclass(frozen=True)
class StreamText:
    """A declared stream; `depth` 0 leaves the depth to the tool, without `memory` also that."""

    variable: str
    declaration: str
    port: str
    depth: int = 0
    reason: str = ""
    memory: str = ""

    @property
    def pragmas(self) -> list[str]:
        """What the tool is told of its memory."""
        if not self.depth:
            return []
        told = [f"#pragma HLS STREAM variable={self.variable} depth={self.depth}"]
        if self.memory:
            memory = f"type=fifo impl={self.memory}"
            told.append(f"#pragma HLS BIND_STORAGE variable={self.variable} {memory}")
        return told


@dataclass(frozen=True)
class CallText:
    """A call of a kernel under its comment."""

    comment: str
    text: str


@dataclass(frozen=True)
class GuardText:
    """A function that calls a kernel in some turns of a loop only."""

    head: str
    turns: str
    call: str


@dataclass(frozen=True)
class UnitText:
    """The configuration struct of a unit."""

    config: str
    comment: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class LoopText:
    """A folded loop: its body's ports, streams and calls, and the loop around it."""

    number: int
    layers: int
    turns: int
    body_ports: tuple[str, ...]
    ports: tuple[str, ...]
    streams: tuple[StreamText, ...]
    feedback: tuple[StreamText, ...]
    calls: tuple[CallText, ...]
    body_call: str
    call: CallText


class HlsUnits:
    """The units and streams of a design as C++ text.

    Buffers are merged into the stream they buffer. A stream is declared in the function that
    holds both its ends: the top, the body of a folded loop, or, when it leads from one layer
    to the next, the loop around the body.
    """

    def __init__(self, design: Design) -> None:
        self.design = design
        self.units = [unit for unit in design.units if unit.kernel != FIFO]
        self.same = {
            unit.outputs["y"]: unit.inputs["x"] for unit in design.units if unit.kernel == FIFO
        }
        self.depths: dict[str, int] = {}
        self.deep: set[str] = set()
        for unit in design.units:
            if unit.kernel == FIFO:
                name = self.resolve(unit.inputs["x"])
                self.depths[name] = self.depths.get(name, 0) + unit.number("Depth")
                if unit.cost.uram:
                    self.deep.add(name)
            for port in unit.op.stored_ports if unit.op else ():
                name = self.resolve(unit.inputs[port])
                self.depths[name] = max(self.depths.get(name, 0), whole_graph(design.streams[name]))
        self.maker: dict[str, int] = {}
        self.reader: dict[str, int] = {}
        for position, unit in enumerate(self.units):
            self.maker |= {self.resolve(wire): position for wire in unit.outputs.values()}
            self.reader |= {self.resolve(wire): position for wire in unit.inputs.values()}
        self.masks: dict[str, int] = {}
        for unit in self.units:
            self._mask_outputs(unit)

    def resolve(self, wire: str) -> str:
        """The stream that carries `wire`: what stands before the buffers."""
        while wire in self.same:
            wire = self.same[wire]
        return wire

    def variable(self, wire: str) -> str:
        """The C++ name of the stream that carries `wire`."""
        return "s_" + identifier(self.resolve(wire))

    def configs(self) -> list[UnitText]:
        """The configuration structs, in the order of the units."""
        return [
            UnitText(config_name(unit), comment(unit.comment), self._parameters(unit))
            for unit in self.units
        ]

    def streams(self) -> tuple[StreamText, ...]:
        """The streams that the top declares."""
        wires = [name for name in self.design.streams if name not in self.same]
        return tuple(self._stream(name) for name in wires if self._home(name) == (OUTER, False))

    def calls(self) -> tuple[CallText, ...]:
        """What the top calls: the units outside the loops, and the loops."""
        calls, done = [], set()
        for unit in self.units:
            if unit.loop == OUTER:
                calls.append(self._call(unit))
            elif unit.loop not in done:
                done.add(unit.loop)
                calls.append(self.loop(unit.loop).call)
        return tuple(calls)

    def loop(self, number: int) -> LoopText:
        """The text of one folded loop."""
        units = [unit for unit in self.units if unit.loop == number]
        touched = dict.fromkeys(self.resolve(w) for u in units for w in _wires(u))
        outer = [name for name in touched if self._home(name) == (OUTER, False)]
        feedback = [name for name in touched if self._home(name) == (number, True)]
        inner = [name for name in touched if self._home(name) == (number, False)]
        arguments = [self.variable(name) for name in outer]
        passed = [*arguments, *(self.variable(name) for name in feedback)]
        layers, turns = self.design.loops[number], self.design.turns(number)
        guests = f" and {turns - layers} guests" if turns > layers else ""
        told = comment(f"folded loop {number}: {layers} layers{guests}, {len(units)} units", 2)
        return LoopText(
            number,
            layers,
            turns,
            _ports(self._stream(name).port for name in [*outer, *feedback]),
            _ports(self._stream(name).port for name in outer),
            tuple(self._stream(name) for name in inner),
            tuple(self._stream(name) for name in feedback),
            tuple(self._call(unit) for unit in units),
            listing(f"loop_{number}_body(", ["layer", *passed], ");", 4),
            CallText(told, listing(f"loop_{number}(", arguments, ");", 2)),
        )

    def loops(self) -> list[LoopText]:
        """All folded loops."""
        return [self.loop(number) for number in range(len(self.design.loops))]

    def _home(self, name: str) -> tuple[int, bool]:
        """The loop that holds both ends of a stream (OUTER: the top); whether it feeds back."""
        maker, reader = self.maker.get(name), self.reader.get(name)
        if maker is None or reader is None:
            return OUTER, False
        scope = self.units[maker].loop
        if scope == OUTER or self.units[reader].loop != scope:
            return OUTER, False
        unit = self.units[reader]
        is_kept = unit.works_once and self.masks[name] != unit.turns
        return scope, reader < maker or is_kept

    def _stream(self, name: str) -> StreamText:
        stream = self.design.streams[name]
        kind, variable = stream_type(stream), self.variable(name)
        depth, reason = self.depths.get(name, 0), ""
        if depth:
            reason = f"rows of {stream.space or 'a graph'} wait here for what comes after a barrier"
        if self._home(name)[1]:
            depth = max(depth, whole_graph(stream))
            reason = "holds what a layer leaves until the next one starts"
        declaration = f'{kind} {variable}("{identifier(name)}");'
        memory = "uram" if name in self.deep else ""
        return StreamText(variable, declaration, f"{kind}& {variable}", depth, reason, memory)

    def _call(self, unit: Unit) -> CallText:
        streams = [self.variable(wire) for wire in self._wires(unit)]
        if self._skips(unit):
            text = listing(f"{guard_name(unit)}(", ["layer", *streams], ");", 2)
        else:
            text = self._kernel(unit, 2)
        return CallText(comment(unit.comment, 2), text)

    def guards(self) -> list[GuardText]:
        """What calls the units that do not work in every turn of their loop."""
        return [self._guard(unit) for unit in self.units if self._skips(unit)]

    def _guard(self, unit: Unit) -> GuardText:
        """What keeps a unit from reading in turns that bring it nothing."""
        ports = [self._stream(self.resolve(wire)).port for wire in self._wires(unit)]
        head = listing(f"static void {guard_name(unit)}(", ["int layer", *ports], ") {", 0)
        return GuardText(head, hex(self._mask(unit)), self._kernel(unit, 4))

    def _kernel(self, unit: Unit, indent: int) -> str:
        """The call of a unit's kernel, with the turn at work if that makes a difference to it."""
        first = (unit.turns & -unit.turns).bit_length() - 1
        layer = "layer" if first <= 0 else f"layer - {first}"
        if unit.loop == OUTER or unit.params.get("Iters") == 1:
            layer = "0"
        arguments = [layer] if "Iters" in unit.params else []
        arguments += [self.variable(wire) for wire in self._wires(unit)]
        arguments += [f"weights::{memory_name(unit, m.name)}" for m in unit.memories]
        return listing(f"gg::{unit.kernel}<{config_name(unit)}>(", arguments, ");", indent)

    def _wires(self, unit: Unit) -> list[str]:
        """The streams of a unit in the order of the kernel's arguments."""
        return [*(wire for _, wire in _ordered(unit)), *unit.outputs.values()]

    def _parameters(self, unit: Unit) -> tuple[str, ...]:
        params = unit.params
        numbers = {k: v for k, v in params.items() if isinstance(v, int)}
        small = [f"{k} = {v}" for k, v in numbers.items() if integer_type(v) == "int"]
        large = [(k, v) for k, v in numbers.items() if integer_type(v) != "int"]
        lines = listing("static constexpr int ", small, ";", 2).splitlines() if small else []
        lines += [f"  static constexpr {integer_type(v)} {k} = {literal(v)};" for k, v in large]
        for name, value in params.items():
            if isinstance(value, tuple):
                lines += table(name, value)
        return tuple(lines)

    def _all(self, loop: int) -> int:
        return 1 if loop == OUTER else (1 << self.design.turns(loop)) - 1

    def _mask(self, unit: Unit) -> int:
        """The turns (bit i) in which every input of the unit brings rows."""
        mask = unit.turns or self._all(unit.loop)
        if unit.kernel in BACK or unit.loop == OUTER or unit.works_once:
            return mask
        for wire in unit.inputs.values():
            mask &= self.masks.get(self.resolve(wire), mask)
        return mask

    def _skips(self, unit: Unit) -> bool:
        return self._mask(unit) != self._all(unit.loop)

    def _mask_outputs(self, unit: Unit) -> None:
        """Note in which layers the unit's outputs carry rows."""
        if unit.loop == OUTER:
            return
        mask = self._mask(unit)
        every = unit.turns or self._all(unit.loop)
        told = {self.masks.get(self.resolve(wire), every) for wire in unit.inputs.values()}
        if len(told) > 1 and unit.kernel not in BACK and not unit.works_once:
            raise GengnnError(f"{unit.name} would wait for rows that not every layer brings")
        for port, wire in enumerate(unit.outputs.values()):
            fed = mask
            if unit.kernel == "fork" and not unit.works_once:
                ports, wanted = unit.number("Ports"), unit.number("Mask") >> port
                fed &= sum((wanted >> i * ports & 1) << i for i in range(mask.bit_length()))
            self.masks[self.resolve(wire)] = fed


def config_name(unit: Unit) -> str:
    """The name of a unit's configuration struct."""
    return "u_" + identifier(unit.name)


def guard_name(unit: Unit) -> str:
    """The name of the function that calls a unit in some turns only."""
    return "in_turns_" + identifier(unit.name)


def memory_name(unit: Unit, memory: str) -> str:
    """The name of one of a unit's constant arrays."""
    return f"{identifier(unit.name)}_{memory}"


def whole_graph(stream: Stream) -> int:
    """The beats of the largest graph on a stream, with its end token."""
    return stream.max_rows * stream.beats + 1


def stream_type(stream: Stream) -> str:
    """The C++ type of a stream."""
    signed = "true" if stream.is_signed else "false"
    return f"gg::Stream<gg::Beat<{stream.lanes}, {stream.width}, {signed}>>"


def _wires(unit: Unit) -> list[str]:
    return [*unit.inputs.values(), *unit.outputs.values()]


def _ordered(unit: Unit) -> Iterable[tuple[str, str]]:
    """Inputs in the order of the kernel's arguments: a merge's first, then its feedback."""
    return sorted(unit.inputs.items()) if unit.kernel in BACK else unit.inputs.items()


def _ports(ports: Iterable[str]) -> tuple[str, ...]:
    """Parameter lines, each but the last with a comma, the last closing the list."""
    lines = list(ports)
    return tuple(line + ("," if k < len(lines) - 1 else ")") for k, line in enumerate(lines))
