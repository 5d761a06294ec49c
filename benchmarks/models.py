"""The benchmark model: a 5 x 100 GINE for ogbg-molhiv, written as plain PyG."""

from torch import Tensor, nn
from torch_geometric.nn import GINEConv, global_mean_pool

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
