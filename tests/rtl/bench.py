"""One Verilator program with many units, each between sources and sinks of its own."""

from __future__ import annotations

import fcntl
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from gengnn import tools
from gengnn.design import Stream, Unit, unsigned
from gengnn.emit.rtl_units import memory_texts
from gengnn.emit.sv import setting
from gengnn.emit.templates import resource
from tests.ops.cases import Case, Codes

TEMPLATE = Path(__file__).with_name("bench.sv.j2")

LAST_CYCLE = 200_000
"""When the bench gives up."""


@dataclass(frozen=True)
class Beats:
    """The beats of a stream: `graphs` [rows, lanes * beats] codes, an end token after each."""

    stream: Stream
    graphs: Sequence[Codes]

    @property
    def name(self) -> str:
        return self.stream.name

    @property
    def bits(self) -> int:
        return self.stream.bits

    @property
    def beats(self) -> int:
        return sum(graph.size // self.stream.lanes + 1 for graph in self.graphs)

    def text(self) -> str:
        """A line {last, data} per beat."""
        lines = []
        for graph in self.graphs:
            lines += [
                word(beat, self.stream.width) for beat in graph.reshape(-1, self.stream.lanes)
            ]
            lines.append(1 << self.bits)
        return "".join(f"{line:x}\n" for line in lines)


@dataclass(frozen=True)
class Dut:
    """A unit under test with what goes in and what must come out."""

    unit: Unit
    inputs: Sequence[Beats]
    outputs: Sequence[Beats]


@dataclass
class Told:
    """What the sinks said: errors and messages by stream, cycles of the first and last beat."""

    errors: dict[str, int] = field(default_factory=dict)
    messages: dict[str, list[str]] = field(default_factory=dict)
    cycles: dict[str, list[int]] = field(default_factory=dict)


def word(codes: Codes, width: int) -> int:
    """Codes side by side, the first in the low bits."""
    return sum((int(code) & ((1 << width) - 1)) << (i * width) for i, code in enumerate(codes))


def dut_of(case: Case, seeds: Sequence[int]) -> Dut:
    """The unit of a case and the random graphs of some seeds."""
    site, name = case.site, case.name
    streams = {}
    for port, value in zip((*case.op.ports, "y"), case.values, strict=True):
        lanes, form = site.lanes[port], value.format
        beats = value.features // lanes
        streams[port] = Stream(
            f"{name}_{port}", lanes, form.width, beats, not unsigned(value), 0, space=value.space
        )
    graphs = [graph for seed in seeds for graph in case.graphs(seed)]
    expected = [case.expected(graph, k % site.iters) for k, graph in enumerate(graphs)]
    wires = {port: stream.name for port, stream in streams.items()}
    outputs = {"y": wires.pop("y")}
    params, memories = case.op.kernel_params(site), case.op.memories(site)
    unit = Unit(name, case.op.kernel, params, wires, outputs, memories, cost=case.op.cost(site))
    inputs = [Beats(streams[p], [graph[p] for graph in graphs]) for p in case.op.ports]
    return Dut(unit, inputs, [Beats(streams["y"], expected)])


def compile_once(duts: Sequence[Dut], base: Path) -> Path:
    """The program of a bench, compiled by the first of the test workers that asks for it."""
    folder = base / "units"
    with (base / "units.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        program = folder / "obj" / "Vgg_bench"
        if not program.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            compile_bench(duts, folder)
    return program


def compile_bench(duts: Sequence[Dut], folder: Path) -> None:
    """Write the bench and its files into `folder`, lint and compile it."""
    for beats in (entry for dut in duts for entry in (*dut.inputs, *dut.outputs)):
        (folder / f"{beats.name}.hex").write_text(beats.text())
    for dut in duts:
        for memory in dut.unit.memories:
            for end, text in memory_texts(memory).items():
                (folder / f"{dut.unit.name}_{memory.name}{end}").write_text(text)
    (folder / "gg_bench.sv").write_text(bench_text(duts))
    verilator = tools.verilator()
    assert verilator, "Verilator is missing"
    lib = resource("templates") / "rtl" / "lib"
    flags = ["--cc", "--exe", "--build", "-Wall", "-j", "2", "--output-split", "0"]
    flags += ["-MAKEFLAGS", "VM_PARALLEL_BUILDS=0"]  # one file, which needs no compiled headers
    flags += ["-CFLAGS", "-O1", "--x-initial", "0", "--top-module", "gg_bench", "--Mdir", "obj"]
    sources: list[str | Path] = [
        "-y",
        lib,
        "-y",
        TEMPLATE.parent,
        "gg_bench.sv",
        TEMPLATE.with_name("main.cpp"),
    ]
    tools.run([verilator, *flags, *sources], folder / "compile.log", cwd=folder)


def bench_text(duts: Sequence[Dut]) -> str:
    template = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    ).from_string(TEMPLATE.read_text())
    return template.render(
        duts=[(dut.unit, settings(dut.unit), pins(dut.unit)) for dut in duts],
        sources=[beats for dut in duts for beats in dut.inputs],
        sinks=[beats for dut in duts for beats in dut.outputs],
        last_cycle=LAST_CYCLE,
    )


def settings(unit: Unit) -> dict[str, str]:
    """The parameters of a unit as text."""
    return {name: setting(value) for name, value in unit.params.items()}


def pins(unit: Unit) -> dict[str, str]:
    """What each port of a unit is connected to; several outputs stand side by side."""
    found = {"clk": "clk", "rst_n": "rst_n"}
    for signal in ("valid", "ready", "last", "data"):
        found |= {f"{port}_{signal}": f"{wire}_{signal}" for port, wire in unit.inputs.items()}
        made = [f"{wire}_{signal}" for wire in unit.outputs.values()]
        found[f"y_{signal}"] = f"{{{', '.join(reversed(made))}}}"
    for memory in unit.memories:
        for end in ("addr", "data"):
            found[f"{memory.name}_{end}"] = f"{unit.name}_{memory.name}_{end}"
    return found


def run_bench(program: Path, idle: int, stall: int, log: Path) -> Told:
    """Run the bench with idle sources and stalled sinks, in cycles of 256."""
    arguments = [f"+idle={idle}", f"+stall={stall}"]
    tools.run([program, *arguments], log, cwd=program.parents[1])
    told = Told()
    for line in log.read_text().splitlines():
        match = re.match(r"(\w+): (.*)", line)
        if not match:
            continue
        name, text = match.groups()
        if count := re.fullmatch(r"(\d+) errors", text):
            told.errors[name] = int(count[1])
        elif when := re.fullmatch(r"beat \d+ in cycle (\d+)", text):
            told.cycles.setdefault(name, []).append(int(when[1]))
        else:
            told.messages.setdefault(name, []).append(text)
    return told
