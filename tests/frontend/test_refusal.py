"""A refused model: every operator without a kernel is named, also behind another one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from gengnn.errors import UnsupportedModelError
from gengnn.frontend import load
from gengnn.frontend.export import export
from tests.models.zoo import data_set


class Refused(nn.Module):
    """A normalisation and, behind it, a selection."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(6)

    def forward(self, x: Tensor) -> Tensor:
        return torch.topk(self.norm(x), 2, dim=1).values


def test_all_operators_without_a_kernel_are_named(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    export(Refused(), data_set()[0], path)
    with pytest.raises(UnsupportedModelError) as caught:
        load(path)
    for told in ("aten.layer_norm", "aten.topk", "test_refusal.py:"):
        assert told in str(caught.value)
