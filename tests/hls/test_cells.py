"""The structural cells pass rows on unchanged: which, how often, to whom, in what beats."""

from __future__ import annotations

import numpy as np
import pytest

from gengnn.design import Stream, Unit
from gengnn.simulate.beats import Codes
from tests.hls.bench import run_units
from tests.rtl.cells import FITS, fitted

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
    ends = {"b": "turn_b", "a": "turn_a"}
    turn = Unit("turn", "turn", {"Iters": ITERS, "Own": 2}, ends, {"y": "turn_y"})
    fits = [_fit(fit) for fit in FITS]
    return [*found, *((unit, GRAPHS) for unit in (replay, fork, merge, turn, *fits))]


def _fit(fit: tuple[int, int, int, int]) -> Unit:
    name = "fit" + "_".join(map(str, fit))
    params = dict(zip(("LanesX", "LanesY", "BeatsX", "BeatsY"), fit, strict=True))
    return Unit(name, "fit", params, {"x": f"{name}_x"}, {"y": f"{name}_y"})


def graphs(seed: int, count: int = GRAPHS) -> list[Codes]:
    rng = np.random.default_rng(seed)
    return [rng.integers(-256, 256, (rows, FEATURES)) for rows in (3, 0, 5, 1, 0, 2)[:count]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Codes]]:
    lanes = {f"x{x}_{y}": x for x, y in RESIZES} | {f"y{x}_{y}": y for x, y in RESIZES}
    lanes |= {"replay_x": 4, "replay_y": 4}
    wires = [w for unit, _ in units() for w in (*unit.inputs.values(), *unit.outputs.values())]
    streams = {wire: stream(wire, lanes.get(wire, FEATURES)) for wire in wires}
    stimuli = {wire: graphs(1) for wire in wires}
    stimuli |= {"merge_a": graphs(2, 2), "merge_b": graphs(3, 4)}
    stimuli |= {"turn_a": graphs(2, 4), "turn_b": graphs(3, 2)}
    for fit in FITS:
        unit, (lanes_x, lanes_y, beats_x, beats_y) = _fit(fit), fit
        x, y = unit.inputs["x"], unit.outputs["y"]
        streams[x] = Stream(x, lanes_x, WIDTH, beats_x, True, 0)
        streams[y] = Stream(y, lanes_y, WIDTH, beats_y, True, 0)
        stimuli[x] = [rows[:, : lanes_x * beats_x] for rows in graphs(1)]
    return run_units(units(), streams, stimuli, tmp_path_factory.mktemp("cells"))


def same(got: list[Codes], expected: list[Codes]) -> None:
    assert len(got) == len(expected)
    for rows, told in zip(got, expected, strict=True):
        np.testing.assert_array_equal(rows, told)


@pytest.mark.parametrize(("x", "y"), RESIZES)
def test_resize_keeps_the_rows(x: int, y: int, results: dict[str, list[Codes]]) -> None:
    same(results[f"y{x}_{y}"], graphs(1))


def test_replay_repeats_every_graph(results: dict[str, list[Codes]]) -> None:
    same(results["replay_y"], [rows for rows in graphs(1) for _ in range(3)])


def test_fork_feeds_the_ports_of_the_layer(results: dict[str, list[Codes]]) -> None:
    sent = graphs(1)
    same(results["fork_y0"], [sent[i] for i in (0, 1, 3, 4)])
    same(results["fork_y1"], [sent[i] for i in (0, 2, 3, 5)])


def test_merge_takes_the_first_layer_from_a(results: dict[str, list[Codes]]) -> None:
    a, b = graphs(2, 2), graphs(3, 4)
    same(results["merge_y"], [a[0], b[0], b[1], a[1], b[2], b[3]])


def test_turn_takes_its_first_turns_from_a(results: dict[str, list[Codes]]) -> None:
    a, b = graphs(2, 4), graphs(3, 2)
    same(results["turn_y"], [a[0], a[1], b[0], a[2], a[3], b[1]])


@pytest.mark.parametrize("fit", FITS)
def test_fit_leaves_out_and_puts_in_zeros(
    fit: tuple[int, int, int, int], results: dict[str, list[Codes]]
) -> None:
    taken = [rows[:, : fit[0] * fit[2]] for rows in graphs(1)]
    same(results[_fit(fit).outputs["y"]], [fitted(rows, fit) for rows in taken])
