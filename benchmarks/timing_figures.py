"""What is measured on each module of the library: ways, fan-out, and the frequency on an ECP5."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.narrow import narrowed
from gengnn.emit.folder import write_text
from gengnn.emit.templates import resource
from gengnn.errors import ToolError
from gengnn.ops import REGISTRY
from gengnn.synth.fanout import MAPPED, Load, largest_load
from gengnn.synth.nextpnr import ECP5, frequency
from gengnn.synth.paths import Delays
from gengnn.synth.shapes import Shape
from gengnn.synth.timing import Ways, netlists, shape_of

WIDEST = 12_000
"""Port bits of the widest shapes whose fan-out is measured: mapping wider ones takes too long."""

Top = Mapping[str, Any]
"""A joined top."""


@dataclass(frozen=True)
class Figures:
    """A module: how often it was measured, its longest ways, its fan-out and its frequency."""

    module: str
    count: int
    slowest: Shape
    ways: Delays
    load: Load | None = None
    mhz: str = "not run"


def library() -> list[Path]:
    """The files of the library."""
    return sorted((resource("templates") / "rtl" / "lib").glob("*.sv"))


def unmet(met: Iterable[Shape]) -> list[Shape]:
    """The kernels of all ops that no design has, with the parameters that stand in their files."""
    seen = {shape.module for shape in met}
    kernels = {f"gg_{op.kernel}" for op in REGISTRY.values()}
    return [Shape(module, ()) for module in sorted(kernels - seen)]


def units(tops: Iterable[Top]) -> dict[Shape, int]:
    """The distinct library modules of joined tops without what they hold, and their port bits."""
    found: dict[Shape, int] = {}
    for top in tops:
        for cell in top["cells"].values():
            if cell["type"].startswith("gg_"):
                shape = shape_of(cell)
                params = tuple((name, text) for name, text in shape.params if name != "Init")
                bits = sum(len(pins) for pins in cell["connections"].values())
                found[Shape(shape.module, params)] = bits
    return found


class Bench:
    """Measures modules; what was measured before is read from `folder`."""

    def __init__(self, folder: Path) -> None:
        """Take the library as it is."""
        self.sources, self.folder = library(), folder
        self.kept = Ways(self.sources, folder / "ways")
        self.ways: dict[Shape, Delays] = {}

    def measure(self, full: Mapping[Shape, int], is_short: bool) -> list[Figures]:
        """The figures of each module, longest way first; ways alone if `is_short`."""
        extra = unmet(full)
        shapes = sorted({narrowed(shape) for shape in full} | set(extra), key=str)
        self.ways |= self.kept.measure(shapes)
        found = [self._module(name, shapes) for name in sorted({s.module for s in shapes})]
        if not is_short:
            kept = [shape for shape in full if full[shape] <= WIDEST]
            widest = {shape.module: shape for shape in sorted(kept, key=lambda s: full[s])}
            found = [self._placed(entry, widest.get(entry.module)) for entry in found]
        return sorted(found, key=lambda entry: -entry.ways.longest)

    def _module(self, module: str, shapes: Sequence[Shape]) -> Figures:
        own = [shape for shape in shapes if shape.module == module]
        slowest = max(own, key=lambda shape: self.ways[shape].longest)
        return Figures(module, len(own), slowest, _worst([self.ways[shape] for shape in own]))

    def _placed(self, entry: Figures, widest: Shape | None) -> Figures:
        """The same with the frequency of its slowest shape and the fan-out of its widest one."""
        mhz = self._stored(entry.slowest, ECP5, self._frequency)
        told = self._stored(widest or entry.slowest, MAPPED, self._load)
        load = Load(told["pins"], told["net"])
        print(entry.module, mhz["mhz"], load.pins, load.net, file=sys.stderr, flush=True)
        return Figures(entry.module, entry.count, entry.slowest, entry.ways, load, mhz["mhz"])

    def _stored(
        self, shape: Shape, commands: Sequence[str], run: Callable[[Shape], dict[str, Any]]
    ) -> dict[str, Any]:
        place = self.kept.place(shape, commands)
        if not place.is_file():
            write_text(place, json.dumps({"shape": str(shape)} | run(shape), indent=1) + "\n")
        found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        return found

    def _frequency(self, shape: Shape) -> dict[str, Any]:
        try:
            mhz = frequency(self._netlist(shape, ECP5))
        except ToolError as error:
            return {"mhz": str(error).splitlines()[0]}
        return {"mhz": "no register" if mhz == float("inf") else f"{mhz:.0f}"}

    def _load(self, shape: Shape) -> dict[str, Any]:
        netlist = json.loads(self._netlist(shape, MAPPED).read_text(encoding="utf-8"))
        load = largest_load(netlist["modules"]["unit"])
        return {"pins": load.pins, "net": load.net}

    def _netlist(self, shape: Shape, commands: Sequence[str]) -> Path:
        return netlists({"unit": shape}, self.sources, commands, self.folder / "unit")["unit"]


def _worst(every: Sequence[Delays]) -> Delays:
    """The longest of each way of several shapes."""

    def most(parts: Iterable[Mapping[Any, int]]) -> dict[Any, int]:
        found: dict[Any, int] = {}
        for part in parts:
            for key, cells in part.items():
                found[key] = max(cells, found.get(key, 0))
        return found

    return Delays(
        max(entry.inside for entry in every),
        most(entry.into for entry in every),
        most(entry.out for entry in every),
        most(entry.through for entry in every),
    )
