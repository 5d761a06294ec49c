"""Small models, one for each thing a model can do."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.nn import (
    MLP,
    BatchNorm,
    EdgeConv,
    GCNConv,
    GINConv,
    GINEConv,
    GraphConv,
    JumpingKnowledge,
    MeanAggregation,
    MessagePassing,
    SAGEConv,
    global_add_pool,
    global_max_pool,
    global_mean_pool,
)
from torch_geometric.utils import softmax

from tests.frontend.inputs import CLASSES, EDGE, NODE


class Conv(nn.Module):
    """One convolution and a nonlinearity on nodes."""

    def __init__(self, conv: nn.Module, weighted: bool = False) -> None:
        super().__init__()
        self.conv = conv
        self.weighted = weighted


class Plain(Conv):
    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.conv(x, edge_index)


class Weighted(Conv):
    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor) -> Tensor:
        return self.conv(x, edge_index, edge_weight)


class Attributed(Conv):
    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        return self.conv(x, edge_index, edge_attr)


class Activated(nn.Module):
    def __init__(self, act: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.lin, self.act = nn.Linear(NODE, 6), act

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.act(self.lin(x)) * 0.5 + 1.0


class Stacked(nn.Module):
    """Residual GIN layers with BatchNorm, dropout and a jumping-knowledge readout."""

    def __init__(self, mode: str = "cat", jump: str = "cat", hidden: int = 6) -> None:
        super().__init__()
        self.lin = nn.Linear(NODE, hidden)
        self.convs = nn.ModuleList(
            GINConv(
                nn.Sequential(nn.Linear(hidden, 8), BatchNorm(8), nn.ReLU(), nn.Linear(8, hidden)),
                train_eps=True,
            )
            for _ in range(3)
        )
        self.norms = nn.ModuleList(BatchNorm(hidden) for _ in range(3))
        self.mode, self.jump = mode, JumpingKnowledge(jump)
        self.head = nn.Linear(hidden * (3 if jump == "cat" else 1), 2)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        h, seen = self.lin(x), []
        for conv, norm in zip(self.convs, self.norms, strict=True):
            new = functional.dropout(norm(conv(h, edge_index)).relu(), 0.5, self.training)
            h = h + new if self.mode == "add" else new
            seen.append(h)
        return self.head(self.jump(seen))


class Pooled(nn.Module):
    def __init__(self, pool: Callable[..., Tensor]) -> None:
        super().__init__()
        self.conv, self.pool = GraphConv(NODE, 6), pool
        self.mlp = MLP([6, 5, 2], dropout=0.3)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor | None = None) -> Tensor:
        return self.mlp(self.pool(self.conv(x, edge_index).tanh(), batch))


class Batched(Pooled):
    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        return super().forward(x, edge_index, batch)


class Single(Pooled):
    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return super().forward(x, edge_index, None)


class ZeroBatch(Pooled):
    """The usual stand-in for a batch of one graph."""

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return super().forward(x, edge_index, torch.zeros(x.size(0), dtype=torch.long))


class AllPools(nn.Module):
    """Three pools side by side, after a normalisation by graph means."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3 * NODE, 3)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        h = x - global_mean_pool(x, batch)[batch]
        pools = (global_add_pool, global_mean_pool, global_max_pool)
        return self.head(torch.cat([pool(h, batch) for pool in pools], dim=-1))


class Centered(nn.Module):
    """Row reductions by plain torch, given back to every node."""

    def forward(self, x: Tensor, edge_index: Tensor) -> tuple[Tensor, Tensor]:
        mean = x.mean(dim=0, keepdim=True)
        return x - mean, torch.cat([mean, x.sum(0, keepdim=True), x.amax(0)[None]], dim=1)


class Embedded(nn.Module):
    """Categorical nodes and edges, as in molecules."""

    def __init__(self) -> None:
        super().__init__()
        self.atoms = nn.ModuleList(nn.Embedding(n, 6) for n in CLASSES)
        self.bonds = nn.Embedding(4, 6)
        self.conv = GINEConv(nn.Linear(6, 6), train_eps=True)

    def forward(self, z: Tensor, edge_index: Tensor, edge_type: Tensor) -> Tensor:
        h = 0
        for column, table in enumerate(self.atoms):
            h = h + table(z[:, column])
        return self.conv(h, edge_index, self.bonds(edge_type)).relu()


