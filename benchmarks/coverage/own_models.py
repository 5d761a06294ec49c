"""Models of the literature that are no classes of PyG, written as a user writes them.

Inputs by name: x [N, NODE], z [N] categories, edge_index [2, E], edge_attr [E, EDGE], edge_length
[E] > 0, eig [N, 2] Laplacian eigenvectors, batch [N], edge_label_index [2, L] pairs to score.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.nn import (
    AttentiveFP,
    DeepGCNLayer,
    GCNConv,
    GENConv,
    GINConv,
    MessagePassing,
    MetaLayer,
    SAGEConv,
    global_add_pool,
    global_max_pool,
    global_mean_pool,
)
from torch_geometric.utils import scatter

from benchmarks.coverage.own_physics import (
    EDGE,
    HIDDEN,
    NODE,
    ForceField,
    HistoryEdgeNet,
    RecurrentInteraction,
    SchNetOnEdges,
    mlp,
)


class VirtualNode(nn.Module):
    """GIN with a trained state of the graph that all nodes read and write.

    Source: Gilmer et al., "Neural message passing for quantum chemistry", 2017, section 5.2.
    """

    def __init__(self, layers: int = 3) -> None:
        """Make `layers` GIN layers and the updates of the state between them."""
        super().__init__()
        self.encoder, self.state = nn.Linear(NODE, HIDDEN), nn.Embedding(1, HIDDEN)
        self.convs = nn.ModuleList(GINConv(mlp(HIDDEN, HIDDEN)) for _ in range(layers))
        self.updates = nn.ModuleList(mlp(HIDDEN, HIDDEN) for _ in range(layers - 1))
        self.head = nn.Linear(HIDDEN, 2)

    def run(self, x: Tensor, edge_index: Tensor, batch: Tensor, count: int) -> Tensor:
        """[count, 2], one row per graph."""
        h = self.encoder(x)
        state = self.state(torch.zeros(count, dtype=torch.long))
        for number, conv in enumerate(self.convs):
            h = h + state[batch]
            h = conv(h, edge_index).relu()
            if number < len(self.updates):
                state = state + self.updates[number](global_add_pool(h, batch, count) + state)
        return self.head(global_mean_pool(h, batch, count))


class VirtualNodeSingle(VirtualNode):
    """The same for one graph at a time."""

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """[1, 2]."""
        return self.run(x, edge_index, torch.zeros(x.size(0), dtype=torch.long), 1)


class VirtualNodeBatched(VirtualNode):
    """The same with several graphs."""

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        """[G, 2]."""
        return self.run(x, edge_index, batch, int(batch.max()) + 1)


class DirectionalConv(MessagePassing):
    """Mean of the neighbours, and their derivative along an eigenvector of the Laplacian.

    Source: Beaini et al., "Directional graph networks", 2021, equations 3 to 8: weights
    w_ij = d_ij / (sum_j |d_ij| + eps) with d_ij = eig_j - eig_i; the derivative is
    |sum_j w_ij (x_j - x_i)|.
    """

    EPS = 1e-3

    def __init__(self, inputs: int, outputs: int) -> None:
        """Make a layer over [N, inputs]."""
        super().__init__(aggr="sum")
        self.update_net = nn.Linear(2 * inputs, outputs)

    def forward(self, x: Tensor, edge_index: Tensor, eig: Tensor) -> Tensor:
        """[N, outputs] from x [N, inputs] and the eigenvector eig [N]."""
        src, dst = edge_index[0], edge_index[1]
        delta = eig[src] - eig[dst]
        total = scatter(delta.abs(), dst, 0, x.size(0), reduce="sum")
        weight = delta / (total[dst] + self.EPS)
        mean = scatter(x[src], dst, 0, x.size(0), reduce="mean")
        slope = self.propagate(edge_index, x=x, weight=weight).abs()
        return self.update_net(torch.cat([mean, slope], dim=1))

    def message(self, x_i: Tensor, x_j: Tensor, weight: Tensor) -> Tensor:
        """[E, inputs]."""
        return weight.view(-1, 1) * (x_j - x_i)


class Directional(nn.Module):
    """Two directional layers along the first non-trivial eigenvector, with a residual."""

    def __init__(self) -> None:
        """Make both layers and the head."""
        super().__init__()
        self.first, self.second = DirectionalConv(NODE, HIDDEN), DirectionalConv(HIDDEN, HIDDEN)
        self.head = nn.Linear(HIDDEN, 2)

    def forward(self, x: Tensor, edge_index: Tensor, eig: Tensor, batch: Tensor) -> Tensor:
        """[G, 2]."""
        h = self.first(x, edge_index, eig[:, 1]).relu()
        h = h + self.second(h, edge_index, eig[:, 1]).relu()
        return self.head(global_mean_pool(h, batch))


class DeepGcn(nn.Module):
    """Pre-activation residual blocks around GENConv with softmax aggregation.

    Source: Li et al., "DeeperGCN", 2020.
    """

    def __init__(self, layers: int = 3) -> None:
        """Make the encoders and `layers` blocks."""
        super().__init__()
        self.nodes, self.edges = nn.Linear(NODE, HIDDEN), nn.Linear(EDGE, HIDDEN)
        self.layers = nn.ModuleList(
            DeepGCNLayer(
                GENConv(HIDDEN, HIDDEN, aggr="softmax", t=1.0, learn_t=True, num_layers=2),
                nn.LayerNorm(HIDDEN),
                nn.ReLU(inplace=True),
                block="res+",
                dropout=0.1,
            )
            for _ in range(layers)
        )
        self.head = nn.Linear(HIDDEN, 2)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        """[N, 2]."""
        h, e = self.nodes(x), self.edges(edge_attr)
        h = self.layers[0].conv(h, edge_index, e)
        for layer in self.layers[1:]:
            h = layer(h, edge_index, e)
        return self.head(self.layers[0].act(self.layers[0].norm(h)))


class LinkPredictor(nn.Module):
    """The inner product of the encodings of both ends, for every edge."""

    def __init__(self) -> None:
        """Make the encoder."""
        super().__init__()
        self.first, self.second = GCNConv(NODE, HIDDEN), GCNConv(HIDDEN, HIDDEN)

    def encode(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """[N, HIDDEN]."""
        return self.second(self.first(x, edge_index).relu(), edge_index)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """[E]."""
        h = self.encode(x, edge_index)
        return (h[edge_index[0]] * h[edge_index[1]]).sum(dim=-1)


class PairPredictor(LinkPredictor):
    """The same for pairs of nodes that are no edges."""

    def forward(self, x: Tensor, edge_index: Tensor, edge_label_index: Tensor) -> Tensor:
        """[L]."""
        h = self.encode(x, edge_index)
        return (h[edge_label_index[0]] * h[edge_label_index[1]]).sum(dim=-1)


class SeveralTasks(nn.Module):
    """Outputs for nodes, edges and graphs of a batch."""

    def __init__(self) -> None:
        """Make the encoder and three heads."""
        super().__init__()
        self.conv = SAGEConv(NODE, HIDDEN)
        self.nodes, self.edges = nn.Linear(HIDDEN, 3), nn.Linear(2 * HIDDEN + EDGE, 1)
        self.graphs = nn.Linear(2 * HIDDEN, 2)

    def forward(
        self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Tensor
    ) -> dict[str, Tensor]:
        """Scores "node" [N, 3], "edge" [E, 1] and "graph" [G, 2]."""
        h = self.conv(x, edge_index).relu()
        joined = torch.cat([h[edge_index[0]], h[edge_index[1]], edge_attr], dim=1)
        pooled = torch.cat([global_mean_pool(h, batch), global_max_pool(h, batch)], dim=1)
        return {
            "node": self.nodes(h),
            "edge": self.edges(joined).sigmoid(),
            "graph": self.graphs(pooled),
        }


class NodeClassifier(nn.Module):
    """Log-probabilities of every node's class."""

    def __init__(self) -> None:
        """Make two layers."""
        super().__init__()
        self.first, self.second = GCNConv(NODE, HIDDEN), GCNConv(HIDDEN, 4)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """[N, 4]."""
        h = functional.dropout(self.first(x, edge_index).relu(), training=self.training)
        return functional.log_softmax(self.second(h, edge_index), dim=1)


