"""Data: every way in which a graph can fail to match the model gets an error that names it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch_geometric.data import Data

from gengnn.data import check_limits, load_data, samples_of
from gengnn.errors import DataError
from gengnn.ir import Graph
from tests.graphs import gine


@pytest.fixture(scope="module")
def graph() -> Graph:
    return gine()


def valid() -> Data:
    return Data(
        x=torch.tensor([[0, 4], [1, 2]]),
        edge_index=torch.tensor([[0, 1], [1, 0]]),
        edge_attr=torch.tensor([[0], [3]]),
    )


def test_edge_index_becomes_two_maps(graph: Graph) -> None:
    (sample,) = samples_of(graph, [valid()])
    assert sample["src"].tolist() == [0, 1]
    assert sample["dst"].tolist() == [1, 0]
    assert sample["x"].shape == (2, 2)


def test_arrays_by_input_name_are_taken_as_they_are(graph: Graph) -> None:
    (sample,) = samples_of(graph, [valid()])
    (again,) = samples_of(graph, [sample])
    assert all((again[name] == sample[name]).all() for name in sample)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"edge_attr": None}, "graph 0 has no 'edge_attr'"),
        ({"x": torch.rand(2, 2)}, "x is float32, expected integer"),
        ({"x": torch.zeros(2, 3, dtype=torch.int64)}, r"shape \[2, 3\], expected \[rows, 2\]"),
        ({"x": torch.full((2, 2), 5)}, "values 5 to 5, expected 0 <= value < 5"),
        ({"x": torch.full((2, 2), -1)}, "values -1 to -1"),
        ({"edge_index": torch.tensor([[0, 2], [1, 0]])}, "points at nodes row 2, but there are 2"),
        ({"edge_index": torch.tensor([0, 1])}, r"edge_index has shape \[2\], expected \[2, E\]"),
        ({"edge_attr": torch.tensor([[0]])}, "edge_attr has 1 rows and src has 2"),
    ],
)
def test_what_does_not_match_is_named(
    graph: Graph, change: dict[str, torch.Tensor | None], message: str
) -> None:
    data = valid()
    for name, value in change.items():
        data[name] = value
    with pytest.raises(DataError, match=message):
        samples_of(graph, [data])


def test_graphs_over_the_limit_are_refused(graph: Graph) -> None:
    small = replace(graph, limits={"nodes": 1, "edges": 8, "graphs": 1})
    with pytest.raises(DataError, match="2 nodes, the design takes 1"):
        check_limits(small, samples_of(graph, [valid()]))


def test_a_list_of_data_is_read_without_running_code(tmp_path: Path) -> None:
    path = tmp_path / "graphs.pt"
    torch.save([valid(), valid()], path)
    assert len(load_data(path)) == 2


class Hostile:
    """Unpickling this would run code."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit('code ran')",))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([Hostile()], "cannot read .* as graphs"),
        ({"a": 1}, "holds dict, not a list"),
        ([], "holds list"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: object, message: str) -> None:
    path = tmp_path / "graphs.pt"
    torch.save(content, path)
    with pytest.raises(DataError, match=message):
        load_data(path)


def test_missing_and_damaged_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no data file"):
        load_data(tmp_path / "none.pt")
    (tmp_path / "bad.pt").write_bytes(b"not a file of tensors")
    with pytest.raises(DataError, match="cannot read"):
        load_data(tmp_path / "bad.pt")
