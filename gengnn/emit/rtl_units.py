"""The units of a design as SystemVerilog: stages, each a module, and their constant memories."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from gengnn.design import Design, Stream, Unit
from gengnn.emit.cpp import comment, identifier
from gengnn.emit.sv import Instance, Module, Section, concat, declare, instance, part, ports
from gengnn.ops.base import Memory, address_bits
from gengnn.ops.cost import LUTRAM_DEPTH, PART_BITS

LUTS = 1
"""The `Style` of a memory of LUTs that is deeper than these are by themselves."""

SIGNALS = ("valid", "ready", "last", "data")
"""The signals of a stream."""


@dataclass(frozen=True)
class Stage:
    """Units that stand together in one module: a folded loop, or what is between two loops."""

    label: str
    told: str
    units: tuple[Unit, ...]

    @property
    def taken(self) -> tuple[str, ...]:
        """The streams that come in."""
        made = {wire for unit in self.units for wire in unit.outputs.values()}
        return tuple(w for unit in self.units for w in unit.inputs.values() if w not in made)

    @property
    def given(self) -> tuple[str, ...]:
        """The streams that go out."""
        read = {wire for unit in self.units for wire in unit.inputs.values()}
        return tuple(w for unit in self.units for w in unit.outputs.values() if w not in read)


def stages(design: Design) -> tuple[Stage, ...]:
    """The units of a design, cut where a folded loop begins or ends."""
    found: list[Stage] = []
    for loop, units in groupby(design.units, lambda unit: unit.loop):
        if loop < 0:
            count = sum(stage.label.startswith("stage") for stage in found)
            label, told = f"stage{count}", f"Units outside the folded loops, part {count}."
        else:
            label = f"loop{loop}"
            told = f"Folded loop {loop}: {design.loops[loop]} layers share these units."
        found.append(Stage(label, told, tuple(units)))
    return tuple(found)


def stage_name(design: Design, stage: Stage) -> str:
    """The module of a stage."""
    return f"{identifier(design.name)}_{stage.label}"


def stage_module(design: Design, stage: Stage) -> Module:
    """A stage as a module: the streams across its border are its ports."""
    signals = [("input", "clk", 1), ("input", "rst_n", 1)]
    for wire in stage.taken:
        signals += _stream_ports(design.streams[wire], "input", "output")
    for wire in stage.given:
        signals += _stream_ports(design.streams[wire], "output", "input")
    made = [wire for unit in stage.units for wire in unit.outputs.values()]
    inner = [design.streams[wire] for wire in made if wire not in stage.given]
    sections = tuple(_section(unit) for unit in stage.units)
    wires = declare_streams(inner)
    return Module(stage_name(design, stage), stage.told, ports(signals), wires, sections)


def stage_instance(design: Design, stage: Stage) -> Instance:
    """A stage as the top sees it."""
    pins = {"clk": "aclk", "rst_n": "aresetn"}
    for wire in (*stage.taken, *stage.given):
        pins |= stream_pins(identifier(wire), wire)
    return instance(stage_name(design, stage), f"u_{stage.label}", {}, pins)


def stream_pins(port: str, wire: str) -> dict[str, str]:
    """The connections of a stream to a port."""
    return {f"{port}_{signal}": f"{identifier(wire)}_{signal}" for signal in SIGNALS}


def declare_streams(streams: Iterable[Stream]) -> tuple[str, ...]:
    """Declarations of the signals of streams, control and data on a line each."""
    return tuple(line for stream in streams for line in declare(_signals(stream)))


def _signals(stream: Stream) -> list[tuple[str, int]]:
    name = identifier(stream.name)
    return [(f"{name}_{s}", stream.bits if s == "data" else 1) for s in SIGNALS]


def memory_stem(unit: Unit, memory: Memory) -> str:
    """The start of the names of a memory's files, inside the folder of the RTL project."""
    return f"weights/u_{identifier(unit.name)}_{memory.name}"


def memory_texts(memory: Memory) -> dict[str, str]:
    """The contents of a memory for $readmemh, by the ends of the names that gg_memory reads.

    A file has a line per word, lane 0 in the low bits. In LUTs each part of a word has its own.
    """
    words = [_word(codes, memory.width) for codes in memory.codes]
    kept = PART_BITS if memory.is_lut else memory.bits
    texts = {}
    for number, low in enumerate(range(0, memory.bits, kept)):
        bits = min(kept, memory.bits - low)
        mask, digits = (1 << bits) - 1, -(-bits // 4)
        lines = (f"{word >> low & mask:0{digits}x}\n" for word in words)
        texts[f"_{number:03}.mem"] = "".join(lines)
    return texts


def _word(codes: NDArray[np.int64], width: int) -> int:
    bits = (codes[:, None] >> np.arange(width)) & 1
    packed = np.packbits(bits.astype(np.uint8).reshape(-1), bitorder="little")
    return int.from_bytes(packed.tobytes(), "little")


def _stream_ports(stream: Stream, forth: str, back: str) -> list[tuple[str, str, int]]:
    return [
        (back if name.endswith("_ready") else forth, name, bits) for name, bits in _signals(stream)
    ]


def _section(unit: Unit) -> Section:
    """A unit with the memories that feed it."""
    name = identifier(unit.name)
    pins = {"clk": "clk", "rst_n": "rst_n"}
    for port, wire in unit.inputs.items():
        pins |= stream_pins(port, wire)
    wires: list[tuple[str, int]] = []
    memories: list[Instance] = []
    for memory in unit.memories:
        stem = f"u_{name}_{memory.name}"
        pins |= {f"{memory.name}_{end}": f"{stem}_{end}" for end in ("addr", "data")}
        wires.append((f"{stem}_addr", address_bits(memory.depth) * memory.copies))
        wires.append((f"{stem}_data", memory.bits * memory.copies))
        memories += _memory(unit, memory, stem)
    made = [identifier(wire) for wire in unit.outputs.values()]
    pins |= {f"y_{s}": concat([f"{wire}_{s}" for wire in made]) for s in SIGNALS}
    kernel = instance(f"gg_{unit.kernel}", f"u_{name}", dict(unit.params), pins)
    return Section(comment(unit.comment, 2), declare(wires), (*memories, kernel))


def _memory(unit: Unit, memory: Memory, stem: str) -> list[Instance]:
    """The copies of a memory, their addresses and words side by side."""
    depth_bits, copies = address_bits(memory.depth), memory.copies
    params: dict[str, int | str] = {
        "Width": memory.bits,
        "Depth": memory.depth,
        "Init": f'"{memory_stem(unit, memory)}"',
    }
    if memory.is_lut and memory.depth > LUTRAM_DEPTH:
        params["Style"] = LUTS
    found = []
    for copy in range(copies):
        pins = {
            "clk": "clk",
            "addr": part(f"{stem}_addr", copy * depth_bits, depth_bits, copies * depth_bits),
            "data": part(f"{stem}_data", copy * memory.bits, memory.bits, copies * memory.bits),
        }
        name = f"{stem}_{copy}" if copies > 1 else stem
        found.append(instance("gg_memory", name, params, pins))
    return found
