"""RTL simulation of whole tops: outputs, errors, back-pressure, cycle counts, the bench itself."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from gengnn.errors import ToolError
from gengnn.reference import Sample
from gengnn.simulate.beats import Packets, join_packets, write_packets
from gengnn.simulate.compare import expected_outputs
from gengnn.simulate.cosim import (
    Drive,
    build_folder,
    compile_project,
    cosim,
    run_packets,
    run_test,
)
from gengnn.simulate.packets import pack_requests, pack_responses, sample_codes, unpack_responses
from gengnn.simulate.vectors import ship_vectors
from tests.odd_packets import odd_packets
from tests.rtl_top.designs import Project, degrees, folded, several, uneven, wide

pytestmark = pytest.mark.slow

DRIVES = [
    Drive(*flags, seed=seed) for seed, flags in enumerate(product((False, True), repeat=3), start=1)
]
"""Pauses or none, back-pressure or none, one graph at a time or back to back."""


def name_of(drive: Drive) -> str:
    told = {
        "pauses": drive.has_pauses,
        "back_pressure": drive.has_back_pressure,
        "overlap": not drive.one_at_a_time,
    }
    return "+".join(name for name, is_on in told.items() if is_on) or "plain"


@pytest.fixture(scope="module")
def gine(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return folded(tmp_path_factory.mktemp("gine"))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return wide(tmp_path_factory.mktemp("wide"))


@pytest.fixture(scope="module")
def spaces(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = several(tmp_path_factory.mktemp("several"))
    assert made.design.header_beats == 3
    return made


def molecule(nodes: int, src: list[int], dst: list[int]) -> Sample:
    rng = np.random.default_rng(nodes + len(src))
    return {
        "x": rng.integers(0, 5, (nodes, 2)),
        "src": np.array(src, dtype=np.int64),
        "dst": np.array(dst, dtype=np.int64),
        "edge_attr": rng.integers(0, 4, (len(src), 1)),
    }


ODD = {
    "no edges": molecule(7, [], []),
    "one node": molecule(1, [], []),
    "no nodes": molecule(0, [], []),
    "self-loops": molecule(3, [0, 1, 2, 2], [0, 1, 2, 2]),
    "duplicate edges": molecule(4, [1] * 9, [3] * 9),
    "isolated node": molecule(5, [0, 1, 3], [1, 0, 4]),
    "hub": molecule(20, [*range(1, 20), *[0] * 19], [*[0] * 19, *range(1, 20)]),
    "all edges into one": molecule(32, [k % 32 for k in range(64)], [31] * 64),
    "largest allowed": molecule(32, [(7 * k) % 32 for k in range(64)], [k % 32 for k in range(64)]),
}


def spoiled(project: Project, good: list[Sample]) -> tuple[Packets, list[int]]:
    """Every way to break a packet, each followed by a good one; and the statuses."""
    codes = sample_codes(project.design.graph, good)
    requests = pack_requests(project.design, codes)
    packets, statuses = [], []
    busiest = max(codes, key=lambda graph: sum(map(len, graph.values())))
    for number, (beats, status) in enumerate(odd_packets(project.design, busiest).values()):
        packets += [beats, requests.beats(number % len(good))]
        statuses += [status, 0]
    return join_packets(packets), statuses


@pytest.mark.parametrize("drive", DRIVES, ids=name_of)
def test_odd_graphs_equal_the_reference(gine: Project, drive: Drive) -> None:
    samples = [*ODD.values(), *gine.samples[:20]]
    found = cosim(gine.design, gine.folder, samples, drive=drive)
    names = [*ODD, *map(str, range(20))]
    assert found.mismatches == 0, names[found.graph]
    assert found.status == [0] * len(samples)


@pytest.fixture(scope="module")
def virtual(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return uneven(tmp_path_factory.mktemp("uneven"))


@pytest.mark.parametrize("drive", DRIVES, ids=name_of)
def test_uneven_layers_on_sorted_edges_equal_the_reference(virtual: Project, drive: Drive) -> None:
    samples = [*ODD.values(), *virtual.samples[:20]]
    found = cosim(virtual.design, virtual.folder, samples, drive=drive)
    names = [*ODD, *map(str, range(20))]
    assert found.mismatches == 0, names[found.graph]
    assert found.status == [0] * len(samples)


@pytest.mark.parametrize("drive", DRIVES, ids=name_of)
def test_results_in_every_space_equal_the_reference(rows: Project, drive: Drive) -> None:
    found = cosim(rows.design, rows.folder, rows.samples, drive=drive)
    assert found.mismatches == 0, found.graph


@pytest.mark.parametrize("drive", DRIVES, ids=name_of)
def test_rows_of_many_spaces_equal_the_reference(spaces: Project, drive: Drive) -> None:
    found = cosim(spaces.design, spaces.folder, spaces.samples, drive=drive)
    assert found.mismatches == 0, found.graph


@pytest.mark.parametrize("drive", DRIVES, ids=name_of)
@pytest.mark.parametrize("which", ["gine", "rows", "spaces"])
def test_bad_packets_are_answered_and_forgotten(
    which: str, drive: Drive, request: pytest.FixtureRequest
) -> None:
    project: Project = request.getfixturevalue(which)
    good = project.samples[:5]
    requests, statuses = spoiled(project, good)
    answers = run_packets(project.design, project.folder, requests, drive=drive).packets
    data = answers.data[answers.starts[1:] - 1]
    assert data[:, 0].tolist() == statuses
    assert not data[:, 1:4].any()
    expected = pack_responses(project.design, expected_outputs(project.design.graph, good))
    for number, status in enumerate(statuses):
        want = expected.beats(number // 2 % len(good))[:-1] if status == 0 else np.zeros((0,))
        assert answers.beats(number)[:-1].tolist() == want.tolist()


def test_an_empty_graph_may_have_surplus_beats(gine: Project) -> None:
    empty = pack_requests(gine.design, sample_codes(gine.design.graph, [ODD["no nodes"]])).beats(0)
    packets = join_packets([np.concatenate([empty] * 3), empty, np.concatenate([empty] * 2), empty])
    answers = run_packets(gine.design, gine.folder, packets).packets
    assert answers.data[answers.starts[1:] - 1, 0].tolist() == [4, 0, 4, 0]


def test_cycles_are_what_the_bus_sees(gine: Project) -> None:
    codes = sample_codes(gine.design.graph, gine.samples)
    answers = run_packets(gine.design, gine.folder, pack_requests(gine.design, codes))
    counts = {"nodes": np.array([len(graph["x"]) for graph in codes])}
    told = unpack_responses(gine.design, answers.packets, {**counts, "graphs": np.ones(len(codes))})
    assert [response.cycles for response in told] == answers.cycles.tolist()


def test_rows_pass_at_one_per_cycle(rows: Project) -> None:
    """A row of x is two bus beats: header, 32 in, 24 edges, 1 graph, then both results' words."""
    rng = np.random.default_rng(3)
    sample = {
        "x": rng.normal(size=(16, 40)),
        "spare": rng.integers(0, 5, (16, 2)),
        "src": rng.integers(0, 16, 24),
        "edge_attr": rng.normal(size=(24, 3)),
        "u": rng.normal(size=(1, 5)),
    }
    found = cosim(rows.design, rows.folder, [sample])
    words_in, words_out = 1 + 2 * 16 + 24 + 1, 2 * 16 + 2 * 24 + 1 + 1
    assert found.mismatches == 0
    assert found.cycles[0] <= words_in + words_out + 20