class GraphClassifier(nn.Module):
    """The most probable class of every graph, and the probabilities."""

    def __init__(self) -> None:
        """Make a layer and the head."""
        super().__init__()
        self.conv, self.head = GINConv(mlp(NODE, HIDDEN), train_eps=True), nn.Linear(HIDDEN, 4)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> tuple[Tensor, Tensor]:
        """[G] int64 and [G, 4]."""
        scores = self.head(global_mean_pool(self.conv(x, edge_index).relu(), batch))
        return scores.argmax(dim=1), scores.softmax(dim=1)


class EdgeModel(nn.Module):
    """The edge update of a graph network block."""

    def __init__(self) -> None:
        """Make the network."""
        super().__init__()
        self.net = mlp(2 * NODE + EDGE + HIDDEN, EDGE)

    def forward(self, src: Tensor, dst: Tensor, edge_attr: Tensor, u: Tensor, b: Tensor) -> Tensor:
        """[E, EDGE]."""
        return self.net(torch.cat([src, dst, edge_attr, u[b]], dim=1))


class NodeModel(nn.Module):
    """The node update of a graph network block."""

    def __init__(self) -> None:
        """Make the networks of messages and of nodes."""
        super().__init__()
        self.message, self.net = mlp(NODE + EDGE, HIDDEN), mlp(NODE + 2 * HIDDEN, NODE)

    def forward(self, x: Tensor, edges: Tensor, e: Tensor, u: Tensor, batch: Tensor) -> Tensor:
        """[N, NODE]."""
        message = self.message(torch.cat([x[edges[0]], e], dim=1))
        mean = scatter(message, edges[1], 0, x.size(0), reduce="mean")
        return self.net(torch.cat([x, mean, u[batch]], dim=1))


