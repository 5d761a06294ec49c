"""Ready models of PyG, small."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn
from torch_geometric.nn import GCNConv, SAGEConv, models
from torch_geometric.utils import scatter

from benchmarks.coverage.convs import ATTRIBUTED, DEGREES, PLAIN, WEIGHTED
from benchmarks.coverage.entry import EDGE, NODE, OUT, Row, each, mlp
from benchmarks.coverage.graphs import GLOBAL, MAX_NODES
from benchmarks.coverage.wrappers import Around

GROUPED = "x edge_index batch"
MOLECULE = "x edge_index edge_attr batch"
HIDDEN, LAYERS = 8, 2

RADIUS = "builds a radius graph, which needs pyg-lib or torch-cluster"
TRIPLETS = f"{RADIUS}, and pairs of edges, which need torch-sparse"
WALKS = "draws random walks: a way to train embeddings, which is not inference on a graph"
TRAINING = "a way to train an encoder; what it infers with is the encoder"
STATE = "keeps a memory between calls"
SPARSE = "takes a sparse matrix of all pairs of nodes"


class Jumps(nn.Module):
    """Two layers and JumpingKnowledge over what each gave."""

    def __init__(self, **options: object) -> None:
        super().__init__()
        self.convs = nn.ModuleList([GCNConv(NODE, HIDDEN), GCNConv(HIDDEN, HIDDEN)])
        self.jump = models.JumpingKnowledge(**options)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """[nodes, F] to [nodes, F']."""
        seen = []
        for conv in self.convs:
            x = conv(x, edge_index).relu()
            seen.append(x)
        return self.jump(seen)


class EdgeModel(nn.Module):
    """Edges from both ends, themselves and their graph."""

    def __init__(self) -> None:
        super().__init__()
        self.mlp = mlp(2 * NODE + EDGE + GLOBAL, EDGE)

    def forward(
        self, src: Tensor, dst: Tensor, edge_attr: Tensor, u: Tensor, batch: Tensor
    ) -> Tensor:
        """[edges, F]."""
        return self.mlp(torch.cat([src, dst, edge_attr, u[batch]], dim=1))


class NodeModel(nn.Module):
    """Nodes from their edges and their graph."""

    def __init__(self) -> None:
        super().__init__()
        self.mlp_1, self.mlp_2 = mlp(NODE + EDGE, HIDDEN), mlp(NODE + HIDDEN + GLOBAL, NODE)

    def forward(
        self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, u: Tensor, batch: Tensor
    ) -> Tensor:
        """[nodes, F]."""
        row, col = edge_index
        out = self.mlp_1(torch.cat([x[row], edge_attr], dim=1))
        out = scatter(out, col, dim=0, dim_size=x.size(0), reduce="mean")
        return self.mlp_2(torch.cat([x, out, u[batch]], dim=1))


class GlobalModel(nn.Module):
    """Graphs from their nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.mlp = mlp(GLOBAL + NODE, GLOBAL)

    def forward(
        self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, u: Tensor, batch: Tensor
    ) -> Tensor:
        """[graphs, F]."""
        mean = scatter(x, batch, dim=0, dim_size=u.size(0), reduce="mean")
        return self.mlp(torch.cat([u, mean], dim=1))


class GivenEdges(nn.Module):
    """SchNet on edges that come with the graph, instead of those within a radius."""

    def __init__(self, **options: object) -> None:
        super().__init__()
        self.edges: list[Tensor] = []
        self.net = models.SchNet(
            hidden_channels=HIDDEN, num_filters=HIDDEN, num_interactions=2, num_gaussians=6,
            cutoff=6.0, interaction_graph=self.given, **options,
        )  # fmt: skip

    def given(self, pos: Tensor, _: Tensor) -> tuple[Tensor, Tensor]:
        """The edges and their lengths, as SchNet asks for them."""
        row, col = self.edges[0]
        return self.edges[0], (pos[row] - pos[col]).norm(dim=-1)

    def forward(self, z: Tensor, pos: Tensor, batch: Tensor, edge_index: Tensor) -> Tensor:
        """[graphs, 1]."""
        self.edges.append(edge_index)
        try:
            return self.net(z, pos, batch)
        finally:
            self.edges.clear()


class Links(Around):
    """Scores of the given pairs of nodes, encoded along the given edges."""

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """[edges]."""
        return self.module.decode(self.module.encode(x, edge_index), edge_index)


def _deep(block: str) -> nn.Module:
    return models.DeepGCNLayer(GCNConv(NODE, NODE), nn.LayerNorm(NODE), nn.ReLU(), block=block)


class Deep(Around):
    """A block whose forward takes whatever its convolution takes."""

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """[nodes, F]."""
        return self.module(x, edge_index)


def basic(make: type[nn.Module], **fixed: object) -> partial[nn.Module]:
    """One of the stacks of convolutions."""
    return partial(make, NODE, HIDDEN, LAYERS, OUT, **fixed)


ROWS = (
    Row(
        "MLP",
        each(partial(models.MLP, [NODE, HIDDEN, OUT]), "x", {}, {"norm": None, "act": "gelu"})
        + each(partial(models.MLP, [NODE, HIDDEN, OUT]), "x batch", {"norm": "graph_norm"}),
    ),
    Row(
        "GCN",
        each(basic(models.GCN), PLAIN, {}, {"jk": "cat"}, {"jk": "max", "norm": "batch_norm"})
        + each(basic(models.GCN), PLAIN, {"jk": "lstm"}, {"act": "elu", "act_first": True})
        + each(basic(models.GCN), WEIGHTED),
    ),
    Row(
        "GraphSAGE",
        each(basic(models.GraphSAGE), PLAIN, {}, {"norm": "layer_norm", "aggr": "max"})
        + each(basic(models.GraphSAGE), PLAIN, {"project": True, "jk": "cat"}),
    ),
    Row(
        "GIN",
        each(basic(models.GIN), PLAIN, {}, {"norm": "graph_norm"}, {"train_eps": True}),
    ),
    Row(
        "GAT",
        each(basic(models.GAT), PLAIN, {}, {"heads": 2}, {"heads": 2, "v2": True, "act": "elu"})
        + each(basic(models.GAT, edge_dim=EDGE), ATTRIBUTED, {"v2": True}),
    ),
    Row(
        "PNA",
        each(
            basic(models.PNA, deg=DEGREES),
            PLAIN,
            {"aggregators": ["mean", "max", "std"], "scalers": ["identity", "amplification"]},
            {"aggregators": ["sum", "min"], "scalers": ["attenuation"], "norm": "batch_norm"},
        ),
    ),
    Row("EdgeCNN", each(basic(models.EdgeCNN), PLAIN, {}, {"jk": "max"})),
    Row(
        "JumpingKnowledge",
        each(Jumps, PLAIN, {"mode": "cat"}, {"mode": "max"})
        + each(Jumps, PLAIN, {"mode": "lstm", "channels": HIDDEN, "num_layers": 2}),
    ),
    Row(
        "MetaLayer",
        each(
            lambda: models.MetaLayer(EdgeModel(), NodeModel(), GlobalModel()),
            f"{ATTRIBUTED} u batch",
        ),
    ),
    Row(
        "InnerProductDecoder",
        each(models.InnerProductDecoder, "z=x edge_index"),
    ),
    Row("GAE", each(lambda: Links(models.GAE(GCNConv(NODE, OUT))), PLAIN)),
    Row(
        "SignedGCN",
        each(
            partial(models.SignedGCN, NODE, HIDDEN, num_layers=2),
            "x pos_edge_index=edge_index neg_edge_index=others",
        ),
    ),
    Row("GraphUNet", each(partial(models.GraphUNet, NODE, HIDDEN, OUT, depth=1), GROUPED)),
    Row(
        "SchNet",
        each(GivenEdges, "z=element pos batch edge_index", {}, {"readout": "mean"})
        + each(GivenEdges, "z=element pos batch edge_index", {"mean": 0.3, "std": 1.5}),
    ),
    Row(
        "DeepGCNLayer",
        each(
            lambda **options: Deep(_deep(**options)),
            PLAIN,
            {"block": "res+"},
            {"block": "res"},
            {"block": "dense"},
            {"block": "plain"},
        ),
    ),
    Row(
        "LabelPropagation",
        each(partial(models.LabelPropagation, 2, 0.5), "y=chance edge_index mask"),
    ),
    Row(
        "AttentiveFP",
        each(
            partial(models.AttentiveFP, NODE, HIDDEN, OUT, EDGE, num_layers=2, num_timesteps=1),
            MOLECULE,
        ),
    ),
    Row("RECT_L", each(partial(models.RECT_L, NODE, HIDDEN), PLAIN)),
    Row("LINKX", each(partial(models.LINKX, MAX_NODES, NODE, HIDDEN, OUT, num_layers=1), PLAIN)),
    Row("LightGCN", each(partial(models.LightGCN, MAX_NODES, HIDDEN, num_layers=2), "edge_index")),
    Row(
        "MaskLabel",
        each(partial(models.MaskLabel, 4, NODE), "x y=color mask", {}, {"method": "concat"}),
    ),
    Row(
        "GroupAddRev",
        each(lambda: Deep(models.GroupAddRev(SAGEConv(3, 3), num_groups=2)), PLAIN),
    ),
    Row("PMLP", each(partial(models.PMLP, NODE, HIDDEN, OUT, num_layers=2), PLAIN)),
    Row(
        "NeuralFingerprint",
        each(partial(models.NeuralFingerprint, NODE, HIDDEN, OUT, 2, max_degree=3), GROUPED),
    ),
    Row(
        "SGFormer",
        each(
            partial(models.SGFormer, NODE, HIDDEN, OUT, trans_num_layers=1, gnn_num_layers=1),
            GROUPED,
        ),
    ),
    Row(
        "Polynormer",
        each(
            partial(models.Polynormer, NODE, HIDDEN, OUT, local_layers=1, global_layers=1), GROUPED
        ),
    ),
    Row("ARLinkPredictor", each(partial(models.ARLinkPredictor, NODE, HIDDEN, OUT), PLAIN)),
    Row(
        "GPSENodeEncoder",
        each(
            partial(models.GPSENodeEncoder, dim_emb=8, dim_pe_in=NODE, dim_pe_out=3, dim_in=NODE),
            "x pos_enc=x_0",
            {"expand_x": True},
        ),
    ),
    Row("Node2Vec", excluded=WALKS),
    Row("MetaPath2Vec", excluded=WALKS),
    Row("DeepGraphInfomax", excluded=TRAINING),
    Row("VGAE", excluded="infers as GAE does; its noise is for training"),
    Row("ARGA", excluded=TRAINING),
    Row("ARGVA", excluded=TRAINING),
    Row("RENet", excluded="a sequence of past events per pair, prepared by its own transform"),
    Row("DimeNet", excluded=TRIPLETS),
    Row("DimeNetPlusPlus", excluded=TRIPLETS),
    Row("GNNFF", excluded=TRIPLETS),
    Row("ViSNet", excluded=RADIUS),
    Row("TGNMemory", excluded=STATE),
    Row("GPSE", excluded="draws random node states in every call"),
    Row("CorrectAndSmooth", excluded="two rounds of LabelPropagation, which has a row of its own"),
    Row("LPFormer", excluded=SPARSE),
)
