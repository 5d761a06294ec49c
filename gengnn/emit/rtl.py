"""RTL: writes the SystemVerilog project of a design, with its library, weights and test bench."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from gengnn.design import Design
from gengnn.emit import rtl_packets
from gengnn.emit.cpp import comment, identifier
from gengnn.emit.rtl_units import (
    Stage,
    declare_streams,
    memory_stem,
    memory_texts,
    stage_instance,
    stage_module,
    stages,
)
from gengnn.emit.sv import Module, Section, ports
from gengnn.emit.templates import render, resource
from gengnn.errors import GengnnError

FOLDER = "rtl"
"""The folder of the project inside the output folder."""

BENCH = (
    *("run.py", "test_packets.py", "test_axis.py", "gg_bench.vlt"),
    *("gg_pauses.sv", "gg_source.sv", "gg_sink.sv", "gg_watch.sv"),
)
"""The files of the test bench that are the same for every design."""


def emit_rtl(design: Design, folder: Path) -> None:
    """Write the RTL project of `design` to `folder`/rtl."""
    project = folder / FOLDER
    for name in ("lib", "weights", "sim"):
        (project / name).mkdir(parents=True)
    parts = stages(design)
    modules = (*(stage_module(design, stage) for stage in parts), top(design, parts))
    used = library(f"gg_{unit.kernel}" for unit in design.units)
    for path in used:
        shutil.copyfile(path, project / "lib" / path.name)
    for unit in design.units:
        for memory in unit.memories:
            stem = memory_stem(unit, memory)
            for end, text in memory_texts(memory).items():
                (project / f"{stem}{end}").write_text(text, encoding="utf-8")
    for name in BENCH:
        shutil.copyfile(resource("sim") / name, project / "sim" / name)
    files = [*(f"lib/{path.name}" for path in used), *(f"{m.name}.sv" for m in modules)]
    for name, text in _texts(design, modules, files).items():
        (project / name).write_text(text, encoding="utf-8")


def top_name(design: Design) -> str:
    """The module with the AXI4-Stream ports."""
    return f"{identifier(design.name)}_top"


def library(modules: Iterable[str]) -> list[Path]:
    """The files of these library modules, of the packet units, and of all that they contain.

    Raises:
        GengnnError: a module has no file.
    """
    folder = resource("templates") / "rtl" / "lib"
    todo = [*PACKET_UNITS, *modules]
    found: dict[str, Path] = {}
    while todo:
        name = todo.pop()
        if name in found:
            continue
        path = folder / f"{name}.sv"
        if not path.is_file():
            raise GengnnError(f"there is no RTL module {name}: expected {path}")
        found[name] = path
        text = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
        words = re.findall(r"\bgg_\w+", text)
        todo += [word for word in words if (folder / f"{word}.sv").is_file()]
    return [found[name] for name in sorted(found)]


PACKET_UNITS = (
    *("gg_loader", "gg_loader_row", "gg_loader_check", "gg_loader_feed", "gg_fork"),
    *("gg_memory", "gg_status", "gg_writer", "gg_writer_rows"),
)
"""The library modules that the top and the memories of every design need."""


def top(design: Design, parts: Sequence[Stage]) -> Module:
    """The module that joins packets, stages and responses."""
    data = design.tdata
    signals = (
        ("input", "aclk", 1),
        ("input", "aresetn", 1),
        ("input", "s_axis_tvalid", 1),
        ("output", "s_axis_tready", 1),
        ("input", "s_axis_tlast", 1),
        ("input", "s_axis_tdata", data),
        ("output", "m_axis_tvalid", 1),
        ("input", "m_axis_tready", 1),
        ("output", "m_axis_tlast", 1),
        ("output", "m_axis_tkeep", data // 8),
        ("output", "m_axis_tdata", data),
    )
    border = {entry.stream for layout in design.results for entry in layout.fields}
    for layout in design.layouts:
        border |= {entry.stream for entry in layout.fields} | {layout.rows_stream}
    for stage in parts:
        border |= {*stage.taken, *stage.given}
    wires = [stream for name, stream in design.streams.items() if name in border]
    bodies = [
        Section(comment(stage.told, 2), instances=(stage_instance(design, stage),))
        for stage in parts
    ]
    return Module(
        top_name(design),
        "AXI4-Stream in and out: one packet per graph, one response per packet.",
        ports(signals),
        declare_streams(wires),
        (*rtl_packets.loader(design), *bodies, rtl_packets.writer(design)),
    )


def _texts(design: Design, modules: Iterable[Module], files: list[str]) -> dict[str, str]:
    """The generated files by name."""
    made = {"design": design.name, "digest": design.digest}
    name = top_name(design)
    return {
        **{f"{m.name}.sv": render("rtl/module.sv.j2", **made, module=m) for m in modules},
        "filelist.f": "".join(f"{file}\n" for file in files),
        "sim/gg_bench.sv": render("rtl/gg_bench.sv.j2", **made, top=name, tdata=design.tdata),
        "Makefile": render("rtl/Makefile.j2", **made, top=name),
    }