class GlobalModel(nn.Module):
    """The update of the graph's own features."""

    def __init__(self) -> None:
        """Make the network."""
        super().__init__()
        self.net = mlp(HIDDEN + NODE, HIDDEN)

    def forward(self, x: Tensor, edges: Tensor, e: Tensor, u: Tensor, batch: Tensor) -> Tensor:
        """[G, HIDDEN]."""
        return self.net(torch.cat([u, global_mean_pool(x, batch)], dim=1))


class GraphNetwork(nn.Module):
    """Two graph network blocks (Battaglia et al., 2018) from PyG's MetaLayer."""

    def __init__(self) -> None:
        """Make both blocks; the graph's features start from the mean of its nodes."""
        super().__init__()
        self.start = nn.Linear(NODE, HIDDEN)
        self.blocks = nn.ModuleList(
            MetaLayer(EdgeModel(), NodeModel(), GlobalModel()) for _ in range(2)
        )

    def forward(
        self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """[N, NODE], [E, EDGE] and [G, HIDDEN]."""
        u = self.start(global_mean_pool(x, batch))
        for block in self.blocks:
            x, edge_attr, u = block(x, edge_index, edge_attr, u, batch)
        return x, edge_attr, u


OWN: dict[str, Callable[[], nn.Module]] = {
    "virtual_node": VirtualNodeSingle,
    "virtual_node_batched": VirtualNodeBatched,
    "directional": Directional,
    "force_field": ForceField,
    "recurrent_interaction": RecurrentInteraction,
    "history_edge_net": HistoryEdgeNet,
    "deep_gcn": DeepGcn,
    "link_predictor": LinkPredictor,
    "pair_predictor": PairPredictor,
    "several_tasks": SeveralTasks,
    "node_classifier": NodeClassifier,
    "graph_classifier": GraphClassifier,
    "graph_network": GraphNetwork,
    "schnet_on_edges": SchNetOnEdges,
    "attentive_fp": lambda: AttentiveFP(NODE, HIDDEN, 2, EDGE, num_layers=2, num_timesteps=2),
}


def own_models() -> dict[str, Callable[[], nn.Module]]:
    """Every model of this file by name, to be made with fresh random weights."""
    return dict(OWN)
