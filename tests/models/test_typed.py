"""Models of several node and edge types: fixed point, C++ and RTL."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch_geometric.data import HeteroData

import gengnn
from gengnn.project import Project
from tests.frontend.typed_zoo import KINDS, MODELS, dictionaries, doubled, hetero, tensors
from tests.frontend.zoo import randomized

SIZES = [(5, 7, 9), (1, 2, 4), (3, 1, 0), (8, 8, 16), (2, 6, 1), (7, 3, 12)]
"""Authors, papers, and edges of the first type."""

LIMITS = {"author": 8, "paper": 8} | {"__".join(kind): 17 for kind in KINDS}

MODELED = ("to_hetero", "hgt")
"""Layers for each relation, and one list of edges made of all."""


@pytest.fixture(scope="module", params=MODELED)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder: Path = tmp_path_factory.mktemp(request.param)
    model = randomized(MODELS[request.param].make()).eval()
    gengnn.export(model, hetero(*SIZES[0]), folder / "model.pt")
    made = gengnn.build(
        folder / "model.pt",
        part="xcu50",
        data=graphs(),
        out=folder / "build",
        multipliers=150,
        limits=LIMITS,
    )
    expected = [list(tensors(model.double()(*doubled(dictionaries(*s))))) for s in SIZES]
    for got, parts in zip(made.predict(graphs()), zip(*expected, strict=True), strict=True):
        wanted = torch.cat(parts)
        assert (got.reshape(wanted.shape) - wanted).abs().max() <= 0.01 * wanted.abs().max()
    return made


def graphs() -> list[HeteroData]:
    return [hetero(*sizes) for sizes in SIZES]


def test_limits_are_those_asked_for(project: Project) -> None:
    assert project.design.graph.limits == LIMITS
    assert [layout.space for layout in project.design.layouts] == list(LIMITS)
    told = (project.folder / "README.md").read_text()
    assert "| author__writes__paper |" in told


@pytest.mark.slow
def test_csim_equals_the_reference(project: Project) -> None:
    assert project.csim(graphs()).mismatches == 0


@pytest.mark.slow
def test_rtl_equals_the_reference(project: Project) -> None:
    assert project.cosim(graphs()).mismatches == 0
