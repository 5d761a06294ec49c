"""Norms and softmaxes of features in fixed point: their error, and that both back ends agree."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.data import Data

import gengnn
from gengnn.compiler import Options, compile_model
from gengnn.data import samples_of
from gengnn.frontend import export
from gengnn.reference import IntegerModel
from tests.frontend.inputs import EXAMPLE, GRAPHS, NODE, graph
from tests.frontend.test_features import MODELS, heads, threes
from tests.frontend.zoo import randomized

BOUNDS = {
    "softmax": (5e-4, 4e-4),
    "log_softmax": (3e-4, 2e-4),
    "logsumexp": (3e-4, 3e-4),
    "layer_norm": (5e-4, 5e-4),
    "layer_norm_heads": (6e-3, 6e-4),
    "group_norm": (6e-3, 6e-4),
    "instance_norm": (9e-3, 6e-4),
    "rms_norm": (5e-4, 4e-4),
    "std": (3e-4, 3e-4),
    "norm": (2e-4, 2e-4),
    "normalize": (5e-4, 4e-4),
    "cosine_heads": (1e-3, 5e-4),
    "cross": (3e-4, 6e-4),
}
"""The largest error and the root mean square error at 16 bits, both relative to the output's own.

The largest errors of norms over few features are those of groups that are nearly constant: their
distances from the mean are a few steps of the input.
"""


def random_graphs(count: int) -> list[Data]:
    """Graphs of 2 to 19 nodes."""
    found = []
    for seed in range(count):
        torch.manual_seed(seed)
        nodes = int(torch.randint(2, 20, ()))
        ends = torch.randint(0, nodes, (24, 2)).tolist()
        found.append(graph(nodes, [(a, b) for a, b in ends], seed))
    return found


@pytest.mark.parametrize("name", BOUNDS)
def test_error_at_16_bits_is_within_its_bound(name: str, tmp_path: Path) -> None:
    model, data = randomized(MODELS[name]()), random_graphs(40)
    archive = tmp_path / "model.pt"
    export(model, EXAMPLE, archive)
    design = compile_model(archive, data, Options())
    (output,) = design.graph.outputs
    codes = IntegerModel(design.graph).run(samples_of(design.graph, data)).tensors[output]
    with torch.no_grad():
        wanted = torch.cat([model.double()(g.x.double(), g.edge_index) for g in data])
    got = codes.double().reshape(wanted.shape) * design.graph.values[output].format.step
    error = got - wanted
    largest, mean = BOUNDS[name]
    assert float(error.abs().max() / wanted.abs().max()) <= largest
    assert float(error.norm() / wanted.norm()) <= mean


class Many(nn.Module):
    """One of each kind, as outputs side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.lin, self.layer = nn.Linear(NODE, 12), nn.LayerNorm(4)
        self.group = nn.GroupNorm(2, 12)

    def forward(self, x: Tensor, edge_index: Tensor) -> tuple[Tensor, ...]:
        h = self.lin(x)
        return (
            self.layer(heads(h)).transpose(1, 2).flatten(1),
            torch.softmax(heads(h), dim=1).flatten(1),
            threes(lambda a, b: functional.cosine_similarity(a, b, dim=2))(h),
            torch.log_softmax(self.group(h), dim=-1),
            heads(h).amax(dim=2) + heads(h).std(dim=2),
            torch.softmax(x[:, :1], dim=0),
        )


@pytest.mark.slow
def test_both_back_ends_give_every_code(tmp_path: Path) -> None:
    data = [*random_graphs(12), *GRAPHS.values()]
    archive = tmp_path / "many.pt"
    export(randomized(Many()), EXAMPLE, archive)
    project = gengnn.build(archive, part="xcu50", data=data, out=tmp_path / "many", multipliers=300)
    assert project.csim(data).mismatches == 0
    assert project.cosim(data).mismatches == 0
