"""Branches of one stream that meet again neither lock the machine up nor slow it down."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.data import Data

import gengnn
from gengnn.project import Project


class Gated(nn.Module):
    """A layer's result times a gate computed from it."""

    def __init__(self) -> None:
        super().__init__()
        self.lin, self.gate = nn.Linear(6, 8), nn.Linear(8, 8)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        h = self.lin(x)
        return h * torch.sigmoid(self.gate(h))


class Form(nn.Module):
    """A matrix computed from a row, times that row."""

    def __init__(self) -> None:
        super().__init__()
        self.lin, self.matrix = nn.Linear(6, 8), nn.Linear(8, 16)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        h = self.lin(x)
        return (self.matrix(h).view(-1, 2, 8) @ h.unsqueeze(-1)).squeeze(-1)


def graphs(*sizes: int) -> list[Data]:
    torch.manual_seed(0)
    none = torch.zeros(2, 0, dtype=torch.int64)
    return [Data(x=torch.randn(size, 6), edge_index=none) for size in sizes]


def build(model: nn.Module, multipliers: int, folder: Path) -> Project:
    torch.manual_seed(1)
    archive = gengnn.export(model.eval(), graphs(9)[0], folder / "model.pt")
    return gengnn.build(
        archive,
        part="xcu50",
        data=graphs(20, 30),
        out=folder / "out",
        max_nodes=128,
        max_edges=8,
        multipliers=multipliers,
    )


@pytest.mark.slow
def test_row_in_many_beats_meets_what_is_made_of_all_of_it(tmp_path: Path) -> None:
    assert build(Form(), 4, tmp_path).cosim(graphs(3, 1, 5)).mismatches == 0


@pytest.mark.slow
def test_rows_follow_each_other_without_pause(tmp_path: Path) -> None:
    """A row takes a cycle to come in, and one to go out after the last has come in."""
    result = build(Gated(), 200, tmp_path).cosim(graphs(30, 120))
    assert result.mismatches == 0
    assert result.cycles[1] - result.cycles[0] <= 2 * (120 - 30)
