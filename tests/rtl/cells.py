"""Structural cells under test, and what they must do with graphs of random rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gengnn.design import Stream, Unit
from gengnn.passes.cells import resize_params
from tests.ops.cases import Codes
from tests.rtl.bench import Beats, Dut

ROWS = (5, 0, 1, 9, 9, 1, 0, 3, 9, 7, 2, 9)
"""Rows of the graphs that go through every cell."""

WIDTH = 9
"""Bits of a lane."""


def graphs(seed: int, lanes: int, rows: Sequence[int] = ROWS) -> list[Codes]:
    """Random graphs with `lanes` lanes per row."""
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 1 << WIDTH, (count, lanes)) for count in rows]


def cell(
    name: str,
    kernel: str,
    params: Mapping[str, int],
    inputs: Mapping[str, Sequence[Codes]],
    outputs: Mapping[str, Sequence[Codes]],
    lanes: Mapping[str, int],
) -> Dut:
    """A cell with the graphs of each port; `lanes` per beat of the ports that have several."""

    def beats(port: str, told: Sequence[Codes]) -> Beats:
        stream = Stream(f"{name}_{port}", lanes.get(port, 1), WIDTH, 1, False, 0)
        return Beats(stream, told)

    taken = {port: beats(port, told) for port, told in inputs.items()}
    given = {port: beats(port, told) for port, told in outputs.items()}
    read, made = ({p: entry.name for p, entry in side.items()} for side in (taken, given))
    unit = Unit(name, kernel, params, read, made)
    return Dut(unit, tuple(taken.values()), tuple(given.values()))


def cells() -> list[Dut]:
    """Every structural cell, in the shapes that differ inside."""
    same = {"reg": {}, "skid": {}, "fifo_2": {"Depth": 2}, "fifo_shallow": {"Depth": 21}}
    same |= {
        "fifo_deep": {"Depth": 41},
        "fifo_ultra": {"Depth": 41, "Style": 3},
        "fifo_spare": {"Depth": 1},
    }
    found = []
    for seed, (name, params) in enumerate(same.items()):
        told = graphs(seed, 3)
        width = {"Width": 3 * WIDTH, **params}
        kernel = name.partition("_")[0]
        found.append(cell(name, kernel, width, {"x": told}, {"y": told}, {"x": 3, "y": 3}))
    joints = [_fork(), _merge(1), _merge(60), _turn()]
    return [*found, *_wide(), *_replays(), *joints, *_resizes(), *_fits()]


def _wide() -> list[Dut]:
    """Rows that are kept in parts: every 480 bits, and every 4032 in block RAM."""
    found = []
    for name, lanes, params in (
        ("reg_wide", 60, {}),
        *((f"fifo_wide_{depth}", 60, {"Depth": depth}) for depth in (1, 5, 41)),
        ("fifo_wide_70", 450, {"Depth": 70}),
    ):
        told, told_lanes = graphs(30 + len(found), lanes), {"x": lanes, "y": lanes}
        width = {"Width": lanes * WIDTH, **params}
        kernel = name.partition("_")[0]
        found.append(cell(name, kernel, width, {"x": told}, {"y": told}, told_lanes))
    return found


def _replays() -> list[Dut]:
    found = []
    for repeat in (1, 3):
        told = graphs(10 + repeat, 1)
        params = {"Width": WIDTH, "Depth": max(ROWS), "Repeat": repeat}
        many = [graph for graph in told for _ in range(repeat)]
        found.append(cell(f"replay_{repeat}", "replay", params, {"x": told}, {"y": many}, {}))
    return found


def _fork() -> Dut:
    """Port 0 in layer 0, port 1 in layers 1 and 2, port 2 in all."""
    told, fed = graphs(20, 1), (0b001, 0b110, 0b111)
    mask = sum(
        (fed[port] >> layer & 1) << layer * 3 + port for layer in range(3) for port in range(3)
    )
    params = {"Width": WIDTH, "Ports": 3, "Iters": 3, "Mask": mask}
    outputs = {
        f"y{port}": [graph for k, graph in enumerate(told) if layers >> k % 3 & 1]
        for port, layers in enumerate(fed)
    }
    return cell("fork", "fork", params, {"x": told}, outputs, {})


def _merge(lanes: int) -> Dut:
    """Three layers: one graph from a, then two from b."""
    told = graphs(21, lanes)
    inputs = {
        "a": [graph for k, graph in enumerate(told) if k % 3 == 0],
        "b": [graph for k, graph in enumerate(told) if k % 3],
    }
    params, every = {"Width": lanes * WIDTH, "Iters": 3}, dict.fromkeys("aby", lanes)
    return cell(f"merge_{lanes}", "merge", params, inputs, {"y": told}, every)


def _turn() -> Dut:
    """Four turns: two graphs from a, then two from b."""
    told = graphs(22, 2)
    inputs = {
        "a": [graph for k, graph in enumerate(told) if k % 4 < 2],
        "b": [graph for k, graph in enumerate(told) if k % 4 >= 2],
    }
    params = {"Width": 2 * WIDTH, "Own": 2, "Iters": 4}
    return cell("turn", "turn", params, inputs, {"y": told}, dict.fromkeys("aby", 2))


FITS = ((3, 5, 1, 1), (5, 3, 1, 1), (2, 4, 2, 3), (4, 2, 3, 2), (2, 2, 1, 3), (3, 2, 4, 1))
"""Lanes in and out, beats in and out."""


def fitted(told: Codes, fit: tuple[int, int, int, int]) -> Codes:
    """What rows of some beats are with lanes and beats left out, or zeros put in."""
    lanes_x, lanes_y, beats_x, beats_y = fit
    full = np.zeros((len(told), max(beats_x, beats_y), max(lanes_x, lanes_y)), dtype=np.int64)
    full[:, :beats_x, :lanes_x] = told.reshape(len(told), beats_x, lanes_x)
    return full[:, :beats_y, :lanes_y].reshape(len(told), beats_y * lanes_y)


def _fits() -> list[Dut]:
    found = []
    for seed, fit in enumerate(FITS):
        lanes_x, lanes_y, beats_x, _ = fit
        told = graphs(50 + seed, lanes_x * beats_x)
        params = dict(zip(("LanesX", "LanesY", "BeatsX", "BeatsY"), fit, strict=True))
        made, lanes = [fitted(graph, fit) for graph in told], {"x": lanes_x, "y": lanes_y}
        name = "fit_" + "_".join(map(str, fit))
        taken, given = {"x": told}, {"y": made}
        found.append(cell(name, "fit", {**params, "Width": WIDTH}, taken, given, lanes))
    return found


def _resizes() -> list[Dut]:
    found = []
    for seed, (lanes_x, lanes_y, features) in enumerate(
        (
            (2, 3, 6),
            (3, 2, 6),
            (2, 6, 12),
            (6, 2, 12),
            (1, 5, 5),
            (4, 6, 12),
            (4, 6, 24),
            (20, 60, 60),
            (60, 20, 60),
        )
    ):
        told = graphs(30 + seed, features)
        params = resize_params(lanes_x, lanes_y, WIDTH)
        name, lanes = f"resize_{lanes_x}_{lanes_y}_{features}", {"x": lanes_x, "y": lanes_y}
        found.append(cell(name, "resize", params, {"x": told}, {"y": told}, lanes))
    return found