def test_edges_are_counted_at_one_per_cycle(tmp_path: Path) -> None:
    """An edge is one bus beat, and counts while the next one comes."""
    project = degrees(tmp_path)
    found = cosim(project.design, project.folder, project.samples)
    assert found.mismatches == 0
    assert found.cycles[1] - found.cycles[0] <= 80 + 10
    assert found.cycles[2] - found.cycles[1] == 320


def test_an_independent_axi_stream_model_agrees(gine: Project, tmp_path: Path) -> None:
    good = [*ODD.values()]
    requests, statuses = spoiled(gine, good)
    expected = pack_responses(gine.design, expected_outputs(gine.design.graph, good))
    answers = []
    for number, status in enumerate(statuses):
        refusal = np.zeros((1, gine.design.tdata // 8), dtype=np.uint8)
        refusal[0, 0] = status
        answers.append(refusal if status else expected.beats(number // 2 % len(good)))
    write_packets(tmp_path / "frames.txt", requests)
    write_packets(tmp_path / "expected.txt", join_packets(answers))
    plusargs = [f"+{name}={tmp_path / name}.txt" for name in ("frames", "expected")]
    run_test(gine.folder, "test_axis", plusargs)


def test_shipped_vectors_run_without_gengnn(gine: Project) -> None:
    ship_vectors(gine.design, gine.folder, gine.samples[:4])
    plusargs = ["--golden", str(gine.folder / "rtl" / "tb" / "golden.txt")]
    packets = gine.folder / "rtl" / "tb" / "packets.txt"
    run_test(gine.folder, "test_packets", [*plusargs, f"+packets={packets}"])


def test_a_hanging_design_is_a_clear_error(gine: Project) -> None:
    with pytest.raises(ToolError, match="the design hangs: no beat moves any more, 0 answers to"):
        cosim(gine.design, gine.folder, gine.samples[:1], drive=Drive(patience=100))


def test_the_simulation_is_compiled_once(gine: Project) -> None:
    program = compile_project(gine.folder) / "gg_bench"
    before = program.stat().st_mtime_ns
    compile_project(gine.folder)
    assert program.stat().st_mtime_ns == before


def test_waves_are_written(rows: Project) -> None:
    found = cosim(rows.design, rows.folder, rows.samples[:2], waves=True)
    assert found.mismatches == 0
    assert found.waves == build_folder(rows.folder, waves=True) / "dump.vcd"
    assert found.waves.stat().st_size > 0


def test_a_folder_without_rtl_is_refused(tmp_path: Path, gine: Project) -> None:
    with pytest.raises(ToolError, match="there is no RTL project"):
        cosim(gine.design, tmp_path, gine.samples[:1])
