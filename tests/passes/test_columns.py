"""Columns: each part of an integer input travels with its own bound, and means the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch_geometric.data import Data

from gengnn.data import samples_of
from gengnn.errors import DataError
from gengnn.passes.columns import split_columns
from gengnn.reference import run_real
from tests.graphs import gine


def data() -> Data:
    return Data(
        x=torch.tensor([[0, 4], [1, 2]]),
        edge_index=torch.tensor([[0, 1], [1, 0]]),
        edge_attr=torch.tensor([[0], [3]]),
    )


def test_parts_have_their_own_values_and_the_meaning_stays() -> None:
    graph = gine()
    split = split_columns(graph).verify()
    names = [value.name for value in split.inputs]
    assert names[:2] == ["x_0", "x_1"]
    assert "x0" not in split.producers
    (sample,) = samples_of(split, [data()])
    assert sample["x_1"].tolist() == [[4], [2]]
    before = run_real(graph, samples_of(graph, [data()])).tensors["head"]
    assert torch.equal(run_real(split, [sample]).tensors["head"], before)


def test_an_error_names_the_column_of_the_argument() -> None:
    split = split_columns(gine())
    wrong = data()
    wrong.x[0, 1] = -3
    with pytest.raises(DataError, match=r"x\[:, 1\] has values -3 to 2"):
        samples_of(split, [wrong])
    wrong.x = torch.zeros(2, 3, dtype=torch.int64)
    with pytest.raises(DataError, match=r"shape \[2, 3\], expected \[rows, 2\]"):
        samples_of(split, [wrong])


def test_an_input_that_is_read_whole_stays() -> None:
    graph = gine()
    assert np.all([v.column is None for v in split_columns(graph).inputs if v.name != "x_0"][2:])
    assert "edge_attr" in {value.name for value in split_columns(graph).inputs}
