"""A refused model: every reason is told at once, with the user's line and what to do instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.nn import (
    EdgePooling,
    EquilibriumAggregation,
    GCNConv,
    GPSConv,
    GraphMultisetTransformer,
    GRUAggregation,
    LCMAggregation,
    LSTMAggregation,
    PANConv,
    PatchTransformerAggregation,
    QuantileAggregation,
    SetTransformerAggregation,
    TopKPooling,
    WLConv,
)
from torch_geometric.utils import to_dense_batch

from gengnn.errors import UnsupportedModelError
from gengnn.frontend import load
from gengnn.frontend.export import export
from tests.frontend.inputs import EXAMPLE, NODE


class Refused(nn.Module):
    """A choice of features and, behind it, a function without a kernel."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.special.zeta(torch.topk(x, 2, dim=1).values, 2.0)


class Calls(nn.Module):
    """A forward of nodes, edges and graphs, given as a function of the module and these."""

    def __init__(self, function: Callable[..., Any], *modules: nn.Module) -> None:
        super().__init__()
        self.parts = nn.ModuleList(modules)
        self.function, self.seen = function, 0

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Any:
        return self.function(self, x, edge_index, batch)


def refusal(model: nn.Module, tmp_path: Path) -> str:
    """What export or load says of a model."""
    with pytest.raises(UnsupportedModelError) as caught:
        load(export(model, EXAMPLE, tmp_path / "model.pt"))
    return str(caught.value)


def test_all_operators_without_a_kernel_are_named(tmp_path: Path) -> None:
    told = refusal(Refused(), tmp_path)
    for text in ("aten.special_zeta", "aten.topk", "test_refusal.py:", "amax or amin"):
        assert text in told


AGGREGATIONS: dict[str, Callable[[], nn.Module]] = {
    "LSTMAggregation": lambda: LSTMAggregation(NODE, 3),
    "GRUAggregation": lambda: GRUAggregation(NODE, 3),
    "LCMAggregation": lambda: LCMAggregation(NODE, 3),
    "EquilibriumAggregation": lambda: EquilibriumAggregation(NODE, 3, [4]),
    "GraphMultisetTransformer": lambda: GraphMultisetTransformer(NODE, 2),
    "SetTransformerAggregation": lambda: SetTransformerAggregation(NODE),
    "PatchTransformerAggregation": lambda: PatchTransformerAggregation(NODE, 3, 2, 4, 1, 1),
}


@pytest.mark.parametrize("name", list(AGGREGATIONS))
def test_aggregation_is_refused_by_name_and_line(name: str, tmp_path: Path) -> None:
    model = Calls(lambda m, x, e, batch: m.parts[0](x, batch), AGGREGATIONS[name]())
    told = refusal(model, tmp_path)
    assert re.search(rf"{name} in parts\.0 \(test_refusal\.py:\d+\)\n", told)
    assert re.search(r"\n    (use|declare) ", told)


def test_everything_refused_is_told_at_once(tmp_path: Path) -> None:
    def forward(m: Calls, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        x = m.parts[0](x, edge_index)[0]
        x = m.parts[1](x, edge_index, batch)
        x, edge_index, batch, _ = m.parts[2](x, edge_index, batch)
        colours = m.parts[3](batch, edge_index)
        return m.parts[4](x, batch) + colours.sum()

    parts = (PANConv(NODE, NODE, 2), GPSConv(NODE, None), EdgePooling(NODE), WLConv())
    told = refusal(Calls(forward, *parts, LSTMAggregation(NODE, 3)), tmp_path)
    assert told.startswith("torch.export cannot follow Calls\n")
    for place, name in enumerate(("PANConv", "GPSConv", "EdgePooling", "WLConv", "LSTMAgg")):
        assert re.search(rf"  {name}\w* in parts\.{place} \(test_refusal\.py:\d+\)\n    \w", told)


LINES: dict[str, Callable[..., Any]] = {
    "decides by computed numbers": lambda m, x, e, b: x if x.sum() > 0 else -x,
    "takes computed numbers out of the tensors": lambda m, x, e, b: x * x[0].tolist()[0],
    "Tensor.numpy": lambda m, x, e, b: x + torch.from_numpy(np.exp(x.detach().numpy())).sum(),
    "takes gradients inside forward": lambda m, x, e, b: _gradient(x),
    "drops features at random": lambda m, x, e, b: functional.dropout(x, 0.5),
    "training=self.training": lambda m, x, e, b: functional.dropout(x, 0.5),
    "draws random numbers": lambda m, x, e, b: x + torch.randn_like(x),
    "aten.randint": lambda m, x, e, b: x[_walk(e, x.size(0))],
    "a loop or a branch over 11 rows": lambda m, x, e, b: sum(x[i] for i in range(len(x))),
    "holds for this many rows only": lambda m, x, e, b: x if x.size(0) > 7 else 2 * x,
    "is counted in forward": lambda m, x, e, b: _counted(m) * x,
    "max_num_nodes=...": lambda m, x, e, b: to_dense_batch(x, b)[0].sum(1),
    "compute both and choose with torch.where": lambda m, x, e, b: torch.cond(
        x.sum() > 0, lambda x: x + 1, lambda x: x - 1, (x,)
    ),
    "come in another order": lambda m, x, e, b: m.parts[0](x, e, None, b)[0],
    "which may be halfway between two": lambda m, x, e, b: m.parts[1](x, b),
}
"""What is said of a forward."""


def _gradient(x: Tensor) -> Tensor:
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        return torch.autograd.grad((x**2).sum(), x)[0]


def _walk(edge_index: Tensor, count: int) -> Tensor:
    """Nodes chosen at random."""
    return torch.randint(0, 4, (count,))


def _counted(model: Calls) -> int:
    model.seen += 1
    return model.seen


@pytest.mark.parametrize("reason", list(LINES))
def test_line_is_refused(reason: str, tmp_path: Path) -> None:
    model = Calls(LINES[reason], TopKPooling(NODE), QuantileAggregation(0.5, "nearest"))
    told = refusal(model, tmp_path)
    assert reason in told
    assert "test_refusal.py:" in told or "output 0" in told
    assert model.seen == 0


def test_several_branches_are_told_at_once(tmp_path: Path) -> None:
    def forward(m: Calls, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        if x.sum() > 0:
            x = -x
        if x.max() > 1:
            x = x / 2
        return m.parts[0](x, batch)

    told = refusal(Calls(forward, GRUAggregation(NODE, 3)), tmp_path)
    lines = re.findall(r"test_refusal\.py:(\d+)", told)
    assert len(set(lines)) == 3
    assert int(lines[1]) == int(lines[0]) + 2
    assert "GRUAggregation in parts.0" in told


def test_export_keeps_no_traced_tensor_in_the_model(tmp_path: Path) -> None:
    model = Calls(lambda m, x, e, b: setattr(m, "kept", x) or m.parts[0](x), nn.Linear(NODE, 3))
    export(model, EXAMPLE, tmp_path / "model.pt")
    assert getattr(model, "kept", None) is None


def test_cached_graph_is_refused(tmp_path: Path) -> None:
    model = Calls(lambda m, x, e, b: m.parts[0](x, e), GCNConv(NODE, 3, cached=True))
    told = refusal(model, tmp_path)
    assert "cached=False" in told
    assert model.parts[0]._cached_edge_index is None
