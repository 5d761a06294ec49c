"""Whole models: float meaning, fixed point, C++ and RTL."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch_geometric.data import Data

import gengnn
from gengnn.project import Project
from tests.models.zoo import ZOO, build, data_set

LIMITS = {"max_nodes": 16, "max_edges": 32}

SIMULATED = ("gcn", "sage", "graph_conv", "interaction")
"""Models whose RTL is simulated: together they use every kernel."""


def eager(model: nn.Module, graph: Data) -> list[torch.Tensor]:
    """The model's own outputs, in float64, as a list of [rows, features]."""
    names = model.forward.__code__.co_varnames[1 : model.forward.__code__.co_argcount]
    inputs = [graph[name] for name in names]
    inputs = [x.double() if x.is_floating_point() else x for x in inputs]
    with torch.no_grad():
        told = model.double()(*inputs)
    outputs = told if isinstance(told, tuple) else (told,)
    return [out.flatten(1) if out.dim() > 1 else out.unsqueeze(1) for out in outputs]


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Project]:
    """Every model of the zoo, built once."""
    folder = tmp_path_factory.mktemp("zoo")
    return {name: _project(name, folder) for name in ZOO}


def _project(name: str, folder: Path) -> Project:
    archive = folder / f"{name}.pt"
    gengnn.export(build(name), data_set()[0], archive)
    return gengnn.build(
        archive,
        part="xcu50",
        data=data_set(),
        out=folder / name,
        multipliers=400,
        **LIMITS,
    )


@pytest.mark.parametrize("name", ZOO)
def test_fixed_point_is_close_to_eager(projects: dict[str, Project], name: str) -> None:
    graphs = data_set()
    predicted = projects[name].predict(graphs)
    outputs = predicted if isinstance(predicted, tuple) else (predicted,)
    wanted = [
        torch.cat(parts) for parts in zip(*(eager(build(name), g) for g in graphs), strict=True)
    ]
    for got, want in zip(outputs, wanted, strict=True):
        error = np.abs(np.asarray(got).reshape(want.shape) - want.numpy()).max()
        assert error <= 0.01 * max(1.0, float(want.abs().max()))


@pytest.mark.slow
@pytest.mark.parametrize("name", ZOO)
def test_csim_equals_the_reference(projects: dict[str, Project], name: str) -> None:
    result = projects[name].csim(data_set())
    assert result.mismatches == 0
    assert projects[name].report["checks"]["csim"]["graphs"] == len(data_set())


@pytest.mark.slow
@pytest.mark.parametrize("name", SIMULATED)
def test_rtl_equals_the_reference(projects: dict[str, Project], name: str) -> None:
    result = projects[name].cosim(data_set())
    assert result.mismatches == 0
    assert projects[name].report["checks"]["rtl"]["graphs"] == len(data_set())
