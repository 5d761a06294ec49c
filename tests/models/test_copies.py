"""PNA: scaled copies of rows and squares of gathered ones, in the reference, in C++ and in RTL."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.nn import global_add_pool

import gengnn
from benchmarks.models import MolPNAConv
from tests.models.inputs import NODE, data_set, example

LAYERS = 3


class Pna(nn.Module):
    """Layers of one shape on the features of nodes, and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(MolPNAConv(NODE) for _ in range(LAYERS))
        self.head = nn.Linear(NODE, 1)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        for conv in self.convs:
            x = conv(x, edge_index).relu()
        return self.head(global_add_pool(x, batch))


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_reference_cpp_and_rtl_are_equal(tmp_path: Path) -> None:
    torch.manual_seed(0)
    archive = gengnn.export(Pna().eval(), example(), tmp_path / "model.pt")
    project = gengnn.build(archive, data=data_set(), out=tmp_path / "out", multipliers=300)
    design = project.design
    spaces = {design.streams[unit.outputs["y"]].space for unit in design.units if unit.cost.dsp}
    assert spaces == {"nodes", "graphs"}
    matrices = [unit for unit in design.units if unit.kernel in {"linear", "matmul"}]
    assert [unit.number("Iters") for unit in matrices if unit.kernel == "linear"] == [LAYERS, 1]
    assert len(matrices) == 3
    assert project.csim(data_set()).mismatches == 0
    assert project.cosim(data_set()).mismatches == 0
