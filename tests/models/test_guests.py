"""Models whose head a matrix unit of the layers does too: C++ and RTL equal the reference."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.data import Data
from torch_geometric.nn import GraphConv, global_add_pool, global_max_pool

import gengnn
from gengnn.data import samples_of
from gengnn.design import Design
from gengnn.ir import Graph
from gengnn.passes import schedule
from gengnn.passes.estimate import estimate
from gengnn.passes.guests import with_guests
from gengnn.passes.netlist import Netlist
from gengnn.passes.wiring import Wiring
from gengnn.project import Project

NODE, HIDDEN = 6, 12
SIZES = ((9, 20), (1, 0), (12, 31), (5, 4), (2, 2), (7, 12), (11, 32), (6, 0))
"""Nodes and edges of the packets."""


class Heads(nn.Module):
    """Layers, then two heads on what the first and the last of them leave."""

    def __init__(self) -> None:
        super().__init__()
        self.lift = nn.Linear(NODE, HIDDEN)
        self.convs = nn.ModuleList(GraphConv(HIDDEN, HIDDEN) for _ in range(3))
        self.head = nn.Sequential(
            nn.Linear(HIDDEN, 10), nn.ReLU(), nn.Linear(10, 7), nn.ReLU(), nn.Linear(7, 2)
        )
        self.other = nn.Linear(HIDDEN, 3)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> tuple[Tensor, Tensor]:
        first = h = self.lift(x)
        for number, conv in enumerate(self.convs):
            h = conv(h, edge_index).relu()
            first = h if number == 0 else first
        size = int(batch.max()) + 1
        pooled = global_add_pool(h, batch, size) + global_max_pool(first, batch, size)
        return self.head(pooled), self.other(global_max_pool(first, batch, size))


def data_set() -> list[Data]:
    torch.manual_seed(0)
    return [
        Data(
            x=torch.randn(nodes, NODE),
            edge_index=torch.randint(nodes, (2, edges)),
            batch=torch.zeros(nodes, dtype=torch.int64),
        )
        for nodes, edges in SIZES
    ]


def shared(graph: Graph, is_steady: bool) -> list[Netlist]:
    """Only the netlist with guests, whatever it costs."""
    netlist = with_guests(graph, Wiring(graph).build())
    assert netlist
    return [netlist]


@pytest.fixture(scope="module", params=[40, 300])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """With few multipliers a row of the host has several beats, and its result several blocks."""
    folder = tmp_path_factory.mktemp("guests")
    torch.manual_seed(1)
    gengnn.export(Heads().eval(), data_set()[0], folder / "model.pt")
    limits = {"max_nodes": 12, "max_edges": 32, "max_graphs": 1}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule, "_netlists", shared)
        return gengnn.build(
            folder / "model.pt",
            part="xcu50",
            data=data_set(),
            out=folder / "out",
            multipliers=request.param,
            **limits,
        )


def matrices(design: Design) -> list[str]:
    """What is told of each matrix unit."""
    return [unit.comment for unit in design.units if unit.op and unit.op.multiplies]


def test_layers_and_heads_share_a_unit(project: Project) -> None:
    told = [text for text in matrices(project.design) if "x 3 layers" in text]
    hosts = [text for text in told if "then" in text]
    assert len(hosts) == 1
    assert all(name in hosts[0] for name in ("head.0", "head.2", "head.4", "other"))
    assert not any(text.startswith(("head", "other")) for text in matrices(project.design))


@pytest.mark.slow
def test_no_code_differs(project: Project) -> None:
    assert project.csim(data_set()).mismatches == 0
    told = project.cosim(data_set())
    assert told.mismatches == 0
    for sample, cycles in zip(
        samples_of(project.design.graph, data_set()), told.cycles, strict=True
    ):
        assert estimate(project.design, sample) == pytest.approx(cycles, rel=0.08, abs=5)


@pytest.mark.slow
def test_graphs_may_follow_one_another(project: Project) -> None:
    """The next graph waits in front of the host while the guests of this one have their turns."""
    assert project.cosim(data_set() * 3, back_to_back=True).mismatches == 0
