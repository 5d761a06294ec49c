"""Normalisations, softmaxes, norms and rearrangements of features compute what torch does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.export import Dim
from torch.nn import functional
from torch_geometric.nn import InstanceNorm

from gengnn.frontend import export, load
from gengnn.frontend.tracing import quiet
from gengnn.ir import Graph
from gengnn.passes.simplify import simplify
from tests.frontend.inputs import EXAMPLE, GRAPHS, NODE
from tests.frontend.test_import import check
from tests.frontend.zoo import randomized

WIDE = 12
"""Features that the functions below are given."""


class Applied(nn.Module):
    """A function, or a module, of twelve trained features of each node."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.lin, self.function = nn.Linear(NODE, WIDE), function

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.function(self.lin(x))


class Scored(nn.Module):
    """A softmax over every node of a graph, without batch."""

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return (torch.softmax(x[:, :1], dim=0) * x).sum(dim=0, keepdim=True)


def heads(x: Tensor) -> Tensor:
    """The features as [nodes, 3, 4]."""
    return x.view(-1, 3, 4)


def halves(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """A function of the first and the last features."""
    return lambda x: function(x[:, :6], x[:, 6:])


def threes(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """A function of two groups of vectors of three entries."""
    return lambda x: function(x[:, :6].view(-1, 2, 3), x[:, 6:].view(-1, 2, 3)).flatten(1)


SOFTMAXES: dict[str, Callable[[Tensor], Tensor]] = {
    "softmax": lambda x: torch.softmax(x, dim=-1),
    "softmax_heads": lambda x: torch.softmax(heads(x), dim=1).flatten(1),
    "softmax_large": lambda x: torch.softmax(300 * x, dim=-1),
    "softmax_equal": lambda x: torch.softmax(x[:, :1].expand(-1, 5) + 1000, dim=-1),
    "softmin": lambda x: functional.softmin(x, dim=-1),
    "log_softmax": lambda x: torch.log_softmax(x, dim=-1),
    "log_softmax_heads": lambda x: functional.log_softmax(heads(x), dim=2).flatten(1),
    "logsumexp": lambda x: torch.logsumexp(heads(x), dim=-1),
    "logsumexp_kept": lambda x: torch.logsumexp(x, dim=1, keepdim=True),
}

NORMALISED: dict[str, Callable[[], Callable[[Tensor], Tensor]]] = {
    "layer_norm": lambda: nn.LayerNorm(WIDE),
    "layer_norm_plain": lambda: lambda x: functional.layer_norm(x, (WIDE,)),
    "layer_norm_dims": lambda: nn.Sequential(nn.Unflatten(1, (3, 4)), nn.LayerNorm((3, 4))),
    "layer_norm_heads": lambda: nn.Sequential(nn.Unflatten(1, (3, 4)), nn.LayerNorm(4)),
    "rms_norm": lambda: nn.RMSNorm(WIDE, eps=1e-4),
    "group_norm": lambda: nn.GroupNorm(3, WIDE),
    "group_norm_heads": lambda: nn.Sequential(nn.Unflatten(1, (6, 2)), nn.GroupNorm(2, 6)),
    "instance_norm": lambda: nn.Sequential(nn.Unflatten(1, (3, 4)), nn.InstanceNorm1d(3)),
    "instance_norm_trained": lambda: nn.Sequential(
        nn.Unflatten(1, (3, 4)), nn.InstanceNorm1d(3, affine=True, track_running_stats=True)
    ),
    "batch_norm": lambda: nn.BatchNorm1d(WIDE),
    "batch_norm_heads": lambda: nn.Sequential(nn.Unflatten(1, (3, 4)), nn.BatchNorm1d(3)),
}

STATISTICS: dict[str, Callable[[Tensor], Tensor]] = {
    "var": lambda x: x.var(-1),
    "var_heads": lambda x: heads(x).var(dim=(1, 2), unbiased=False),
    "var_rows": lambda x: x - x.var(0, unbiased=False, keepdim=True),
    "var_all": lambda x: x * x.var(unbiased=False),
    "std": lambda x: heads(x).std(dim=1, correction=0),
    "std_all": lambda x: (x - x.mean()) / (x.std(unbiased=False) + 1e-5),
    "var_mean": lambda x: torch.cat(torch.var_mean(heads(x), 2, correction=2), dim=-1),
    "std_mean": lambda x: torch.cat(torch.std_mean(x, 1, keepdim=True), dim=-1),
    "mean_heads": lambda x: heads(x).mean(dim=1),
    "mean_of_six": lambda x: x[:, ::2].mean(dim=1, keepdim=True),
    "amax": lambda x: heads(x).amax(dim=1),
    "amin": lambda x: heads(x).amin(dim=(1, 2)),
    "max_and_min": lambda x: torch.cat([heads(x).max(dim=2)[0], heads(x).min(dim=1)[0]], dim=-1),
    "sum_heads": lambda x: heads(x).sum(dim=1),
    "prod": lambda x: heads(x).prod(dim=1),
    "prod_odd": lambda x: x[:, :5].prod(dim=1, keepdim=True),
    "cumsum": lambda x: heads(x).cumsum(dim=2).flatten(1) + x.cumsum(1),
}

LENGTHS: dict[str, Callable[[Tensor], Tensor]] = {
    "norm": lambda x: x.norm(dim=-1),
    "norm_heads": lambda x: heads(x).norm(dim=1, keepdim=True).flatten(1),
    "norm_of_one": lambda x: x.norm(p=1, dim=-1),
    "norm_largest": lambda x: torch.linalg.norm(x, ord=float("inf"), dim=-1),
    "norm_smallest": lambda x: torch.linalg.vector_norm(x, ord=-float("inf"), dim=-1),
    "norm_of_four": lambda x: torch.linalg.vector_norm(heads(x), ord=4, dim=-1),
    "normalize": lambda x: functional.normalize(x, dim=-1),
    "normalize_of_one": lambda x: functional.normalize(heads(x), p=1.0, dim=1).flatten(1),
    "cosine": halves(lambda a, b: functional.cosine_similarity(a, b, dim=-1)),
    "cosine_heads": threes(lambda a, b: functional.cosine_similarity(a, b, dim=2)),
    "distance": halves(functional.pairwise_distance),
    "distance_of_one": halves(lambda a, b: functional.pairwise_distance(a, b, p=1.0)),
    "cross": threes(torch.linalg.cross),
    "cross_of_first": lambda x: torch.cross(heads(x), heads(x) ** 2 + 1, dim=1).flatten(1),
}

ARRANGED: dict[str, Callable[[Tensor], Tensor]] = {
    "transpose": lambda x: heads(x).transpose(1, 2).flatten(1),
    "swapaxes": lambda x: heads(x).swapaxes(1, 2).flatten(1),
    "permute": lambda x: x.view(-1, 2, 3, 2).permute(0, 3, 1, 2).flatten(1),
    "movedim": lambda x: x.view(-1, 2, 3, 2).movedim(3, 1).flatten(1),
    "expand": lambda x: (heads(x) * x[:, :3, None].expand(-1, -1, 4)).flatten(1),
    "heads": lambda x: (heads(x) * heads(x)[:, :, :1].sigmoid()).flatten(1),
    "repeat": lambda x: x.repeat(1, 2) + x.tile(2),
    "repeat_interleave": lambda x: heads(x[:, :6].repeat_interleave(2, dim=1)).sum(1),
    "roll": lambda x: torch.roll(x, 5, -1) + torch.roll(x, (-1,), (1,)),
    "flip": lambda x: x.flip(-1) - x,
    "chunk": lambda x: torch.cat(x.chunk(5, dim=-1)[::-1], dim=-1),
    "tensor_split": lambda x: torch.cat(x.tensor_split(5, dim=1)[::-1], dim=1),
    "index": lambda x: x[:, torch.tensor([3, 1, 1, 0])],
    "strided": lambda x: x[:, 1::3],
    "outer": lambda x: (x[:, :3, None] * x[:, None, 3:6]).flatten(1),
    "hstack": lambda x: torch.hstack([x, x[:, :2]]) * 2,
    "column_stack": lambda x: torch.column_stack([x[:, 0], x]),
    "pad": lambda x: functional.pad(x, (2, 1), value=0.5),
    "pad_heads": lambda x: functional.pad(heads(x), (-1, 0, 1, 0)).flatten(1),
}

MODELS: dict[str, Callable[[], nn.Module]] = {
    **{name: lambda made=made: Applied(made()) for name, made in NORMALISED.items()},
    **{
        name: lambda function=function: Applied(function)
        for table in (SOFTMAXES, STATISTICS, LENGTHS, ARRANGED)
        for name, function in table.items()
    },
    "softmax_rows": Scored,
}

DECOMPOSED = [
    *("softmax", "log_softmax", "layer_norm_dims", "group_norm_heads", "hstack"),
    *("batch_norm_heads", "rms_norm", "std", "std_mean", "normalize", "cosine_heads", "chunk"),
    *("repeat_interleave", "swapaxes", "tensor_split"),
]
"""Models that are also read in core ATen."""

Imported = tuple[nn.Module, Graph]


@pytest.fixture(scope="module", params=list(MODELS))
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    model = randomized(MODELS[request.param]())
    path = export(model, EXAMPLE, tmp_path_factory.mktemp("features") / "model.pt")
    return model.double(), load(path)


@pytest.mark.parametrize("odd", list(GRAPHS))
def test_features_are_those_of_torch(imported: Imported, odd: str) -> None:
    model, graph = imported
    check(graph, model, GRAPHS[odd])
    check(simplify(graph), model, GRAPHS[odd])


class OwnStatistics(nn.Module):
    """Normalised over the rows of the graph, as PyG's InstanceNorm does without batch."""

    def __init__(self) -> None:
        super().__init__()
        self.batch = nn.BatchNorm1d(NODE, track_running_stats=False)
        self.instance = InstanceNorm(NODE, affine=True)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return torch.cat([self.batch(x), self.instance(x)], dim=1)


def test_statistics_of_the_rows_at_hand(tmp_path: Path) -> None:
    """Torch refuses graphs of one node here."""
    model = randomized(OwnStatistics())
    graph = load(export(model, EXAMPLE, tmp_path / "model.pt"))
    for name in ("random", "isolated", "hub", "no_edges"):
        check(graph, model.double(), GRAPHS[name])


@pytest.mark.parametrize("name", DECOMPOSED)
def test_features_in_core_aten(name: str, tmp_path: Path) -> None:
    model = randomized(MODELS[name]())
    args = (EXAMPLE.x, EXAMPLE.edge_index)
    with quiet():
        program = torch.export.export(
            model, args, dynamic_shapes=({0: Dim.AUTO}, {1: Dim.AUTO}), strict=False
        )
        torch.export.save(program.run_decompositions(), tmp_path / "model.pt2")
    graph = load(tmp_path / "model.pt2")
    model.double()
    for data in GRAPHS.values():
        check(graph, model, data)
