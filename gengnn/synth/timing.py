"""Timing of whole designs: the ways through each distinct unit, joined as the units are."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from gengnn import tools
from gengnn.emit.folder import write_text
from gengnn.emit.templates import render
from gengnn.errors import ToolError
from gengnn.progress import step
from gengnn.synth.paths import Delays, delays
from gengnn.synth.shapes import Shape

XILINX = (
    "read_verilog -lib -specify +/xilinx/cells_sim.v",
    "read_verilog -lib +/xilinx/cells_xtra.v",
    "synth_xilinx -family xcup -noiopad -noclkbuf -run prepare:check",
)
"""How the netlists are made whose cells are counted."""

BATCH = 12
"""Shapes per Yosys run."""

Point = tuple[str, str]
"""A unit and one of its ports."""


@dataclass(frozen=True)
class Chain:
    """A way through several units: the cells of it in each (unit, where), first to last."""

    steps: tuple[tuple[str, int], ...]

    @property
    def length(self) -> int:
        """Cells on the way."""
        return sum(cells for _, cells in self.steps)


def netlists(
    shapes: Mapping[str, Shape], sources: Sequence[Path], commands: Sequence[str], stem: Path
) -> Mapping[str, Path]:
    """The files of the flat netlists of library modules with their parameters, by name.

    They lie beside the script, whose file `stem` names.

    Raises:
        ToolError: Yosys is missing or failed.
    """
    units = [
        {"name": name, "module": shape.module, "params": shape.params}
        for name, shape in shapes.items()
    ]
    text = render(
        "rtl/timing_units.ys.j2",
        sources=[path.resolve() for path in sources],
        units=units,
        commands=commands,
    )
    _run(text, stem.with_suffix(".ys"))
    return {name: stem.with_name(f"{name}.json") for name in shapes}


def _run(text: str, script: Path, folder: Path | None = None) -> None:
    yosys = tools.yosys()
    if yosys is None:
        raise ToolError("Yosys was not found\n  pip install 'gengnn[synth]'")
    write_text(script, text)
    log = script.with_suffix(".log").resolve()
    tools.run([*yosys, str(script.resolve())], log, cwd=folder or script.parent)


def _top(path: Path) -> Mapping[str, Any]:
    """The top module of a netlist."""
    modules = json.loads(path.read_text(encoding="utf-8"))["modules"]
    found: Mapping[str, Any] = next(
        entry for entry in modules.values() if int(entry["attributes"].get("top", "0"), 2)
    )
    return found


class Ways:
    """The delays of library modules by shape, measured once and kept in `folder`."""

    def __init__(self, sources: Sequence[Path], folder: Path) -> None:
        """Take the files of the library."""
        folder.mkdir(parents=True, exist_ok=True)
        self.sources, self.folder = sources, folder
        self.texts = {path.stem: path.read_text(encoding="utf-8") for path in sources}

    def measure(self, shapes: Iterable[Shape]) -> dict[Shape, Delays]:
        """The delays of shapes.

        Raises:
            ToolError: Yosys is missing or failed, or there is a combinational loop.
        """
        places = {shape: self.place(shape, XILINX) for shape in shapes}
        todo = [shape for shape, place in places.items() if not place.is_file()]
        batches = [todo[start : start + BATCH] for start in range(0, len(todo), BATCH)]
        with step("timing of units", len(batches)) as advance:
            for batch in batches:
                self._run(batch)
                advance()
        return {shape: _read(place) for shape, place in places.items()}

    def place(self, shape: Shape, commands: Sequence[str]) -> Path:
        """The file for what is measured on the netlist that `commands` make of a shape."""
        digest = hashlib.sha256(f"{commands} {shape}".encode())
        for name in sorted(self._within(shape.module)):
            digest.update(self.texts[name].encode())
        return self.folder / f"ways_{digest.hexdigest()[:16]}.json"

    def _within(self, module: str) -> set[str]:
        """A module and all that it contains."""
        found, todo = set[str](), [module]
        while todo:
            name = todo.pop()
            if name not in found and name in self.texts:
                found.add(name)
                todo += re.findall(r"\bgg_\w+", self.texts[name])
        return found

    def _run(self, batch: Sequence[Shape]) -> None:
        names = {f"unit{number}": shape for number, shape in enumerate(batch)}
        files = netlists(names, self.sources, XILINX, self.folder / "units")
        for name, path in files.items():
            modules = json.loads(path.read_text(encoding="utf-8"))["modules"]
            found = delays(modules[name])
            entry = asdict(found) | {
                "shape": str(names[name]),
                "through": [[*ports, cells] for ports, cells in found.through.items()],
            }
            write_text(self.place(names[name], XILINX), json.dumps(entry, indent=1) + "\n")


def _read(path: Path) -> Delays:
    entry = json.loads(path.read_text(encoding="utf-8"))
    through = {(begin, end): cells for begin, end, cells in entry["through"]}
    return Delays(entry["inside"], entry["into"], entry["out"], through)


def joined(rtl: Path, top: str, family: str, stem: Path) -> Mapping[str, Any]:
    """How the units of a generated RTL project are joined: a netlist of them and of loose gates.

    Raises:
        ToolError: Yosys is missing or failed.
    """
    found = stem.with_suffix(".json").resolve()
    text = render(
        "rtl/timing_top.ys.j2",
        sources=sorted((rtl / "lib").resolve().glob("*.sv")),
        modules=sorted(path.name for path in rtl.glob("*.sv")),
        family=family,
        top=top,
        netlist=found,
    )
    _run(text, stem.with_suffix(".ys"), rtl)  # the memories name their contents from there
    return _top(found)


def shape_of(cell: Mapping[str, Any]) -> Shape:
    """The library module and the parameters of a cell of `joined`."""
    params = []
    for name, bits in cell["parameters"].items():
        if bits and set(bits) <= set("01"):
            is_plain = len(bits) == NUMBER_BITS and bits[0] == "0"
            told = str(int(bits, 2)) if is_plain else f"{len(bits)}'sb{bits}"
            params.append((name, told))
    return Shape(cell["type"], tuple(params))


NUMBER_BITS = 32
"""Bits of a parameter that is a plain number; a negative one is told bit by bit."""


def longest_chain(module: Mapping[str, Any], ways: Callable[[Shape], Delays]) -> Chain:
    """The longest way between registers of a netlist of units and loose gates.

    Raises:
        ToolError: units form a combinational loop.
    """
    return _Chains(module, ways).longest()


class _Chains:
    """The ports of all units: how far each is behind a register, and behind which port."""

    def __init__(self, module: Mapping[str, Any], ways: Callable[[Shape], Delays]) -> None:
        self.cells = module["cells"]
        self.ways = {
            name: _gate(cell) if cell["type"].startswith("LUT") else ways(shape_of(cell))
            for name, cell in self.cells.items()
            if not cell["type"].startswith("$")
        }
        makers = {bit: (name, pin) for name in self.ways for pin, bit in self._bits(name, "output")}
        self.before: dict[Point, set[Point]] = {}
        for name, found in self.ways.items():
            for pin, bit in self._bits(name, "input"):
                if bit in makers:
                    self.before.setdefault((name, pin), set()).add(makers[bit])
            for begin, end in found.through:
                self.before.setdefault((name, end), set()).add((name, begin))
        self.depth: dict[Point, int] = {}
        self.behind: dict[Point, Point] = {}

    def _bits(self, name: str, direction: str) -> Iterable[tuple[str, int]]:
        cell = self.cells[name]
        for pin, bits in cell["connections"].items():
            if cell["port_directions"][pin] == direction:
                yield from ((pin, bit) for bit in bits if isinstance(bit, int))

    def longest(self) -> Chain:
        try:
            order = tuple(TopologicalSorter(self.before).static_order())
        except CycleError as error:
            loop = " -> ".join(".".join(point) for point in error.args[1])
            raise ToolError(f"units form a combinational loop: {loop}") from error
        for point in order:
            self._reach(point)
        ends = [
            (self.depth[name, pin] + cells, (name, pin))
            for name, found in self.ways.items()
            for pin, cells in found.into.items()
            if (name, pin) in self.depth
        ]
        inside = [(found.inside, (name, "")) for name, found in self.ways.items()]
        length, last = max([*ends, *inside])
        return self._chain(last, length)

    def _reach(self, point: Point) -> None:
        """The longest way from a register to a port."""
        name, pin = point
        found = self.ways[name]
        choices = [(found.out[pin], point)] if pin in found.out else []
        for before in self.before.get(point, ()):
            if before in self.depth:
                inner = found.through.get((before[1], pin), 0) if before[0] == name else 0
                choices.append((self.depth[before] + inner, before))
        if choices:
            self.depth[point], self.behind[point] = max(choices)

    def _chain(self, last: Point, length: int) -> Chain:
        steps, point = [(last, length - self.depth.get(last, 0))], last
        while point in self.depth:
            behind = self.behind[point]
            before = self.depth[behind] if behind != point else 0
            steps.append((point, self.depth[point] - before))
            if behind == point:
                break
            point = behind
        told = [(f"{name}.{pin}", cells) for (name, pin), cells in reversed(steps) if cells]
        return Chain(tuple(told))


def _gate(cell: Mapping[str, Any]) -> Delays:
    """A loose gate: one cell."""
    inputs = [pin for pin, way in cell["port_directions"].items() if way == "input"]
    outputs = [pin for pin, way in cell["port_directions"].items() if way == "output"]
    return Delays(0, {}, {}, {(begin, end): 1 for begin in inputs for end in outputs})
