"""Layers that simplify rewrites, in the reference, in C++ and in RTL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.nn import GATConv, global_add_pool

import gengnn
from benchmarks.models import MolPNAConv
from gengnn.project import Project
from tests.models.inputs import NODE, data_set, example

LAYERS = 3


class Layers(nn.Module):
    """Layers of one shape on the features of nodes, and a head."""

    def __init__(self, make: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.convs = nn.ModuleList(make() for _ in range(LAYERS))
        self.head = nn.Linear(NODE, 1)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        for conv in self.convs:
            x = conv(x, edge_index).relu()
        return self.head(global_add_pool(x, batch))


def built(make: Callable[[], nn.Module], folder: Path) -> Project:
    torch.manual_seed(0)
    archive = gengnn.export(Layers(make).eval(), example(), folder / "model.pt")
    return gengnn.build(archive, data=data_set(), out=folder / "out", multipliers=300)


def spaces(project: Project, *kernels: str) -> set[str]:
    """Where the results of units live: of these kernels, or of all that multiply."""
    design = project.design
    units = [unit for unit in design.units if unit.op]
    told = [unit for unit in units if unit.kernel in kernels or (not kernels and unit.cost.dsp)]
    return {design.streams[unit.outputs["y"]].space for unit in told}


@pytest.mark.slow
def test_copies_and_squares_of_rows(tmp_path: Path) -> None:
    project = built(lambda: MolPNAConv(NODE), tmp_path)
    assert spaces(project) == {"nodes", "graphs"}
    iters = {unit.kernel: unit for unit in project.design.units if unit.loop >= 0}
    assert iters["linear"].number("Iters") == LAYERS
    assert "matmul" in iters
    assert project.csim(data_set()).mismatches == 0
    assert project.cosim(data_set()).mismatches == 0


@pytest.mark.slow
def test_softmax_over_neighbours(tmp_path: Path) -> None:
    project = built(lambda: GATConv(NODE, NODE // 2, heads=2), tmp_path)
    assert spaces(project, "divide") == {"nodes"}
    assert project.csim(data_set()).mismatches == 0
    assert project.cosim(data_set()).mismatches == 0
