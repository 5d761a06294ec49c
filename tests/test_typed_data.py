"""Graphs with node and edge types as samples: counts, limits, and what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch_geometric.data import Data, HeteroData

from gengnn.compiler import Options, asked_limits, set_limits
from gengnn.data import check_limits, load_data, samples_of
from gengnn.errors import ConfigError, DataError
from gengnn.ir import Graph, Kind, Space, Value
from gengnn.reference import collate, row_counts

WRITES = ("author", "writes", "paper")
KIND = "author__writes__paper"

INPUTS = (
    Value("x_author", "author", (2,), path=("x_dict", "author")),
    Value("x_paper", "paper", (3,), path=("x_dict", "paper")),
    Value("src", KIND, (), Kind.INDEX, "author", path=("edge_index_dict", WRITES, 0)),
    Value("dst", KIND, (), Kind.INDEX, "paper", path=("edge_index_dict", WRITES, 1)),
)
SPACES = {name: Space(name) for name in ("author", "paper", KIND)}
GRAPH = Graph(SPACES, INPUTS, (), (), {}, {"author": 4, "paper": 4, KIND: 8})

COUNTED = Graph(
    {name: Space(name) for name in ("nodes", "edges")},
    (
        Value("src", "edges", (), Kind.INDEX, "nodes", path=("edge_index", 0)),
        Value("rows_nodes", "nodes", (), Kind.ROWS, path=("num_nodes",)),
    ),
    (),
    (),
    {},
)


def hetero(**changes: Any) -> HeteroData:
    data = HeteroData()
    data["author"].x, data["paper"].x = torch.rand(2, 2), torch.rand(3, 3)
    data[WRITES].edge_index = torch.tensor([[0, 1, 1], [2, 0, 2]])
    for name, value in changes.items():
        data[name].x = value
    return data


def given(data: HeteroData, key: Any) -> dict[str, Any]:
    """The same as dictionaries, the edges under another spelling of their type."""
    return {"x_dict": data.collect("x"), "edge_index_dict": {key: data[WRITES].edge_index}}


@pytest.mark.parametrize("key", [WRITES, KIND])
def test_mappings_and_hetero_data_are_alike(key: object) -> None:
    data = hetero()
    one, other = samples_of(GRAPH, [data, given(data, key)])
    assert all((one[name] == other[name]).all() for name in one)
    assert row_counts(GRAPH, one) == {"author": 2, "paper": 3, KIND: 3}


def test_maps_of_a_batch_are_shifted_by_what_they_point_into() -> None:
    tensors, rows = collate(GRAPH, samples_of(GRAPH, [hetero(), hetero()]))
    assert tensors["src"].tolist() == [0, 1, 1, 2, 3, 3]
    assert tensors["dst"].tolist() == [2, 0, 2, 5, 3, 5]
    assert rows.size("paper") == 6


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (hetero(paper=torch.rand(3, 4)), r"x_dict\['paper'\] has shape \[3, 4\], expected"),
        (hetero(author=torch.rand(1, 2)), "src points at author row 1, but there are 1"),
        (Data(x=torch.rand(2, 2)), "has no 'x_dict'\n.*the graph has x"),
        (given(hetero(), ("a", "b", "c")), r"has no edge_index_dict\[.*\n.*has \('a', 'b', 'c'\)"),
    ],
)
def test_errors_name_the_type(data: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        samples_of(GRAPH, [data])


def test_rows_without_tensors_are_told_or_counted() -> None:
    index = torch.tensor([[0, 1, 3], [1, 1, 0]])
    told = {"edge_index": index, "num_nodes": 9}
    data = [told, {"edge_index": index}, Data(edge_index=index, num_nodes=7)]
    rows = [row_counts(COUNTED, sample)["nodes"] for sample in samples_of(COUNTED, data)]
    assert rows == [9, 4, 7]


def test_limits_of_types_are_told_by_name() -> None:
    samples = samples_of(GRAPH, [hetero()])
    with pytest.raises(DataError, match=r"3 paper, the design takes 2\n.*--max paper=3"):
        check_limits(replace(GRAPH, limits={"author": 4, "paper": 2, KIND: 8}), samples)
    limited = set_limits(GRAPH, samples, Options(limits={"paper": 5}))
    assert limited.limits == {"author": 2, "paper": 5, KIND: 4}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (Options(limits={"editor": 5}), "limit is asked for editor.*\n  it has author, paper"),
        (Options(max_nodes=5), "limit is asked for nodes"),
        (Options(limits={"paper": 1 << 21}), "the limit of paper is 2097152"),
    ],
)
def test_limits_of_unknown_spaces_are_refused(options: Options, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        asked_limits(options, list(SPACES))


def test_plain_options_are_no_error_where_a_model_has_fewer_spaces() -> None:
    asked = Options(max_nodes=5, max_edges=7, max_graphs=2)
    assert asked_limits(asked, ["nodes", "graphs"]) == {"nodes": 5, "graphs": 2}


def test_hetero_data_is_read_from_a_file(tmp_path: Path) -> None:
    torch.save([hetero()], tmp_path / "graphs.pt")
    (sample,) = samples_of(GRAPH, load_data(tmp_path / "graphs.pt"))
    np.testing.assert_array_equal(sample["dst"], [2, 0, 2])
