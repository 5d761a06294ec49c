"""Networks of particle physics and chemistry that are no classes of PyG."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch_geometric.nn import global_add_pool
from torch_geometric.nn.models.schnet import GaussianSmearing, InteractionBlock, ShiftedSoftplus
from torch_geometric.utils import scatter

NODE, EDGE, HIDDEN, CATEGORIES = 6, 3, 8, 5
"""Features of nodes and edges, hidden features, node categories."""

ITERATIONS = 8
"""Passes through the shared weights of the recurrent networks."""


def mlp(inputs: int, outputs: int) -> nn.Sequential:
    """Two layers with a ReLU."""
    return nn.Sequential(nn.Linear(inputs, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, outputs))


class ForceLayer(nn.Module):
    """Gated node and edge updates.

    Source: Park et al., "Accurate and scalable graph neural network force field", 2021, equations
    1 to 3; the sum over pairs of edges of a node is taken over its incoming edges.
    """

    def __init__(self) -> None:
        """Make the gates and cores of both updates."""
        super().__init__()
        self.node_gate, self.node_core = (
            nn.Linear(3 * HIDDEN, HIDDEN),
            nn.Linear(3 * HIDDEN, HIDDEN),
        )
        self.edge_gate, self.edge_core = (
            nn.Linear(3 * HIDDEN, HIDDEN),
            nn.Linear(3 * HIDDEN, HIDDEN),
        )

    def forward(self, h: Tensor, edge_index: Tensor, e: Tensor) -> tuple[Tensor, Tensor]:
        """[N, HIDDEN] and [E, HIDDEN]."""
        src, dst = edge_index
        joined = torch.cat([h[dst], h[src], e], dim=1)
        message = self.node_gate(joined).sigmoid() * self.node_core(joined).tanh()
        h = torch.tanh(h + scatter(message, dst, 0, h.size(0), reduce="sum"))
        around = scatter(e, dst, 0, h.size(0), reduce="mean")
        joined = torch.cat([h[dst] * h[src], around[src], e], dim=1)
        return h, torch.tanh(e + self.edge_gate(joined).sigmoid() * self.edge_core(joined).tanh())


class ForceField(nn.Module):
    """A force on every node: the sum of edge magnitudes along the edges' directions."""

    def __init__(self) -> None:
        """Make the embeddings, three layers and the magnitudes."""
        super().__init__()
        self.nodes, self.edges = nn.Embedding(CATEGORIES, HIDDEN), nn.Linear(HIDDEN, HIDDEN)
        self.smear = GaussianSmearing(0.0, 4.0, HIDDEN)
        self.layers = nn.ModuleList(ForceLayer() for _ in range(3))
        self.magnitude = mlp(HIDDEN, 1)

    def forward(self, z: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        """Forces [N, EDGE] from displacements edge_attr [E, EDGE]."""
        distance = edge_attr.norm(dim=1) + 1e-2
        h, e = self.nodes(z), self.edges(self.smear(distance))
        for layer in self.layers:
            h, e = layer(h, edge_index, e)
        force = self.magnitude(e) * edge_attr / distance.unsqueeze(1)
        return scatter(force, edge_index[1], 0, h.size(0), reduce="sum")


def tanh_mlp(inputs: int) -> nn.Sequential:
    """Two layers with LayerNorm and Tanh."""
    layers: list[nn.Module] = []
    for size in (inputs, HIDDEN):
        layers += [nn.Linear(size, HIDDEN), nn.LayerNorm(HIDDEN), nn.Tanh()]
    return nn.Sequential(*layers)


class RecurrentInteraction(nn.Module):
    """The same interaction network applied ITERATIONS times; a score for every edge.

    Source: Ju et al., "Performance of a geometric deep learning pipeline for HL-LHC particle
    tracking", 2021, section 4.3 (Exa.TrkX): messages summed in both directions, skip connections.
    """

    def __init__(self) -> None:
        """Make the encoders, the shared networks and the classifier."""
        super().__init__()
        self.node_encoder, self.edge_encoder = tanh_mlp(NODE), tanh_mlp(2 * HIDDEN)
        self.node_network, self.edge_network = tanh_mlp(3 * HIDDEN), tanh_mlp(3 * HIDDEN)
        self.classifier = nn.Sequential(tanh_mlp(3 * HIDDEN), nn.Linear(HIDDEN, 1))

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """[E]."""
        start, end = edge_index
        x = self.node_encoder(x)
        e = self.edge_encoder(torch.cat([x[start], x[end]], dim=-1))
        for _ in range(ITERATIONS):
            x, e = self.step(x, e, start, end)
        return self.classifier(torch.cat([x[start], x[end], e], dim=-1)).squeeze(-1).sigmoid()

    def step(self, x: Tensor, e: Tensor, start: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
        """One pass."""
        incoming = scatter(e, end, 0, x.size(0), reduce="sum")
        outgoing = scatter(e, start, 0, x.size(0), reduce="sum")
        x = self.node_network(torch.cat([x, incoming, outgoing], dim=-1)) + x
        return x, self.edge_network(torch.cat([x[start], x[end], e], dim=-1)) + e


class HistoryEdgeNet(nn.Module):
    """Edge weights and node states in turn; the input is kept beside every state.

    Source: Farrell et al., "Novel deep learning methods for track reconstruction", 2018, section
    5, with the ELU of the HGCal networks (Ju et al., 2020, section 3).
    """

    def __init__(self, iterations: int = 4) -> None:
        """Make the input, edge and node networks."""
        super().__init__()
        width = HIDDEN + NODE
        self.iterations = iterations
        self.register_buffer("datanorm", torch.full((NODE,), 0.5))
        self.inputs = nn.Sequential(nn.Linear(NODE, HIDDEN), nn.ELU())
        self.edges = nn.Sequential(nn.Linear(2 * width, HIDDEN), nn.ELU(), nn.Linear(HIDDEN, 1))
        self.nodes = nn.Sequential(nn.Linear(3 * width, HIDDEN), nn.ELU())

    def weights(self, h: Tensor, edge_index: Tensor) -> Tensor:
        """[E, 1] in 0..1."""
        return self.edges(torch.cat([h[edge_index[0]], h[edge_index[1]]], dim=1)).sigmoid()

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """[E]."""
        src, dst = edge_index
        x = x * self.datanorm
        h = torch.cat([self.inputs(x), x], dim=1)
        for _ in range(self.iterations):
            weight = self.weights(h, edge_index)
            incoming = scatter(weight * h[src], dst, 0, x.size(0), reduce="sum")
            outgoing = scatter(weight * h[dst], src, 0, x.size(0), reduce="sum")
            h = torch.cat([self.nodes(torch.cat([incoming, outgoing, h], dim=1)), x], dim=1)
        return self.weights(h, edge_index).squeeze(-1)


class SchNetOnEdges(nn.Module):
    """PyG's SchNet with edges and distances from the data instead of a radius graph.

    Source: Schütt et al., "SchNet", 2017.
    """

    def __init__(self, layers: int = 2, cutoff: float = 4.0) -> None:
        """Make `layers` interaction blocks and the atom-wise head."""
        super().__init__()
        self.embedding = nn.Embedding(CATEGORIES, HIDDEN)
        self.smear = GaussianSmearing(0.0, cutoff, HIDDEN)
        self.blocks = nn.ModuleList(
            InteractionBlock(HIDDEN, HIDDEN, HIDDEN, cutoff) for _ in range(layers)
        )
        self.head = nn.Sequential(nn.Linear(HIDDEN, 4), ShiftedSoftplus(), nn.Linear(4, 1))

    def forward(self, z: Tensor, edge_index: Tensor, edge_length: Tensor, batch: Tensor) -> Tensor:
        """Energies [G, 1]."""
        h, smeared = self.embedding(z), self.smear(edge_length)
        for block in self.blocks:
            h = h + block(h, edge_index, edge_length, smeared)
        return global_add_pool(self.head(h), batch)
