"""HLS: writes the C++ project of a design for Vitis HLS and for C-simulation with g++."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from gengnn import tools
from gengnn.design import Design, Unit
from gengnn.emit import hls_packets
from gengnn.emit.cpp import code_type, comment, identifier, one_line
from gengnn.emit.hls_units import HlsUnits, memory_name
from gengnn.emit.templates import render, resource
from gengnn.errors import ToolError
from gengnn.ops.base import Memory

FOLDER = "hls"
"""The folder of the project inside the output folder."""

AP_TYPES = (
    *("ap_common.h", "ap_decl.h", "ap_int.h", "ap_int_base.h", "ap_int_ref.h", "ap_int_special.h"),
    *("ap_fixed.h", "ap_fixed_base.h", "ap_fixed_ref.h", "ap_fixed_special.h"),
    "etc/ap_private.h",
)
"""The headers of Xilinx' ap_types (Apache-2.0) that C-simulation needs."""


@dataclass(frozen=True)
class MemoryText:
    """A constant array: its C type, its name, a line per word."""

    type: str
    name: str
    width: int
    lanes: int
    depth: int
    words: tuple[str, ...]


def emit_hls(design: Design, folder: Path) -> None:
    """Write the HLS project of `design` to `folder`/hls.

    Raises:
        ToolError: hls4ml, whose package ships the ap_types headers, is not installed.
    """
    project = folder / FOLDER
    templates = resource("templates") / "hls"
    shutil.copytree(templates / "project", project)
    shutil.copytree(templates / "lib", project / "lib")
    shutil.copytree(templates / "csim", project / "csim")
    copy_ap_types(project / "csim" / "ap_types")
    (project / "src" / "weights").mkdir(parents=True)
    for name, text in _sources(design).items():
        (project / name).write_text(text, encoding="utf-8")


def _sources(design: Design) -> dict[str, str]:
    """The generated files by name."""
    units = HlsUnits(design)
    made = {"design": one_line(design.name), "digest": design.digest}
    weighted = [unit for unit in design.units if unit.memories]
    headers = [f"weights/{identifier(unit.name)}.hpp" for unit in weighted]
    kernels = sorted({f"{unit.kernel}.hpp" for unit in units.units})
    needed = [*kernels, "units.hpp", *headers]
    guards = units.guards()
    top = render(
        "hls/gengnn_top.cpp.j2",
        **made,
        part=design.part,
        clock_mhz=f"{design.clock_mhz:g}",
        includes=[*needed, "turns.hpp"] if guards else needed,
        loops=units.loops(),
        streams=units.streams(),
        calls=units.calls(),
        layouts=hls_packets.layouts(design),
        receiver=hls_packets.receiver(design),
        senders=hls_packets.senders(design, units),
        writer=hls_packets.writer(design, units),
    )
    interface = render(
        "hls/gengnn_top.hpp.j2",
        **made,
        bus=design.tdata,
        fields=hls_packets.fields(design),
        layouts=hls_packets.layouts(design),
        all_layouts=hls_packets.all_layouts(design),
        results=hls_packets.results(design),
    )
    clock_ns = f"{1000 / design.clock_mhz:.4g}"
    told = render("hls/turns.hpp.j2", **made, includes=["gengnn_top.hpp", *needed], guards=guards)
    return {
        "src/gengnn_top.cpp": top,
        **({"src/turns.hpp": told} if guards else {}),
        "src/gengnn_top.hpp": interface,
        "src/units.hpp": render("hls/units.hpp.j2", **made, units=units.configs()),
        "project.tcl": render("hls/project.tcl.j2", **made, part=design.part, clock_ns=clock_ns),
        **{f"src/{name}": weights_text(unit) for name, unit in zip(headers, weighted, strict=True)},
    }


def weights_text(unit: Unit) -> str:
    """The constant arrays of a unit."""
    memories = [_memory(unit, memory) for memory in unit.memories]
    return render("hls/weights.hpp.j2", comment=comment(unit.comment), memories=memories)


def _memory(unit: Unit, memory: Memory) -> MemoryText:
    words = ("{" + ", ".join(map(str, word)) + "}," for word in memory.codes.tolist())
    name = memory_name(unit, memory.name)
    kind = code_type(memory.width)
    return MemoryText(kind, name, memory.width, memory.lanes, memory.depth, tuple(words))


def copy_ap_types(target: Path) -> None:
    """Copy the headers, each with its own notice, from the hls4ml package."""
    package = tools.package_folder("hls4ml")
    if package is None:
        raise ToolError(
            "cannot find the ap_types headers, which the hls4ml package ships\n"
            "  install it: pip install hls4ml"
        )
    source = package / "templates" / "vivado" / "ap_types"
    (target / "etc").mkdir(parents=True)
    for name in AP_TYPES:
        shutil.copyfile(source / name, target / name)
