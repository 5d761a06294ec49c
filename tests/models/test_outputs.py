"""Outputs that are classes, masks or indices: in packets, in both simulators, as predictions."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.data import Data
from torch_geometric.nn import GraphConv

import gengnn
from gengnn.project import Project
from tests.models.zoo import data_set

FEATURES = 5


class Classified(nn.Module):
    """The class of every node, whether it is sure, its best score, and the ends of every edge."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv = GraphConv(features, FEATURES)

    def forward(self, x: Tensor, edge_index: Tensor) -> tuple[Tensor, ...]:
        scores = self.conv(x, edge_index)
        best, place = scores.max(dim=1)
        return place, scores > 0.25, best / (scores.square().sum(1) + 0.1), edge_index[1]


@pytest.fixture(scope="module")
def model() -> nn.Module:
    torch.manual_seed(0)
    return Classified(data_set()[0].x.size(1))


@pytest.fixture(scope="module")
def graphs(model: nn.Module) -> list[Data]:
    """Graphs with the class of each node by the model itself as label."""
    found = [graph.clone() for graph in data_set()]
    with torch.no_grad():
        for graph in found:
            graph.y = model(graph.x, graph.edge_index)[0]
    return found


@pytest.fixture(scope="module")
def project(
    model: nn.Module, graphs: list[Data], tmp_path_factory: pytest.TempPathFactory
) -> Project:
    folder = tmp_path_factory.mktemp("outputs")
    gengnn.export(model, graphs[0], folder / "model.pt")
    return gengnn.build(folder / "model.pt", data=graphs, out=folder / "out")


def test_predictions_have_the_types_of_the_model(project: Project, graphs: list[Data]) -> None:
    classes, sure, scores, ends = project.predict(graphs)
    assert (classes.dtype, sure.dtype, scores.dtype) == (torch.int64, torch.bool, torch.float64)
    assert classes.min() >= 0
    assert classes.max() < FEATURES
    assert torch.equal(ends, torch.cat([graph.edge_index[1] for graph in graphs]))


def test_classes_are_compared_as_such(project: Project, graphs: list[Data]) -> None:
    accuracy = project.compare(graphs, metric="accuracy")
    assert accuracy.float == 1.0
    assert accuracy.fixed >= 0.98


@pytest.mark.slow
def test_csim_equals_the_reference(project: Project, graphs: list[Data]) -> None:
    result = project.csim(graphs)
    assert result.mismatches == 0
    for got, expected in zip(result.outputs, project.predict(graphs), strict=True):
        assert torch.equal(got, expected)


@pytest.mark.slow
def test_rtl_equals_the_reference(project: Project, graphs: list[Data]) -> None:
    assert project.cosim(graphs).mismatches == 0