class OneHot(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lin = nn.Linear(4, 3)

    def forward(self, x: Tensor, edge_index: Tensor, edge_type: Tensor) -> Tensor:
        return self.lin(functional.one_hot(edge_type, 4).to(x.dtype)) * 2


class Interaction(MessagePassing):
    """A user's own interaction network: edges first, then nodes."""

    def __init__(self, aggr: str = "sum") -> None:
        super().__init__(aggr=aggr)
        self.edge_mlp = nn.Sequential(nn.Linear(2 * NODE + EDGE, 7), nn.ReLU(), nn.Linear(7, EDGE))
        self.node_mlp = nn.Sequential(nn.Linear(NODE + EDGE, 7), nn.ReLU(), nn.Linear(7, NODE))

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> tuple[Tensor, Tensor]:
        src, dst = edge_index
        edge_attr = edge_attr + self.edge_mlp(torch.cat([x[src], x[dst], edge_attr], dim=-1))
        size = (x.size(0), x.size(0))
        return self.propagate(edge_index, size=size, x=x, edge_attr=edge_attr), edge_attr

    def message(self, edge_attr: Tensor) -> Tensor:
        return edge_attr.sigmoid() * edge_attr

    def update(self, aggregated: Tensor, x: Tensor) -> Tensor:
        return x + self.node_mlp(torch.cat([x, aggregated], dim=1))


class EdgeScores(nn.Module):
    """Two interaction layers, an output for every edge, node and the whole graph."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Interaction() for _ in range(2))
        self.score = nn.Linear(EDGE, 1)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> dict[str, Tensor]:
        for layer in self.layers:
            x, edge_attr = layer(x, edge_index, edge_attr)
        score = self.score(edge_attr).squeeze(-1)
        return {"edge": torch.sigmoid(score), "hits": x, "total": x.sum(dim=0, keepdim=True)}


class Shapes(nn.Module):
    """Views that move features about: heads, chunks, transposes, reductions over features."""

    def __init__(self) -> None:
        super().__init__()
        self.lin = nn.Linear(NODE, 12)
        self.att = nn.Parameter(torch.randn(1, 3, 4))
        self.scale = nn.Parameter(torch.tensor(1.5))

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        h = self.lin(x).view(-1, 3, 4)
        alpha = (h * self.att).sum(dim=-1, keepdim=True)
        h = (h * alpha.sigmoid()).transpose(1, 2).mean(dim=2)
        first, second = h.chunk(2, dim=-1)
        stacked = torch.stack([first, second], dim=1).flatten(1)
        norm = functional.normalize(h, dim=-1) * self.scale
        return torch.cat([stacked, h[:, 1:3], norm, x.new_ones(x.size(0), 2), h[:, ::2]], dim=1)


class Attention(MessagePassing):
    """A single-head attention written by hand: softmax over incoming edges."""

    def __init__(self) -> None:
        super().__init__(aggr="sum")
        self.query, self.key = nn.Linear(NODE, 5), nn.Linear(NODE, 5, bias=False)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        src, dst = edge_index[0], edge_index[1]
        score = (self.query(x)[dst] * self.key(x)[src]).sum(-1) / 5**0.5
        return self.propagate(edge_index, x=x, w=softmax(score, dst, num_nodes=x.size(0)))

    def message(self, x_j: Tensor, w: Tensor) -> Tensor:
        return w.view(-1, 1) * x_j


class Global(nn.Module):
    """Features of the graph next to those of its nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.lin = nn.Linear(NODE + 2, 3)

    def forward(self, x: Tensor, edge_index: Tensor, u: Tensor, batch: Tensor) -> Tensor:
        return self.lin(torch.cat([x, u[batch]], dim=1))


class VirtualNode(nn.Module):
    """A trained state of the graph that all nodes read and write."""

    def __init__(self) -> None:
        super().__init__()
        self.lin, self.table = nn.Linear(NODE, 4), nn.Embedding(1, 4)
        self.conv, self.head = GINConv(nn.Linear(4, 4)), nn.Linear(4, 2)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        count = int(batch.max()) + 1
        state = self.table(torch.zeros(count, dtype=torch.long))
        h = self.conv(self.lin(x) + state[batch], edge_index).relu()
        return self.head(state + global_add_pool(h, batch, count))


class InPlace(nn.Module):
    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        h = x * 2
        h += 1
        h.relu_()
        return h.clamp_(min=0.25, max=3).mul_(h)


class Weights(nn.Module):
    """Arithmetic with edge weights, powers and constants."""

    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor) -> Tensor:
        src, dst = edge_index
        w = edge_weight.abs().view(-1, 1)
        up = torch.zeros_like(x).index_add_(0, dst, x[src] * w)
        degree = x.new_zeros(x.size(0)).scatter_add_(0, dst, edge_weight**2)
        return up / (degree + 1).unsqueeze(1) - 3 / (1 + torch.exp(x)) + torch.maximum(x, up).neg()


