"""Small models that together use every op the front end knows, and graphs to run them on."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch_geometric.data import Data
from torch_geometric.nn import (
    EdgeConv,
    GCNConv,
    GINConv,
    GINEConv,
    GraphConv,
    JumpingKnowledge,
    MessagePassing,
    SAGEConv,
    global_add_pool,
    global_max_pool,
    global_mean_pool,
)


class Gcn(nn.Module):
    """Three GCN layers with edge weights, two of one shape, node outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList([GCNConv(6, 8), GCNConv(8, 8), GCNConv(8, 8)])

    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor) -> Tensor:
        for conv in self.convs:
            x = conv(x, edge_index, edge_weight).relu()
        return x


class GcnPlain(nn.Module):
    """GCN without edge weights, improved self-loops, SiLU."""

    def __init__(self) -> None:
        super().__init__()
        self.first = GCNConv(6, 8, improved=True)
        self.second = GCNConv(8, 4, bias=False)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.second(nn.functional.silu(self.first(x, edge_index)), edge_index)


class Sage(nn.Module):
    """SAGE with mean and max aggregation, dropout, several outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = SAGEConv(6, 8)
        self.most = SAGEConv(8, 8, aggr="max")
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor, edge_index: Tensor) -> tuple[Tensor, Tensor]:
        h = self.drop(torch.tanh(self.mean(x, edge_index)))
        return h, self.most(h, edge_index)


class Gin(nn.Module):
    """GIN with trained eps, batch normalisation, concatenated jumps, sum pooling."""

    def __init__(self) -> None:
        super().__init__()
        sizes = [(6, 8), (8, 8), (8, 8)]
        self.convs = nn.ModuleList(
            GINConv(
                nn.Sequential(nn.Linear(i, o), nn.BatchNorm1d(o), nn.ReLU(), nn.Linear(o, o)),
                train_eps=True,
            )
            for i, o in sizes
        )
        self.jump = JumpingKnowledge("cat")
        self.head = nn.Linear(24, 3)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        kept = []
        for conv in self.convs:
            x = conv(x, edge_index).relu()
            kept.append(x)
        return self.head(global_add_pool(self.jump(kept), batch))


class Gine(nn.Module):
    """GINE with embedded atoms and bonds, mean pooling without a batch vector."""

    def __init__(self) -> None:
        super().__init__()
        self.atoms, self.bonds = nn.Embedding(5, 8), nn.Embedding(4, 8)
        self.convs = nn.ModuleList(
            GINEConv(nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8))) for _ in range(3)
        )
        self.head = nn.Linear(8, 1)

    def forward(self, z: Tensor, edge_index: Tensor, bond: Tensor) -> Tensor:
        h, e = self.atoms(z), self.bonds(bond)
        for number, conv in enumerate(self.convs):
            h = conv(h, edge_index, e)
            h = h if number == 2 else h.relu()
        return self.head(global_mean_pool(h, None))


class Graphs(nn.Module):
    """GraphConv sum, mean and max with residuals, the largest jump, max pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(6, 8)
        self.convs = nn.ModuleList(GraphConv(8, 8, aggr=a) for a in ("add", "mean", "max"))
        self.jump = JumpingKnowledge("max")
        self.head = nn.Sequential(nn.Linear(8, 8), nn.ELU(), nn.Linear(8, 2))

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        h = self.embed(x)
        kept = [h]
        for conv in self.convs:
            h = h + nn.functional.leaky_relu(conv(h, edge_index), 0.1)
            kept.append(h)
        return self.head(global_max_pool(self.jump(kept), batch))


