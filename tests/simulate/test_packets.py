"""Packets are packed and read back bit for bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gengnn.design import Design, Field, RowLayout
from gengnn.errors import DataError, ToolError
from gengnn.fixed import FixedType
from gengnn.ir import Graph, Kind, Value
from gengnn.simulate.beats import Packets, join_packets, read_packets, write_packets
from gengnn.simulate.packets import (
    GraphCodes,
    pack_requests,
    pack_responses,
    request_rows,
    unpack_responses,
)

WIDTHS = {"x": 13, "batch": 3, "weight": 32, "y": 17, "z": 9}
LANES = {"x": 11, "batch": 1, "weight": 2, "y": 3, "z": 60}
SPACES = {"x": "nodes", "batch": "nodes", "weight": "edges", "y": "nodes", "z": "kept"}
SIGNED = {"x", "weight", "y", "z"}


def design_of(tdata: int) -> Design:
    values = tuple(
        Value(
            name,
            space,
            (LANES[name],),
            Kind.REAL if name in SIGNED else Kind.INDEX,
            type=FixedType(WIDTHS[name], 0, name in SIGNED),
        )
        for name, space in SPACES.items()
    )
    fields = {name: Field(name, name, LANES[name], WIDTHS[name]) for name in SPACES}
    layouts = (
        RowLayout("nodes", 20, (fields["x"], fields["batch"])),
        RowLayout("edges", 20, (fields["weight"],)),
        RowLayout("graphs", 4, (), "rows_graphs"),
    )
    results = tuple(RowLayout(SPACES[name], 20, (fields[name],)) for name in ("y", "z"))
    graph = Graph({}, values, (), ("y", "z"), {})
    return Design("d", "none", 300.0, graph, {}, (), (), layouts, results, tdata)


def codes_of(rng: np.random.Generator, rows: dict[str, int]) -> dict[str, np.ndarray]:
    """Random codes of every value; `rows` gives the rows of each space."""
    found = {}
    for name, space in SPACES.items():
        form = FixedType(WIDTHS[name], 0, name in SIGNED)
        found[name] = rng.integers(form.lo, form.hi, (rows[space], LANES[name]), endpoint=True)
    return found | {"rows_graphs": np.zeros((rows["graphs"], 0), dtype=np.int64)}


def random_graphs(count: int) -> list[GraphCodes]:
    rng = np.random.default_rng(3)
    sizes = [(5, 7, 1, 2), (0, 0, 1, 0), (1, 0, 2, 0), (20, 20, 4, 9)]
    names = ("nodes", "edges", "graphs", "kept")
    return [codes_of(rng, dict(zip(names, sizes[i % 4], strict=True))) for i in range(count)]


def as_integer(beats: np.ndarray) -> int:
    return int.from_bytes(beats.tobytes(), "little")


@pytest.mark.parametrize("tdata", [64, 128, 256, 512])
def test_request_holds_header_and_rows_in_order(tdata: int) -> None:
    design, graphs = design_of(tdata), random_graphs(8)
    packets = pack_requests(design, graphs)
    assert packets.count == 8
    for number, graph in enumerate(graphs):
        beats = list(packets.beats(number))
        header = as_integer(beats.pop(0))
        sizes = len(graph["x"]), len(graph["weight"]), len(graph["rows_graphs"])
        assert header == sizes[0] | sizes[1] << 21 | sizes[2] << 42
        for layout in design.layouts[:2]:
            for row in range(len(graph[layout.fields[0].value])):
                taken = [beats.pop(0) for _ in range(layout.beats(tdata))]
                assert as_integer(np.concatenate(taken)) == _row_bits(layout, graph, row)
        assert not beats


@pytest.mark.parametrize("tdata", [64, 128, 512])
def test_header_has_three_counts_in_every_word(tdata: int) -> None:
    """Rows of space i stand in word i / 3, at bit 21 * (i mod 3)."""
    design = replace(
        design_of(tdata), layouts=tuple(RowLayout(f"s{i}", 1 << 20, ()) for i in range(8))
    )
    counts = [3 * i + (i == 7) * ((1 << 21) - 100) for i in range(8)]
    graph = {f"rows_s{i}": np.zeros((rows, 0)) for i, rows in enumerate(counts)}
    beats = pack_requests(design, [graph]).beats(0)
    assert len(beats) == design.header_beats == {64: 3, 128: 2, 512: 1}[tdata]
    expected = sum(rows << 64 * (i // 3) + 21 * (i % 3) for i, rows in enumerate(counts))
    assert as_integer(beats) == expected


def _row_bits(layout: RowLayout, graph: GraphCodes, row: int) -> int:
    """The row as one number: fields from the lowest bit on, lane by lane."""
    total, position = 0, 0
    for entry in layout.fields:
        for code in graph[entry.value][row].tolist():
            total |= (code & ((1 << entry.width) - 1)) << position
            position += entry.width
    return total


@pytest.mark.parametrize("tdata", [64, 512])
def test_response_is_read_back(tdata: int) -> None:
    design, graphs = design_of(tdata), random_graphs(8)
    responses = pack_responses(design, graphs)
    answers = unpack_responses(design, responses, request_rows(design, graphs))
    for graph, answer in zip(graphs, answers, strict=True):
        assert (answer.status, answer.cycles) == (0, 0)
        for name in ("y", "z"):
            np.testing.assert_array_equal(answer.outputs[name], graph[name])


def test_error_and_cut_responses_have_no_outputs() -> None:
    design, graphs = design_of(64), random_graphs(3)
    packets = pack_responses(design, graphs)
    refused = np.zeros((1, 8), dtype=np.uint8)
    refused[0, [0, 4]] = 2, 77
    answers = join_packets([packets.beats(0), refused, packets.beats(2)[1:]])
    rows = request_rows(design, graphs)
    found = unpack_responses(design, answers, rows)
    assert [(r.status, r.cycles, bool(r.outputs)) for r in found] == [
        (0, 0, True),
        (2, 77, False),
        (0, 0, False),
    ]


def test_packet_file_is_read_back(tmp_path: Path) -> None:
    packets = pack_requests(design_of(128), random_graphs(8))
    write_packets(tmp_path / "packets.txt", packets)
    again = read_packets(tmp_path / "packets.txt", 128)
    np.testing.assert_array_equal(again.data, packets.data)
    np.testing.assert_array_equal(again.starts, packets.starts)
    line = (tmp_path / "packets.txt").read_text().splitlines()[0]
    assert line == f"0 {as_integer(packets.data[0]):032x}"


def test_cut_packet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "packets.txt"
    write_packets(path, pack_requests(design_of(64), random_graphs(1)))
    text = path.read_bytes()
    path.write_bytes(text[:-3])
    with pytest.raises(ToolError, match="does not hold beats of 64 bits"):
        read_packets(path, 64)
    path.write_bytes(text[: -(64 // 4 + 3)])
    with pytest.raises(ToolError, match="in the middle of a packet"):
        read_packets(path, 64)


def test_selected_packets_keep_their_beats() -> None:
    packets = pack_requests(design_of(64), random_graphs(5))
    some: Packets = packets.select([3, 0])
    np.testing.assert_array_equal(some.beats(0), packets.beats(3))
    np.testing.assert_array_equal(some.beats(1), packets.beats(0))
    assert some.last.sum() == 2


def test_missing_and_uneven_inputs_are_told() -> None:
    design, (graph, *_) = design_of(64), random_graphs(1)
    with pytest.raises(DataError, match="the graph has no weight"):
        pack_requests(design, [{"x": graph["x"], "batch": graph["batch"]}])
    with pytest.raises(DataError, match="rows of nodes differ: x 5, batch 4"):
        pack_requests(design, [{**graph, "batch": graph["batch"][:-1]}])


def test_packet_of_a_model_without_graphs_holds_one() -> None:
    graph = {k: v for k, v in random_graphs(1)[0].items() if k != "rows_graphs"}
    packet = pack_requests(design_of(64), [graph]).beats(0)
    assert as_integer(packet[0]) == 5 | 7 << 21 | 1 << 42