class Masked(nn.Module):
    """Edges of one kind only."""

    def forward(self, x: Tensor, edge_index: Tensor, edge_type: Tensor) -> Tensor:
        kept = edge_index[:, edge_type == 1]
        out = torch.zeros_like(x).index_add(0, kept[1], x[kept[0]])
        return out + torch.where(edge_type == 2, 1.0, 0.0).sum()


class Undirected(nn.Module):
    """Every edge in both directions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = SAGEConv(NODE, 5)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.conv(x, torch.cat([edge_index, edge_index.flip(0)], dim=1))


def randomized(model: nn.Module) -> nn.Module:
    """Parameters and statistics that all matter."""
    generator = torch.Generator().manual_seed(1)
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        if tensor.is_floating_point():
            noise = torch.rand(tensor.shape, generator=generator) - 0.5
            tensor.data = noise.abs() + 0.5 if "running_var" in name else noise
    return model.eval()


def _mlp(inputs: int) -> nn.Module:
    return nn.Sequential(nn.Linear(inputs, 6), nn.ReLU(), nn.Linear(6, 5))


MODELS: dict[str, Callable[[], nn.Module]] = {
    "gcn": lambda: Plain(GCNConv(NODE, 5)),
    "gcn_weights": lambda: Weighted(GCNConv(NODE, 5)),
    "gcn_improved": lambda: Weighted(GCNConv(NODE, 5, improved=True, bias=False)),
    "gcn_plain": lambda: Weighted(GCNConv(NODE, 5, normalize=False)),
    "gcn_no_loops": lambda: Plain(GCNConv(NODE, 5, add_self_loops=False)),
    "sage_mean": lambda: Plain(SAGEConv(NODE, 5)),
    "sage_max": lambda: Plain(SAGEConv(NODE, 5, aggr="max", project=True)),
    "sage_sum": lambda: Plain(SAGEConv(NODE, 5, aggr="sum", root_weight=False)),
    "sage_normalize": lambda: Plain(SAGEConv(NODE, 5, normalize=True)),
    "gin": lambda: Plain(GINConv(_mlp(NODE), train_eps=True)),
    "gin_eps": lambda: Plain(GINConv(_mlp(NODE), eps=0.3)),
    "gine": lambda: Attributed(GINEConv(_mlp(NODE), edge_dim=EDGE)),
    "graph_add": lambda: Weighted(GraphConv(NODE, 5)),
    "graph_mean": lambda: Weighted(GraphConv(NODE, 5, aggr="mean")),
    "graph_max": lambda: Plain(GraphConv(NODE, 5, aggr="max", bias=False)),
    "graph_min": lambda: Plain(GraphConv(NODE, 5, aggr="min")),
    "edge": lambda: Plain(EdgeConv(_mlp(2 * NODE), aggr="max")),
    "stacked_cat": Stacked,
    "stacked_max": lambda: Stacked("add", "max"),
    "pool_add": lambda: Batched(global_add_pool),
    "pool_mean": lambda: Batched(global_mean_pool),
    "pool_max": lambda: Batched(global_max_pool),
    "pool_module": lambda: Batched(MeanAggregation()),
    "pool_all": AllPools,
    "single_add": lambda: Single(global_add_pool),
    "single_mean": lambda: Single(global_mean_pool),
    "single_max": lambda: Single(global_max_pool),
    "zero_batch": lambda: ZeroBatch(global_mean_pool),
    "centered": Centered,
    "embedded": Embedded,
    "one_hot": OneHot,
    "interaction": Interaction,
    "interaction_max": lambda: Interaction("max"),
    "edge_scores": EdgeScores,
    "shapes": Shapes,
    "attention": Attention,
    "global": Global,
    "virtual_node": VirtualNode,
    "in_place": InPlace,
    "weights": Weights,
    "masked": Masked,
    "undirected": Undirected,
}

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": nn.ReLU(inplace=True),
    "leaky_relu": nn.LeakyReLU(0.2),
    "elu": nn.ELU(0.7),
    "gelu": nn.GELU(),
    "gelu_tanh": nn.GELU(approximate="tanh"),
    "silu": nn.SiLU(),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "softplus": nn.Softplus(),
    "relu6": nn.ReLU6(),
    "square": torch.square,
    "cube": lambda x: x**3,
}
