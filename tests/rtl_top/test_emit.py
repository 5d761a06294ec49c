"""The generated RTL project: lint clean, readable, and the same bytes every time."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gengnn import tools
from gengnn.emit import sv
from gengnn.emit.cpp import COLUMNS
from gengnn.emit.rtl import library, top_name
from gengnn.emit.rtl_units import memory_texts, stage_module, stages
from gengnn.errors import GengnnError
from gengnn.ops.base import Memory
from tests.rtl_top import designs


def lint(project: Path, top: str, *sources: str) -> str:
    """What Verilator has against a module and all that it contains."""
    command = [str(tools.verilator()), "--lint-only", "-Wall", "--top-module", top]
    done = subprocess.run(
        [*command, "-f", "filelist.f", *sources],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stderr + (f"status {done.returncode}" if done.returncode else "")


@pytest.fixture(scope="module", params=["folded", "wide", "several"])
def project(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> designs.Project:
    made: designs.Project = getattr(designs, request.param)(tmp_path_factory.mktemp(request.param))
    return made


def test_design_and_bench_lint_without_a_warning(project: designs.Project) -> None:
    rtl = project.folder / "rtl"
    assert lint(rtl, top_name(project.design)) == ""
    bench = sorted(str(path.relative_to(rtl)) for path in (rtl / "sim").glob("gg_*.sv"))
    assert lint(rtl, "gg_bench", *bench) == ""


def test_two_builds_give_the_same_files(project: designs.Project, tmp_path: Path) -> None:
    names = {"gine": "folded"}
    again = getattr(designs, names.get(project.design.name, project.design.name))(tmp_path)
    one, two = (
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in (project.folder, again.folder)
    )
    assert one == two


def test_generated_code_fits_the_page(project: designs.Project) -> None:
    for path in (project.folder / "rtl").glob("*.sv"):
        for line in path.read_text().splitlines():
            assert len(line) <= COLUMNS, f"{path.name}: {line}"
            assert line == line.rstrip()


def test_every_unit_stands_under_its_comment(tmp_path: Path) -> None:
    made = designs.folded(tmp_path)
    text = "".join(path.read_text() for path in (tmp_path / "rtl").glob("gine_*.sv"))
    assert "  // up_0 x 3 layers: Linear: 16 lanes per row of nodes," in text
    for unit in made.design.units:
        assert f") u_{unit.name} (" in text
    loop = (tmp_path / "rtl" / "gine_loop0.sv").read_text()
    assert "Folded loop 0: 3 layers" in loop
    assert "u_head " not in loop


def test_only_the_library_in_use_is_copied(tmp_path: Path) -> None:
    designs.wide(tmp_path)
    copied = {path.stem for path in (tmp_path / "rtl" / "lib").iterdir()}
    assert {"gg_relu", "gg_gather", "gg_loader", "gg_fifo"} <= copied
    assert not {"gg_linear", "gg_dot", "gg_scatter"} & copied


def test_unknown_kernels_are_refused() -> None:
    with pytest.raises(GengnnError, match="no RTL module gg_nonsense"):
        library(["gg_nonsense"])


def test_words_of_a_memory_have_lane_0_in_the_low_bits() -> None:
    codes = np.array([[1, -1, 2], [-4, 3, 0]])
    assert memory_texts(Memory("weight", 3, codes)) == {"_000.mem": "0b9\n01c\n"}
    one = Memory("weight", 1, np.array([[1, 0, 1, 1, 1]]))
    assert memory_texts(one) == {"_000.mem": "1d\n"}
    many = Memory("weight", 1, np.repeat(np.arange(13) % 2, 100)[None])
    parts = {end: text.strip() for end, text in memory_texts(many).items()}
    assert {end: len(digits) for end, digits in parts.items()} == {
        "_000.mem": 120,
        "_001.mem": 120,
        "_002.mem": 85,
    }
    whole = int("".join(reversed(parts.values())), 16)
    assert [whole >> lane & 1 for lane in range(1300)] == many.codes[0].tolist()


def test_block_ram_reads_whole_words() -> None:
    codes = np.ones((65, 500), dtype=np.int64)
    deep = Memory("weight", 1, codes)
    assert memory_texts(deep) == {"_000.mem": f"{'f' * 125}\n" * 65}
    spread = {end: len(text) for end, text in memory_texts(deep.within(128)).items()}
    assert spread == {"_000.mem": 65 * 121, "_001.mem": 65 * 6}
    assert not replace(deep, is_summed=True).within(128).is_lut


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-5, "-5"),
        ((1 << 31) - 1, "2147483647"),
        (1 << 31, "32'h80000000"),
        (15 << 36, "64'hf000000000"),
    ],
)
def test_large_parameters_are_sized(value: int, text: str) -> None:
    assert sv.literal(value) == text


def test_long_concatenations_take_a_line_each() -> None:
    assert sv.concat(["a", "b"]) == "{b, a}"
    assert sv.concat(["first" * 10, "last" * 10]).splitlines()[1].strip() == "last" * 10 + ","


def test_two_copies_of_a_memory_share_the_ports(tmp_path: Path) -> None:
    made = designs.folded(tmp_path)
    unit = next(u for u in made.design.units if u.memories)
    memory = replace(unit.memories[0], copies=2)
    twin = replace(made.design, units=(replace(unit, memories=(memory,)),))
    module = stage_module(twin, stages(twin)[0])
    instances = module.sections[0].instances
    stem = f"u_{unit.name}_{memory.name}"
    assert [made_unit.name for made_unit in instances] == [
        f"{stem}_0",
        f"{stem}_1",
        f"u_{unit.name}",
    ]
    assert any(
        f"{stem}_data[{2 * memory.bits - 1}:{memory.bits}]" in pin for pin in instances[1].ports
    )