class Points(nn.Module):
    """EdgeConv on given edges, GELU, node outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.first = EdgeConv(nn.Sequential(nn.Linear(12, 8), nn.GELU(), nn.Linear(8, 8)))
        self.second = EdgeConv(nn.Sequential(nn.Linear(16, 4), nn.Sigmoid()), aggr="mean")

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.second(self.first(x, edge_index), edge_index)


class Interaction(MessagePassing):
    """A user's own interaction network: edge updates, then node updates."""

    def __init__(self, nodes: int, edges: int) -> None:
        super().__init__(aggr="add")
        self.relational = nn.Sequential(
            nn.Linear(2 * nodes + edges, 8), nn.ReLU(), nn.Linear(8, edges)
        )
        self.objects = nn.Sequential(nn.Linear(nodes + edges, 8), nn.ReLU(), nn.Linear(8, nodes))

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> tuple[Tensor, Tensor]:
        updated = self.edge_updater(edge_index, x=x, edge_attr=edge_attr)
        aggregated = self.propagate(edge_index, updated=updated, size=(x.size(0), x.size(0)))
        return self.objects(torch.cat([x, aggregated], dim=1)), updated

    def edge_update(self, x_i: Tensor, x_j: Tensor, edge_attr: Tensor) -> Tensor:
        return self.relational(torch.cat([x_i, x_j, edge_attr], dim=1))

    def message(self, updated: Tensor) -> Tensor:
        return updated


class Tracking(nn.Module):
    """Two interaction networks of one shape and an edge classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = nn.ModuleList([Interaction(6, 3), Interaction(6, 3)])
        self.classify = nn.Linear(3, 1)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        for step in self.steps:
            x, edge_attr = step(x, edge_index, edge_attr)
        return torch.sigmoid(self.classify(edge_attr)).squeeze(-1)


ZOO: dict[str, Callable[[], nn.Module]] = {
    "gcn": Gcn,
    "gcn_plain": GcnPlain,
    "sage": Sage,
    "gin": Gin,
    "gine": Gine,
    "graph_conv": Graphs,
    "edge_conv": Points,
    "interaction": Tracking,
}
"""Models by name."""


def build(name: str, seed: int = 0) -> nn.Module:
    """A model with random weights and batch statistics, ready to infer."""
    torch.manual_seed(seed)
    model = ZOO[name]()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d):
            nn.init.normal_(module.running_mean, std=0.3)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
        if isinstance(module, GINConv) and isinstance(module.eps, nn.Parameter):
            nn.init.uniform_(module.eps, -0.5, 0.5)
    return model.eval()


def graph(nodes: int, edges: list[tuple[int, int]], seed: int = 0) -> Data:
    """A graph with every attribute that some model of the zoo takes."""
    generator = torch.Generator().manual_seed(seed)
    count = len(edges)
    index = torch.tensor(edges, dtype=torch.int64).reshape(count, 2).t().contiguous()
    return Data(
        x=torch.randn(nodes, 6, generator=generator),
        z=torch.randint(5, (nodes,), generator=generator),
        edge_index=index,
        edge_attr=torch.randn(count, 3, generator=generator),
        edge_weight=torch.rand(count, generator=generator),
        bond=torch.randint(4, (count,), generator=generator),
        batch=torch.zeros(nodes, dtype=torch.int64),
    )


def random_graph(seed: int, most_nodes: int = 14, most_edges: int = 30) -> Data:
    """A random graph, self-loops and duplicate edges included."""
    generator = torch.Generator().manual_seed(seed)
    nodes = int(torch.randint(1, most_nodes + 1, (1,), generator=generator))
    count = int(torch.randint(0, most_edges + 1, (1,), generator=generator))
    ends = torch.randint(nodes, (count, 2), generator=generator)
    return graph(nodes, [(int(a), int(b)) for a, b in ends], seed)


def odd_graphs() -> list[Data]:
    """Graphs that break assumptions."""
    hub = [(i, 0) for i in range(16)] + [(0, i) for i in range(1, 16)]
    return [
        graph(4, []),
        graph(1, []),
        graph(1, [(0, 0)]),
        graph(3, [(0, 0), (1, 1), (0, 1)]),
        graph(2, [(0, 1)] * 5),
        graph(5, [(0, 1), (1, 0)]),
        graph(16, hub),
        graph(16, [(i % 16, (i * 7) % 16) for i in range(32)]),
    ]


def data_set() -> list[Data]:
    """Random graphs and odd ones; no graph has more than 16 nodes or 32 edges."""
    return [random_graph(seed) for seed in range(24)] + odd_graphs()
