"""Graphs and designs survive the disk, and a stored file can name no other class."""

from pathlib import Path

import numpy as np
import pytest

from gengnn.errors import ConfigError
from gengnn.fixed import FixedType, Overflow, Rounding
from gengnn.ir import Graph, Kind, Loop, Node, Param, Source, Space, Value
from gengnn.ops import REGISTRY
from gengnn.store import CLASSES, load, save


def graph() -> Graph:
    form = FixedType(12, 7, True, Rounding.TRN, Overflow.WRAP)
    x = Value("x", "nodes", (3,), type=FixedType(16, 8))
    y = Value("y", "nodes", (2,), type=form)
    linear, slope = REGISTRY["Linear"](), REGISTRY["LeakyRelu"](slope=0.1)
    nodes = (
        Node(linear, ("x",), y, {"weight": "w"}, Source("head.0", "model.py", 7)),
        Node(slope, ("y",), Value("z", "nodes", (2,), type=form)),
    )
    rows = Value("rows_nodes", "nodes", kind=Kind.ROWS, type=FixedType(1, 0, signed=False))
    weights = Param(np.arange(6.0).reshape(2, 3), FixedType(8, 3))
    loops = (Loop((("y",), ("z",))),)
    spaces = {"nodes": Space("nodes")}
    return Graph(spaces, (x, rows), nodes, ("z",), {"w": weights}, {"nodes": 5}, loops)


def test_graph_comes_back_as_it_was(tmp_path: Path) -> None:
    before = graph()
    save(before, tmp_path / "graph")
    after = load(tmp_path / "graph")
    assert str(after) == str(before)
    assert after.nodes == before.nodes
    assert after.inputs == before.inputs
    assert after.values == before.values
    assert after.loops == before.loops
    assert after.limits == before.limits
    assert after.params["w"].type == before.params["w"].type
    np.testing.assert_array_equal(after.params["w"].data, before.params["w"].data)


def test_equal_graphs_are_equal_files(tmp_path: Path) -> None:
    save(graph(), tmp_path / "a")
    save(graph(), tmp_path / "b")
    for suffix in (".json", ".npz"):
        first, second = (tmp_path / (name + suffix) for name in "ab")
        assert first.read_bytes() == second.read_bytes()


def test_every_op_can_be_stored() -> None:
    assert set(REGISTRY) <= set(CLASSES)
    assert all(CLASSES[name] is cls for name, cls in REGISTRY.items())


@pytest.mark.parametrize(
    "told", ['{"is": "Popen", "args": "id"}', '{"is": "Param"}', '{"is": "array", "of": "x"}', "{"]
)
def test_damaged_or_hostile_file_is_refused(tmp_path: Path, told: str) -> None:
    save(graph(), tmp_path / "graph")
    (tmp_path / "graph.json").write_text(told)
    with pytest.raises(ConfigError, match="build the project again"):
        load(tmp_path / "graph")


def test_array_file_must_hold_plain_arrays(tmp_path: Path) -> None:
    save(graph(), tmp_path / "graph")
    np.savez(tmp_path / "graph.npz", a0=np.array([graph()], dtype=object))  # a pickle
    with pytest.raises(ConfigError, match="cannot read"):
        load(tmp_path / "graph")
    (tmp_path / "graph.npz").write_bytes(b"PK\x03\x04 damaged")
    with pytest.raises(ConfigError, match="cannot read"):
        load(tmp_path / "graph")
