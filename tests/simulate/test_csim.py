"""C-simulation of whole designs equals the reference, and tells where it does not."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gengnn.design import Design
from gengnn.emit.hls import emit_hls
from gengnn.errors import ToolError
from gengnn.ir import Graph, Space
from gengnn.parts import part
from gengnn.passes.fold import fold
from gengnn.passes.order import order_rows
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.schedule import Budget, schedule
from gengnn.reference import Sample
from gengnn.simulate.beats import join_packets
from gengnn.simulate.csim import compile_project, csim, run_packets
from gengnn.simulate.packets import pack_requests, sample_codes
from gengnn.simulate.vectors import ship_vectors
from tests.graphs import Builder, gine, make, molecules, several_samples, several_spaces, virtual
from tests.odd_packets import odd_packets


@dataclass(frozen=True)
class Built:
    design: Design
    folder: Path
    samples: list[Sample]


def self_loops() -> Graph:
    """Edges that are no self-loops, then one loop per node; results in two spaces."""
    rng = np.random.default_rng(4)
    build = Builder()
    keep = build("keep", make("Compare", "ne"), "src", "dst")
    own = build("own", make("Iota"), "rows_nodes")
    for end in ("src", "dst"):
        kept = build(f"{end}_kept", make("Filter", "kept"), end, keep)
        build(f"{end}_all", make("ConcatRows", "both"), kept, own)
    column = build("column", make("Slice", 0, 1), "x")
    x = build("atoms", make("Embedding"), column, table=rng.normal(size=(5, 6)))
    ends = [build(f"x_{i}", make("Gather"), x, f"{i}_all") for i in ("src", "dst")]
    pair = build("pair", make("Concat"), *ends)
    weight = rng.normal(size=(8, 12))
    message = build("message", make("Linear"), pair, weight=weight, bias=rng.normal(size=8))
    most = build("most", make("Scatter", "max"), message, "dst_all", "rows_nodes")
    gate = build("gate", make("Table", "sigmoid"), most)
    wide = build("wide", make("Linear"), x, weight=rng.normal(size=(8, 6)))
    leaky = build("leaky", make("LeakyRelu", 0.2), wide)
    outputs = build("out", make("Mul"), gate, leaky), message
    made = (("kept", "filter", "edges"), ("both", "concat", "kept", "nodes"))
    spaces = {name: Space(name) for name in ("nodes", "edges", "graphs")}
    spaces |= {name: Space(name, kind, tuple(parents)) for name, kind, *parents in made}
    limits = {"nodes": 32, "edges": 64, "graphs": 1}
    return Graph(spaces, build.inputs, tuple(build.nodes), outputs, build.params, limits).verify()


def built(
    graph: Graph, folder: Path, name: str, samples: Sequence[Sample] = tuple(molecules(60))
) -> Built:
    quantized = quantize(graph, samples, Precision.parse("auto"))
    rows = {"nodes": 10.0, "edges": 20.0, "graphs": 1.0}
    design = schedule(quantized, Budget(part("xcu50"), multipliers=64), rows, name)
    emit_hls(design, folder)
    return Built(design, folder, list(samples))


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Built:
    made = built(fold(gine()), tmp_path_factory.mktemp("gine"), "gine")
    assert made.design.loops == (3,)
    return made


@pytest.fixture
def copied(folded: Built, tmp_path: Path) -> Built:
    """The folded project in a folder that the test may change."""
    compile_project(folded.folder)
    shutil.copytree(folded.folder / "hls", tmp_path / "hls")
    return Built(folded.design, tmp_path, folded.samples)


def test_folded_design_equals_reference(folded: Built) -> None:
    result = csim(folded.design, folded.folder, folded.samples)
    assert (result.mismatches, result.difference) == (0, None)
    assert set(result.status) == {0}
    assert len(result.outputs) == len(folded.samples)


def test_uneven_layers_on_sorted_edges_equal_reference(tmp_path: Path) -> None:
    made = built(fold(order_rows(virtual(), molecules(60))), tmp_path, "uneven")
    assert made.design.loops == (5,)
    result = csim(made.design, made.folder, made.samples)
    assert (result.mismatches, result.difference) == (0, None)


def test_filtered_and_joined_spaces_equal_reference(tmp_path: Path) -> None:
    made = built(self_loops(), tmp_path, "loops")
    result = csim(made.design, made.folder, made.samples)
    assert (result.mismatches, result.difference) == (0, None)


def test_order_of_edges_does_not_matter(folded: Built) -> None:
    rng = np.random.default_rng(5)
    permuted = []
    for sample in folded.samples:
        order = rng.permutation(len(sample["src"]))
        moved = {k: v[order] for k, v in sample.items() if k != "x"}
        permuted.append({"x": sample["x"], **moved})
    first, second = (csim(folded.design, folded.folder, s) for s in (folded.samples, permuted))
    for before, after in zip(first.outputs, second.outputs, strict=True):
        np.testing.assert_array_equal(before["head"], after["head"])


def test_seven_spaces_and_their_odd_packets(tmp_path: Path) -> None:
    made = built(several_spaces(), tmp_path, "several", several_samples(40))
    assert csim(made.design, made.folder, made.samples).mismatches == 0
    assert made.design.header_beats == 3
    check_odd_packets(made, 0, 16, 38)


def test_odd_packets_are_refused_and_the_next_graph_is_right(folded: Built) -> None:
    check_odd_packets(folded, 1, 10, 2)


def check_odd_packets(made: Built, place: int, ways: int, beats: int) -> None:
    """Spoil one graph in so many ways, each followed by the good one, answered in `beats`."""
    codes = sample_codes(made.design.graph, made.samples[place : place + 1])
    good = pack_requests(made.design, codes).beats(0)
    odd = odd_packets(made.design, codes[0])
    assert len(odd) == ways
    packets = [beats for spoiled, _ in odd.values() for beats in (spoiled, good)]
    answers = run_packets(made.design, made.folder, join_packets([good, *packets]))
    right = answers.beats(0)
    assert len(right) == beats
    for number, (name, (_, status)) in enumerate(odd.items()):
        refused = answers.beats(1 + 2 * number)
        assert (name, len(refused), refused[0, 0]) == (name, 1, status)
        np.testing.assert_array_equal(answers.beats(2 + 2 * number), right)


def test_first_difference_is_found_inside_a_folded_layer(copied: Built) -> None:
    weights = copied.folder / "hls" / "src" / "weights" / "down_0.hpp"
    text = weights.read_text()
    words = re.findall(r"\{([-\d, ]+)\},", text)
    steps = len(words) // 3
    changed = ", ".join("0" for _ in words[-1].split(","))
    head, _, tail = text.partition("down_0_bias")
    spot = head.rindex(words[steps]) if words[steps] in head else -1
    assert spot >= 0
    weights.write_text(
        head[:spot] + changed + head[spot + len(words[steps]) :] + "down_0_bias" + tail
    )
    result = csim(copied.design, copied.folder, copied.samples)
    assert result.mismatches > 0
    assert result.difference is not None
    assert re.fullmatch(
        r"down_1 \(down_1\): row \d+ of nodes, lane \d+: expected -?\d+, got -?\d+",
        str(result.difference),
    )


def test_make_csim_needs_no_python_and_sees_a_wrong_answer(copied: Built) -> None:
    ship_vectors(copied.design, copied.folder, copied.samples[:5])
    project = copied.folder / "hls"
    command = ["make", "-s", "csim"]
    good = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    assert "5 packets, 0 mismatches" in good.stdout
    golden = project / "tb" / "golden.txt"
    golden.write_text(golden.read_text().replace("0 0000", "0 1000", 1))
    bad = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert bad.returncode != 0
    assert "packet 0, beat 0: expected 0 1000" in bad.stdout


def test_project_is_compiled_once(copied: Built) -> None:
    program = compile_project(copied.folder)
    first = program.stat().st_mtime_ns
    assert compile_project(copied.folder).stat().st_mtime_ns == first


def test_compile_error_is_shown(copied: Built) -> None:
    source = copied.folder / "hls" / "src" / "units.hpp"
    source.write_text(source.read_text() + 'static_assert(false, "spoiled");\n')
    with pytest.raises(
        ToolError, match=r"make ended with status 2(.|\n)*log: .*compile.log"
    ) as error:
        csim(copied.design, copied.folder, copied.samples)
    assert "spoiled" in str(error.value)


def test_missing_compiler_is_told(
    folded: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emit_hls(folded.design, tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ToolError, match="C-simulation needs make"):
        csim(folded.design, tmp_path, folded.samples)


def test_folder_without_project_is_told(folded: Built, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no HLS project"):
        csim(folded.design, tmp_path, folded.samples)
