"""The benchmark models for ogbg-molhiv, written as plain PyG: FlowGNN's six shapes.

Shapes: Sarkar et al., "FlowGNN: A Dataflow Architecture for Real-Time Workload-Agnostic Graph
Neural Network Inference" (HPCA 2023).
"""

import inspect
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch_geometric.data import Data
from torch_geometric.nn import (
    GATConv,
    GINEConv,
    MessagePassing,
    global_add_pool,
    global_mean_pool,
)
from torch_geometric.nn.aggr import DegreeScalerAggregation
from torch_geometric.utils import degree, scatter

ATOM_SIZES = (119, 5, 12, 12, 10, 6, 6, 2, 2)
"""Number of values of each of the nine OGB atom features."""

BOND_SIZES = (5, 6, 2)
"""Number of values of each of the three OGB bond features."""


class CategoricalEncoder(nn.Module):
    """Sum of one embedding per categorical feature.

    Source: `AtomEncoder` and `BondEncoder` of OGB (Hu et al., 2020).
    """

    def __init__(self, sizes: tuple[int, ...], dim: int) -> None:
        """Make one table of [size, dim] per feature, Xavier-uniform as in OGB."""
        super().__init__()
        tables = [nn.Embedding(size, dim) for size in sizes]
        for table in tables:
            nn.init.xavier_uniform_(table.weight)
        self.tables = nn.ModuleList(tables)

    def forward(self, x: Tensor) -> Tensor:
        """Embed x [N, len(sizes)] int64 as [N, dim]."""
        out: Tensor = self.tables[0](x[:, 0])
        for i, table in enumerate(self.tables[1:], start=1):
            out = out + table(x[:, i])
        return out


def gine_mlp(hidden: int, mlp: int) -> nn.Sequential:
    """Return the update network of one layer, [N, hidden] -> [N, hidden]."""
    return nn.Sequential(
        nn.Linear(hidden, mlp),
        nn.BatchNorm1d(mlp),
        nn.ReLU(),
        nn.Linear(mlp, hidden),
    )


class MolGINE(nn.Module):
    """GINE with edge embeddings in every layer, mean pooling and a linear head.

    Layer l computes x_i' = BN(mlp((1 + eps) x_i + sum_j relu(x_j + e_ji))), with ReLU after all
    layers but the last. Source: Hu et al., "Strategies for Pre-training Graph Neural Networks"
    (2020), as in the OGB molecule baselines, without virtual node.
    """

    def __init__(
        self, num_layers: int = 5, hidden: int = 100, mlp: int = 200, dropout: float = 0.2
    ) -> None:
        """Make the layers; `dropout` only matters in training."""
        super().__init__()
        self.atom_encoder = CategoricalEncoder(ATOM_SIZES, hidden)
        self.bond_encoders = nn.ModuleList(
            CategoricalEncoder(BOND_SIZES, hidden) for _ in range(num_layers)
        )
        self.convs = nn.ModuleList(
            GINEConv(gine_mlp(hidden, mlp), train_eps=True) for _ in range(num_layers)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(hidden) for _ in range(num_layers))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Tensor) -> Tensor:
        """Return one logit per graph [G, 1].

        x [N, 9], edge_index [2, E], edge_attr [E, 3] and batch [N] are int64; batch is sorted.
        """
        h: Tensor = self.atom_encoder(x)
        last = len(self.convs) - 1
        for i, conv in enumerate(self.convs):
            h = self.norms[i](conv(h, edge_index, self.bond_encoders[i](edge_attr)))
            if i < last:
                h = h.relu()
            h = self.dropout(h)
        out: Tensor = self.head(global_mean_pool(h, batch))
        return out


class MolGINEVN(MolGINE):
    """GINE with a virtual node: one trained row per graph that every node reads and writes.

    Source: Gilmer et al., "Neural Message Passing for Quantum Chemistry" (2017), as in the OGB
    baselines: between layers, vn' = mlp(vn + sum_i x_i); each layer starts from x_i + vn.
    """

    def __init__(
        self, num_layers: int = 5, hidden: int = 100, mlp: int = 200, dropout: float = 0.2
    ) -> None:
        """Make the layers and one update network of the virtual node between each two."""
        super().__init__(num_layers, hidden, mlp, dropout)
        self.virtual = nn.Parameter(torch.zeros(1, hidden))
        self.updates = nn.ModuleList(
            nn.Sequential(gine_mlp(hidden, mlp), nn.BatchNorm1d(hidden), nn.ReLU())
            for _ in range(num_layers - 1)
        )

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Tensor) -> Tensor:
        """Return one logit per graph [G, 1]; arguments as for `MolGINE`."""
        h: Tensor = self.atom_encoder(x)
        vn = self.virtual.expand(int(batch.max()) + 1, -1)
        last = len(self.convs) - 1
        for i, conv in enumerate(self.convs):
            h = h + vn[batch]
            new = self.norms[i](conv(h, edge_index, self.bond_encoders[i](edge_attr)))
            if i < last:
                vn = self.dropout(self.updates[i](vn + global_add_pool(h, batch)))
                new = new.relu()
            h = self.dropout(new)
        out: Tensor = self.head(global_mean_pool(h, batch))
        return out


