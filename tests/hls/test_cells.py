"""The structural cells pass rows on unchanged: which, how often, to whom, in what beats."""

from __future__ import annotations

import numpy as np
import pytest

from gengnn.design import Stream, Unit
from gengnn.simulate.beats import Codes
from tests.hls.bench import run_units

FEATURES, WIDTH, GRAPHS, ITERS = 12, 9, 6, 3
RESIZES = ((12, 4), (4, 12), (12, 1), (1, 12), (4, 6), (6, 4), (3, 3))
MASK = 0b10_01_11
"""Layer 0 feeds both ports of the fork, layer 1 port 0, layer 2 port 1."""


def stream(name: str, lanes: int = FEATURES) -> Stream:
    return Stream(name, lanes, WIDTH, FEATURES // lanes, True, 0)


def units() -> list[tuple[Unit, int]]:
    """Every unit and the number of graphs it is called for."""
    found = [
        (Unit(f"resize{x}_{y}", "resize", {}, {"x": f"x{x}_{y}"}, {"y": f"y{x}_{y}"}), GRAPHS)
        for x, y in RESIZES
    ]
    replay = Unit(
        "replay", "replay", {"Depth": 60, "Repeat": 3}, {"x": "replay_x"}, {"y": "replay_y"}
    )
    ports = {"y0": "fork_y0", "y1": "fork_y1"}
    params = {"Ports": 2, "Iters": ITERS, "Mask": MASK}
    fork = Unit("fork", "fork", params, {"x": "fork_x"}, ports)
    ends = {"b": "merge_b", "a": "merge_a"}
    merge = Unit("merge", "merge", {"Iters": ITERS}, ends, {"y": "merge_y"})
    some = Unit(
        "some", "resize", {"Iters": ITERS, "Layers": 0b011}, {"x": "some_x"}, {"y": "some_y"}
    )
    return [*found, (replay, GRAPHS), (fork, GRAPHS), (merge, GRAPHS), (some, GRAPHS)]


def graphs(seed: int, count: int = GRAPHS) -> list[Codes]:
    rng = np.random.default_rng(seed)
    return [rng.integers(-256, 256, (rows, FEATURES)) for rows in (3, 0, 5, 1, 0, 2)[:count]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Codes]]:
    lanes = {f"x{x}_{y}": x for x, y in RESIZES} | {f"y{x}_{y}": y for x, y in RESIZES}
    lanes |= {"replay_x": 4, "replay_y": 4, "some_y": 4}
    wires = [w for unit, _ in units() for w in (*unit.inputs.values(), *unit.outputs.values())]
    streams = {wire: stream(wire, lanes.get(wire, FEATURES)) for wire in wires}
    stimuli = {wire: graphs(1) for wire in wires}
    stimuli |= {"merge_a": graphs(2, 2), "merge_b": graphs(3, 4), "some_x": graphs(1, 4)}
    return run_units(units(), streams, stimuli, tmp_path_factory.mktemp("cells"))


def same(got: list[Codes], expected: list[Codes]) -> None:
    assert len(got) == len(expected)
    for rows, told in zip(got, expected, strict=True):
        np.testing.assert_array_equal(rows, told)


@pytest.mark.parametrize(("x", "y"), RESIZES)
def test_resize_keeps_the_rows(x: int, y: int, results: dict[str, list[Codes]]) -> None:
    same(results[f"y{x}_{y}"], graphs(1))


def test_resize_skips_layers_that_bring_nothing(results: dict[str, list[Codes]]) -> None:
    same(results["some_y"], graphs(1, 4))


def test_replay_repeats_every_graph(results: dict[str, list[Codes]]) -> None:
    same(results["replay_y"], [rows for rows in graphs(1) for _ in range(3)])


def test_fork_feeds_the_ports_of_the_layer(results: dict[str, list[Codes]]) -> None:
    sent = graphs(1)
    same(results["fork_y0"], [sent[i] for i in (0, 1, 3, 4)])
    same(results["fork_y1"], [sent[i] for i in (0, 2, 3, 5)])


def test_merge_takes_the_first_layer_from_a(results: dict[str, list[Codes]]) -> None:
    a, b = graphs(2, 2), graphs(3, 4)
    same(results["merge_y"], [a[0], b[0], b[1], a[1], b[2], b[3]])
