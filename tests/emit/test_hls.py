"""The generated HLS project: the same bytes every time, readable, and safe from hostile names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gengnn import tools
from gengnn.design import Design
from gengnn.emit import cpp, hls, hls_units
from gengnn.errors import GengnnError, ToolError
from gengnn.parts import part
from gengnn.passes.fold import fold
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.schedule import Budget, schedule
from tests.graphs import gine, molecules
from tests.hls.bench import warnings


@pytest.fixture(scope="module")
def design() -> Design:
    graph = quantize(fold(gine()), molecules(20), Precision.parse("auto"))
    rows = {"nodes": 10.0, "edges": 20.0, "graphs": 1.0}
    return schedule(graph, Budget(part("xcu50")), rows, "gine")


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_two_builds_give_the_same_files(design: Design, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        hls.emit_hls(design, tmp_path / name)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_generated_code_fits_the_page(design: Design, tmp_path: Path) -> None:
    hls.emit_hls(design, tmp_path)
    for path in [*(tmp_path / "hls" / "src").glob("*.?pp"), *(tmp_path / "hls").glob("*/*.?pp")]:
        for line in path.read_text().splitlines():
            assert len(line) <= cpp.COLUMNS, f"{path.name}: {line}"
            assert line == line.rstrip()


def test_every_unit_is_introduced_by_its_comment(design: Design, tmp_path: Path) -> None:
    hls.emit_hls(design, tmp_path)
    top = (tmp_path / "hls" / "src" / "gengnn_top.cpp").read_text()
    assert "  // up_0 x 3 layers: Linear: 16 lanes per row of nodes," in top
    for unit in design.units:
        called = f"gg::{unit.kernel}<u_{unit.name}>(" in top
        assert called == (unit.kernel != "fifo"), unit.name


def test_buffers_in_ultraram_are_told_to_the_tool(tmp_path: Path) -> None:
    graph = quantize(fold(gine()), molecules(20), Precision.parse("auto"))
    large = replace(graph, limits={"nodes": 1024, "edges": 2048, "graphs": 1})
    rows = {"nodes": 10.0, "edges": 20.0, "graphs": 1.0}
    short = Budget(replace(part("xcu50"), bram18=60), utilization=1.0, multipliers=100)
    deep = schedule(large, short, rows, "gine")
    assert deep.cost.uram > 0
    hls.emit_hls(deep, tmp_path)
    lines = (tmp_path / "hls" / "src" / "gengnn_top.cpp").read_text().splitlines()
    told = [number for number, line in enumerate(lines) if "impl=uram" in line]
    assert len(told) == sum(unit.cost.uram > 0 for unit in deep.units)
    for number in told:
        variable = lines[number].split("variable=")[1].split()[0]
        assert f"#pragma HLS STREAM variable={variable} depth=1025" in lines[number - 1]


def test_buffers_are_depths_of_streams(design: Design, tmp_path: Path) -> None:
    hls.emit_hls(design, tmp_path)
    top = (tmp_path / "hls" / "src" / "gengnn_top.cpp").read_text()
    assert "#pragma HLS STREAM variable=s_atoms_or_relu_0_to1 depth=33" in top
    assert "#pragma HLS STREAM variable=s_relu_0_to0 depth=33" in top


def test_what_a_unit_stores_waits_in_its_stream(design: Design, tmp_path: Path) -> None:
    """The kernel reads an index with its row: those of a whole graph may come before."""
    hls.emit_hls(design, tmp_path)
    top = (tmp_path / "hls" / "src" / "gengnn_top.cpp").read_text()
    units = hls_units.HlsUnits(design)
    stored = [
        unit.inputs[port]
        for unit in design.units
        for port in (unit.op.stored_ports if unit.op else ())
    ]
    assert stored
    texts = {text.variable: text for text in units.streams()}
    for wire in stored:
        text = texts[units.variable(wire)]
        assert text.depth == design.streams[wire].max_rows + 1
        assert f"#pragma HLS STREAM variable={text.variable} depth={text.depth}" in top


@pytest.mark.parametrize("name", ["mm2s", "s2mm"])
def test_data_movers_compile(design: Design, tmp_path: Path, name: str) -> None:
    hls.emit_hls(design, tmp_path)
    project = tmp_path / "hls"
    includes = ["-Isrc", "-Ilib", "-isystem", "csim", "-isystem", "csim/ap_types"]
    command = ["g++", "-std=c++14", "-fsyntax-only", *warnings(), *includes]
    tools.run([*command, f"vitis/{name}.cpp"], tmp_path / "log", cwd=project)


def test_headers_keep_their_notices(design: Design, tmp_path: Path) -> None:
    hls.emit_hls(design, tmp_path)
    headers = list((tmp_path / "hls" / "csim" / "ap_types").rglob("*.h"))
    assert len(headers) == len(hls.AP_TYPES)
    for path in headers:
        assert "Licensed under the Apache License, Version 2.0" in path.read_text()


def test_missing_headers_are_told(
    design: Design, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gengnn.tools.package_folder", lambda _: None)
    with pytest.raises(ToolError, match="pip install hls4ml"):
        hls.emit_hls(design, tmp_path)


def test_text_of_the_model_cannot_leave_its_comment(design: Design, tmp_path: Path) -> None:
    hostile = 'conv\n#include "/etc/passwd"\\\nint x; */ \r\x0bint y;'
    units = (replace(design.units[0], comment=hostile), *design.units[1:])
    hls.emit_hls(replace(design, units=units, name=hostile), tmp_path)
    for name, data in files(tmp_path / "hls" / "src").items():
        for line in data.decode().splitlines():
            if "passwd" in line or "int y" in line:
                assert line.lstrip().startswith("//"), f"{name}: {line}"
                assert not line.endswith("\\")


def test_unit_that_some_layers_do_not_feed_is_a_defect(design: Design, tmp_path: Path) -> None:
    units = tuple(
        replace(u, params={**u.params, "Mask": 1}) if u.name == "atoms_or_relu_0_fork" else u
        for u in design.units
    )
    with pytest.raises(GengnnError, match="x_j_0 would wait for rows"):
        hls.emit_hls(replace(design, units=units), tmp_path)


@pytest.mark.parametrize(
    ("value", "text"),
    [(5, "5"), (-7, "-7"), (1 << 31, f"{1 << 31}LL"), ((1 << 64) - 1, f"{(1 << 64) - 1}ULL")],
)
def test_literals_have_a_type_that_holds_them(value: int, text: str) -> None:
    assert cpp.literal(value) == text


def test_long_listing_is_broken_between_items() -> None:
    text = cpp.listing("call(", [f"argument_{i}" for i in range(20)], ");", 2)
    lines = text.splitlines()
    assert lines[0] == "  call("
    assert lines[-1].endswith("argument_19);")
    assert max(map(len, lines)) <= cpp.COLUMNS