class MolGCNConv(MessagePassing):
    """GCN with edge embeddings, as in OGB's molecule baselines.

    x_i' = sum_j relu(h_j + e_ji) / sqrt(d_i d_j) + relu(h_i + r) / d_i with h = W x, d the degree
    with the self-loop and r a trained row. Source: Kipf and Welling, "Semi-Supervised
    Classification with Graph Convolutional Networks" (2017).
    """

    def __init__(self, hidden: int) -> None:
        """Make the weights for [N, hidden] -> [N, hidden]."""
        super().__init__(aggr="add")
        self.lin = nn.Linear(hidden, hidden)
        self.root = nn.Parameter(torch.zeros(1, hidden))
        self.bonds = CategoricalEncoder(BOND_SIZES, hidden)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        """Return [N, hidden]."""
        h = self.lin(x)
        count = degree(edge_index[0], x.size(0), dtype=x.dtype) + 1
        root = count.pow(-0.5).view(-1, 1)
        out: Tensor = self.propagate(edge_index, x=h, root=root, edge=self.bonds(edge_attr))
        return out + (h + self.root).relu() * (root * root)

    def message(self, x_j: Tensor, root_i: Tensor, root_j: Tensor, edge: Tensor) -> Tensor:
        """Return relu(h_j + e) with the symmetric normalisation."""
        return (root_i * root_j) * (x_j + edge).relu()


class MolGCN(nn.Module):
    """5 x 100 GCN with bond embeddings and BatchNorm, mean pooling and a linear head."""

    def __init__(self, num_layers: int = 5, hidden: int = 100, dropout: float = 0.2) -> None:
        """Make the layers."""
        super().__init__()
        self.atom_encoder = CategoricalEncoder(ATOM_SIZES, hidden)
        self.convs = nn.ModuleList(MolGCNConv(hidden) for _ in range(num_layers))
        self.norms = nn.ModuleList(nn.BatchNorm1d(hidden) for _ in range(num_layers))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Tensor) -> Tensor:
        """Return one logit per graph [G, 1]; arguments as for `MolGINE`."""
        h: Tensor = self.atom_encoder(x)
        last = len(self.convs) - 1
        for i, conv in enumerate(self.convs):
            h = self.norms[i](conv(h, edge_index, edge_attr))
            h = self.dropout(h.relu() if i < last else h)
        out: Tensor = self.head(global_mean_pool(h, batch))
        return out


class MolGAT(nn.Module):
    """5 GAT layers of 4 heads x 16 with skip projections, ELU, head mean at the end, 16-1.

    Source: Velickovic et al., "Graph Attention Networks" (2018).
    """

    def __init__(self, num_layers: int = 5, heads: int = 4, dim: int = 16) -> None:
        """Make the layers."""
        super().__init__()
        hidden = heads * dim
        self.atom_encoder = CategoricalEncoder(ATOM_SIZES, hidden)
        last = num_layers - 1
        self.convs = nn.ModuleList(
            GATConv(hidden, dim, heads=heads, concat=i < last) for i in range(num_layers)
        )
        self.skips = nn.ModuleList(
            nn.Linear(hidden, hidden if i < last else dim) for i in range(num_layers)
        )
        self.head = nn.Linear(dim, 1)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        """Return one logit per graph [G, 1]; x [N, 9], edge_index [2, E], batch [N]."""
        h: Tensor = self.atom_encoder(x)
        for conv, skip in zip(self.convs, self.skips, strict=True):
            h = nn.functional.elu(conv(h, edge_index) + skip(h))
        out: Tensor = self.head(global_mean_pool(h, batch))
        return out


PNA_DEGREES = (19, 90, 425, 346, 120)
"""Nodes of each in-degree per thousand in the training molecules, as PNA's scalers want them."""


class MolPNAConv(MessagePassing):
    """PNA without an inner network: x_i' = W [mean, min, max, std of x_j] by three scalers."""

    def __init__(self, hidden: int) -> None:
        """Make the weights for [N, 12 * hidden] -> [N, hidden]."""
        aggregators, scalers = ["mean", "min", "max", "std"], ["identity", *SCALERS]
        aggr = DegreeScalerAggregation(aggregators, scalers, torch.tensor(PNA_DEGREES))
        super().__init__(aggr=aggr)
        self.lin = nn.Linear(len(aggregators) * len(scalers) * hidden, hidden)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """Return [N, hidden]."""
        out: Tensor = self.lin(self.propagate(edge_index, x=x))
        return out


