"""Runs C++ kernels on rows of codes, all units of a test in one program."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gengnn import tools
from gengnn.design import Design, Stream, Unit
from gengnn.emit import hls
from gengnn.emit.hls_units import HlsUnits
from gengnn.emit.templates import render, resource
from gengnn.ir import Graph
from gengnn.simulate.beats import Codes
from gengnn.simulate.csim import parse_trace

PROGRAM = """\
#include <fstream>
{includes}
#include "units.hpp"
{weights}
template <class T>
void take(hls::stream<T>& stream, std::istream& in) {{
  long long beats, code;
  in >> beats;
  for (long long i = 0; i < beats; ++i) {{
    T beat = gg::end_token<T>();
    in >> beat.last;
    for (int lane = 0; lane < T::Lanes && !beat.last; ++lane) {{
      in >> code;
      beat.lane[lane] = code;
    }}
    stream.write(beat);
  }}
}}

int main(int, char** argv) {{
  std::ifstream in(argv[1]);
  std::ofstream out(argv[2]);
{streams}
{takes}
  hls::trace::out = &out;
{calls}
}}
"""


def warnings() -> list[str]:
    """The warning flags that the project's Makefile compiles with."""
    makefile = resource("templates") / "hls" / "project" / "Makefile"
    joined = makefile.read_text().replace("\\\n", " ")
    return re.findall(r"^WARNINGS := (.*)$", joined, flags=re.MULTILINE)[0].split()


def run_units(
    units: Sequence[tuple[Unit, int]],
    streams: Mapping[str, Stream],
    stimuli: Mapping[str, Sequence[Codes]],
    folder: Path,
) -> dict[str, list[Codes]]:
    """What every output stream carried, graph by graph.

    `units` tells how many graphs each is called for; call k is layer k modulo its Iters.
    `stimuli` has the rows [rows, features] of each graph for every input stream.
    """
    design = _design([unit for unit, _ in units], streams)
    text = HlsUnits(design)
    (folder / "weights").mkdir()
    configs = render("hls/units.hpp.j2", design="", digest="", units=text.configs())
    (folder / "units.hpp").write_text(configs)
    for unit in (unit for unit in design.units if unit.memories):
        (folder / "weights" / f"{unit.name}.hpp").write_text(hls.weights_text(unit))
    (folder / "main.cpp").write_text(_program(text, [count for _, count in units]))
    wires = [wire for unit, _ in units for wire in unit.inputs.values()]
    (folder / "in.txt").write_text("".join(_beats(streams[w], stimuli[w]) for w in wires))
    _compile(folder)
    tools.run([folder / "kernels", "in.txt", "out.txt"], folder / "run.log", cwd=folder)
    return parse_trace(design, (folder / "out.txt").read_text())


def _design(units: list[Unit], streams: Mapping[str, Stream]) -> Design:
    """All units side by side, each a loop of its own so that it is given its layer."""
    loops = tuple(unit.params.get("Iters", 1) for unit in units)
    placed = tuple(replace(unit, loop=number) for number, unit in enumerate(units))
    graph = Graph({}, (), (), (), {})
    return Design("kernels", "none", 300.0, graph, streams, placed, loops, (), (), 64)


def _program(text: HlsUnits, calls: Sequence[int]) -> str:
    wires = [wire for unit in text.units for wire in unit.inputs.values()]
    loops = [
        f"  for (int call = 0; call < {count}; ++call) {{\n"
        f"    const int layer = call % {loop.layers}; (void)layer;\n{loop.calls[0].text}\n  }}"
        for loop, count in zip(text.loops(), calls, strict=True)
    ]
    return PROGRAM.format(
        includes="\n".join(f'#include "{k}.hpp"' for k in sorted({u.kernel for u in text.units})),
        weights="\n".join(f'#include "weights/{u.name}.hpp"' for u in text.units if u.memories),
        streams="\n".join(f"  {stream.declaration}" for stream in text.streams()),
        takes="\n".join(f"  take({text.variable(wire)}, in);" for wire in wires),
        calls="\n".join(loops),
    )


def _beats(stream: Stream, graphs: Sequence[Codes]) -> str:
    """The beats of an input stream: their number, then `last code code ...`."""
    beats = []
    for graph in graphs:
        rows = graph.reshape(-1, stream.lanes).tolist()
        beats += [" ".join(map(str, [0, *row])) for row in rows] + ["1"]
    return "\n".join([str(len(beats)), *beats]) + "\n"


def _compile(folder: Path) -> None:
    hls.copy_ap_types(folder / "ap_types")
    lib = resource("templates") / "hls"
    flags = ["-std=c++14", "-O1", *warnings(), "-I.", f"-I{lib / 'lib'}"]
    system = ["-isystem", lib / "csim", "-isystem", "ap_types"]
    command = ["g++", *flags, *system, "main.cpp", "-o", "kernels"]
    tools.run(command, folder / "compile.log", cwd=folder)