SCALERS = ("amplification", "attenuation")


class MolPNA(nn.Module):
    """4 x 80 PNA: mean, min, max, std by three degree scalers, skips, head 80-40-20-1.

    Source: Corso et al., "Principal Neighbourhood Aggregation for Graph Nets" (2020).
    """

    def __init__(self, num_layers: int = 4, hidden: int = 80) -> None:
        """Make the layers."""
        super().__init__()
        self.atom_encoder = CategoricalEncoder(ATOM_SIZES, hidden)
        self.convs = nn.ModuleList(MolPNAConv(hidden) for _ in range(num_layers))
        self.norms = nn.ModuleList(nn.BatchNorm1d(hidden) for _ in range(num_layers))
        self.head = nn.Sequential(
            nn.Linear(hidden, 40), nn.ReLU(), nn.Linear(40, 20), nn.ReLU(), nn.Linear(20, 1)
        )

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        """Return one logit per graph [G, 1]; x [N, 9], edge_index [2, E], batch [N]."""
        h: Tensor = self.atom_encoder(x)
        for conv, norm in zip(self.convs, self.norms, strict=True):
            h = h + norm(conv(h, edge_index)).relu()
        out: Tensor = self.head(global_mean_pool(h, batch))
        return out


class MolDGNConv(nn.Module):
    """DGN: x_i' = W [mean_j x_j, |sum_j w_ji (x_j - x_i)|], w a field along the edges.

    Source: Beani et al., "Directional Graph Networks" (2021).
    """

    def __init__(self, hidden: int) -> None:
        """Make the weights for [N, 2 * hidden] -> [N, hidden]."""
        super().__init__()
        self.lin = nn.Linear(2 * hidden, hidden)

    def forward(self, x: Tensor, edge_index: Tensor, field: Tensor) -> Tensor:
        """Return [N, hidden]; `field` [E, 1] has one weight per edge."""
        src, dst = edge_index
        mean = scatter(x[src], dst, dim_size=x.size(0), reduce="mean")
        slope = scatter(field * x[src], dst, dim_size=x.size(0))
        slope = slope - scatter(field, dst, dim_size=x.size(0)) * x
        out: Tensor = self.lin(torch.cat([mean, slope.abs()], dim=1))
        return out


class MolDGN(nn.Module):
    """4 x 100 DGN: mean and derivative along an eigenvector, skips, head 100-50-25-1."""

    def __init__(self, num_layers: int = 4, hidden: int = 100) -> None:
        """Make the layers."""
        super().__init__()
        self.atom_encoder = CategoricalEncoder(ATOM_SIZES, hidden)
        self.convs = nn.ModuleList(MolDGNConv(hidden) for _ in range(num_layers))
        self.norms = nn.ModuleList(nn.BatchNorm1d(hidden) for _ in range(num_layers))
        self.head = nn.Sequential(
            nn.Linear(hidden, 50), nn.ReLU(), nn.Linear(50, 25), nn.ReLU(), nn.Linear(25, 1)
        )

    def forward(self, x: Tensor, edge_index: Tensor, eig: Tensor, batch: Tensor) -> Tensor:
        """Return one logit per graph [G, 1]; eig [N, 1] is the first non-trivial eigenvector."""
        src, dst = edge_index
        rise = eig[src] - eig[dst]
        total = scatter(rise.abs(), dst, dim_size=x.size(0))
        field = rise / (total[dst] + 1e-8)
        h: Tensor = self.atom_encoder(x)
        for conv, norm in zip(self.convs, self.norms, strict=True):
            h = h + norm(conv(h, edge_index, field)).relu()
        out: Tensor = self.head(global_mean_pool(h, batch))
        return out


MODELS: dict[str, Callable[[], nn.Module]] = {
    "gcn": MolGCN,
    "gin": MolGINE,
    "gin_vn": MolGINEVN,
    "gat": MolGAT,
    "pna": MolPNA,
    "dgn": MolDGN,
}
"""The six models by name."""


def arguments(model: nn.Module) -> tuple[str, ...]:
    """The attributes of a graph that a model takes, in order."""
    return tuple(inspect.signature(model.forward).parameters)


def forward(model: nn.Module, batch: Data) -> Tensor:
    """The logits [G, 1] of a batch of graphs."""
    out: Tensor = model(*(batch[name] for name in arguments(model)))
    return out
