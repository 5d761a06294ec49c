"""Convolutions whose messages come from features, weights and degrees."""

from __future__ import annotations

from functools import partial

import torch
from torch import nn
from torch_geometric.nn import conv

from benchmarks.coverage.entry import EDGE, NODE, OUT, RELATIONS, Row, each, mlp, one
from benchmarks.coverage.graphs import SIDE
from benchmarks.coverage.wrappers import Bipartite, BipartiteWeighted, SourcesOnly

PLAIN, WEIGHTED, ATTRIBUTED = "x edge_index", "x edge_index edge_weight", "x edge_index edge_attr"
TYPED = "x edge_index edge_type"
TWO_SIDED = "x x_dst edge_index=cross"
TWO_SIDED_WEIGHTED = f"{TWO_SIDED} edge_attr=edge_weight"
TWO_SIDED_ATTRIBUTED = f"{TWO_SIDED} edge_attr"
TWO_SIDED_TYPED = f"{TWO_SIDED} edge_attr=edge_type"
ROOTED = "x x_0 edge_index"

PAIR = (NODE, SIDE)
"""Features of both kinds of nodes."""

DEGREES = torch.tensor([2, 3, 4, 1, 1])
"""A histogram of degrees, as PNA wants it."""

CUGRAPH = "needs pylibcugraph, which runs on NVIDIA GPUs only"
NEIGHBOURS = "builds its own k-nearest-neighbour graph, which needs pyg-lib or torch-cluster"


def two_sided(make: type[nn.Module], *args: object, **options: object) -> Bipartite:
    """A convolution of two kinds of nodes."""
    return Bipartite(make(PAIR, *args, **options))


def _two_sided_weighted(
    make: type[nn.Module], *args: object, **options: object
) -> BipartiteWeighted:
    return BipartiteWeighted(make(PAIR, *args, **options))


def _sources_only(make: type[nn.Module], *args: object, **options: object) -> SourcesOnly:
    return SourcesOnly(make(PAIR, *args, **options))


def _gin(channels: int, **options: object) -> nn.Module:
    return conv.GINConv(mlp(channels, OUT), **options)


def _gine(**options: object) -> nn.Module:
    return conv.GINEConv(mlp(NODE, OUT), edge_dim=EDGE, **options)


def _nn_conv(channels: int | tuple[int, int], **options: object) -> nn.Module:
    first = channels if isinstance(channels, int) else channels[0]
    return conv.NNConv(channels, OUT, mlp(EDGE, first * OUT), **options)


def _edge_conv(**options: object) -> nn.Module:
    return conv.EdgeConv(mlp(2 * NODE, OUT), **options)


def _pna(**options: object) -> nn.Module:
    chosen = {
        "aggregators": ["mean", "min", "max", "std"],
        "scalers": ["identity", "amplification", "attenuation"],
    }
    return conv.PNAConv(NODE, OUT, deg=DEGREES, **{**chosen, **options})


ROWS = (
    Row("MessagePassing", excluded="the base class, which computes nothing by itself"),
    Row(
        "SimpleConv",
        each(conv.SimpleConv, PLAIN, {}, {"aggr": "mean"}, {"combine_root": "self_loop"})
        + each(conv.SimpleConv, WEIGHTED, {"combine_root": "sum"}, {"combine_root": "cat"})
        + each(conv.SimpleConv, PLAIN, {"aggr": ["mean", "max"]}, {"aggr": "median"}),
    ),
    Row(
        "GCNConv",
        each(partial(conv.GCNConv, NODE, OUT), PLAIN, {}, {"add_self_loops": False})
        + each(partial(conv.GCNConv, NODE, OUT), PLAIN, {"improved": True, "bias": False})
        + each(partial(conv.GCNConv, NODE, OUT), PLAIN, {"aggr": "max"})
        + each(partial(conv.GCNConv, NODE, OUT), WEIGHTED, {}, {"normalize": False}),
    ),
    Row(
        "ChebConv",
        each(partial(conv.ChebConv, NODE, OUT), PLAIN, {"K": 3}, {"K": 1})
        + each(partial(conv.ChebConv, NODE, OUT), PLAIN, {"K": 2, "bias": False})
        + each(partial(conv.ChebConv, NODE, OUT), WEIGHTED, {"K": 3, "normalization": "sym"}),
    ),
    Row(
        "SAGEConv",
        each(partial(conv.SAGEConv, NODE, OUT), PLAIN, {}, {"aggr": "max"}, {"aggr": "sum"})
        + each(partial(conv.SAGEConv, NODE, OUT), PLAIN, {"normalize": True}, {"project": True})
        + each(partial(conv.SAGEConv, NODE, OUT), PLAIN, {"root_weight": False, "bias": False})
        + each(partial(conv.SAGEConv, NODE, OUT), PLAIN, {"aggr": "softmax"}, {"aggr": "std"})
        + each(partial(two_sided, conv.SAGEConv, OUT), TWO_SIDED)
        + each(partial(_sources_only, conv.SAGEConv, OUT), TWO_SIDED, {"root_weight": False}),
    ),
    Row("CuGraphSAGEConv", excluded=CUGRAPH),
    Row(
        "GraphConv",
        each(partial(conv.GraphConv, NODE, OUT), PLAIN, {}, {"aggr": "max"}, {"bias": False})
        + each(partial(conv.GraphConv, NODE, OUT), WEIGHTED, {}, {"aggr": "mean"})
        + each(partial(_two_sided_weighted, conv.GraphConv, OUT), TWO_SIDED_WEIGHTED),
    ),
    Row("GravNetConv", excluded=NEIGHBOURS),
    Row(
        "GatedGraphConv",
        each(partial(conv.GatedGraphConv, NODE, num_layers=2), PLAIN, {}, {"aggr": "mean"})
        + each(partial(conv.GatedGraphConv, NODE, num_layers=1), WEIGHTED, {"bias": False})
        + each(partial(conv.GatedGraphConv, NODE + 2, num_layers=2), PLAIN, {"aggr": "max"}),
    ),
    Row(
        "ResGatedGraphConv",
        each(partial(conv.ResGatedGraphConv, NODE, OUT), PLAIN, {}, {"root_weight": False})
        + each(partial(conv.ResGatedGraphConv, NODE, OUT, edge_dim=EDGE), ATTRIBUTED)
        + each(partial(conv.ResGatedGraphConv, NODE, OUT), PLAIN, {"bias": False})
        + each(partial(two_sided, conv.ResGatedGraphConv, OUT), TWO_SIDED),
    ),
    Row("CuGraphGATConv", excluded=CUGRAPH),
    Row("FusedGATConv", excluded="needs dgNN, which runs on NVIDIA GPUs only"),
    Row(
        "TAGConv",
        each(partial(conv.TAGConv, NODE, OUT), PLAIN, {"K": 2}, {"K": 0})
        + each(partial(conv.TAGConv, NODE, OUT), WEIGHTED, {}, {"K": 2, "normalize": False})
        + each(partial(conv.TAGConv, NODE, OUT), PLAIN, {"K": 1, "bias": False}),
    ),
    Row(
        "GINConv",
        each(partial(_gin, NODE), PLAIN, {}, {"eps": 0.3}, {"train_eps": True}, {"aggr": "mean"})
        + each(lambda: Bipartite(conv.GINConv(mlp(NODE, OUT))), "x x_dst=x_same edge_index=cross"),
    ),
    Row(
        "GINEConv",
        each(_gine, ATTRIBUTED, {}, {"train_eps": True}, {"aggr": "max"})
        + each(lambda: BipartiteWeighted(_gine()), "x x_dst=x_same edge_index=cross edge_attr"),
    ),
    Row(
        "ARMAConv",
        each(partial(conv.ARMAConv, NODE, OUT), PLAIN, {}, {"num_stacks": 2, "num_layers": 2})
        + each(
            partial(conv.ARMAConv, NODE, OUT, num_stacks=2, num_layers=2),
            WEIGHTED,
            {"shared_weights": True},
            {"act": None, "bias": False},
        ),
    ),
    Row(
        "SGConv",
        each(partial(conv.SGConv, NODE, OUT), PLAIN, {}, {"K": 2}, {"add_self_loops": False})
        + each(partial(conv.SGConv, NODE, OUT), WEIGHTED, {"K": 2, "bias": False}),
    ),
    Row(
        "SSGConv",
        each(partial(conv.SSGConv, NODE, OUT, alpha=0.1), PLAIN, {}, {"K": 2})
        + each(partial(conv.SSGConv, NODE, OUT, alpha=0.2), PLAIN, {"add_self_loops": False})
        + each(partial(conv.SSGConv, NODE, OUT, alpha=0.1), WEIGHTED, {"K": 2, "bias": False}),
    ),
    Row(
        "APPNP",
        each(partial(conv.APPNP, alpha=0.1), PLAIN, {"K": 2}, {"K": 2, "add_self_loops": False})
        + each(partial(conv.APPNP, alpha=0.2), WEIGHTED, {"K": 3}, {"K": 2, "normalize": False}),
    ),
    Row(
        "MFConv",
        each(partial(conv.MFConv, NODE, OUT), PLAIN, {"max_degree": 3}, {"max_degree": 0})
        + each(partial(conv.MFConv, NODE, OUT), PLAIN, {"max_degree": 2, "bias": False})
        + each(partial(two_sided, conv.MFConv, OUT, max_degree=2), TWO_SIDED),
    ),
    Row(
        "RGCNConv",
        each(partial(conv.RGCNConv, NODE, OUT, RELATIONS), TYPED, {}, {"num_bases": 2})
        + each(partial(conv.RGCNConv, NODE, OUT, RELATIONS), TYPED, {"aggr": "sum"})
        + each(partial(conv.RGCNConv, NODE, OUT, RELATIONS), TYPED, {"aggr": "max"})
        + each(
            partial(conv.RGCNConv, NODE, OUT, RELATIONS),
            TYPED,
            {"num_blocks": 2},
            {"root_weight": False, "bias": False},
        )
        + each(partial(_two_sided_weighted, conv.RGCNConv, OUT, RELATIONS), TWO_SIDED_TYPED),
    ),
    Row(
        "FastRGCNConv",
        each(partial(conv.FastRGCNConv, NODE, OUT, RELATIONS), TYPED, {}, {"num_bases": 2})
        + each(
            partial(conv.FastRGCNConv, NODE, OUT, RELATIONS),
            TYPED,
            {"num_blocks": 2},
            {"aggr": "sum"},
            {"root_weight": False, "bias": False},
        ),
    ),
    Row("CuGraphRGCNConv", excluded=CUGRAPH),
    Row(
        "SignedConv",
        each(
            partial(conv.SignedConv, NODE, OUT),
            "x pos_edge_index=edge_index neg_edge_index=others",
            {"first_aggr": True},
            {"first_aggr": True, "bias": False},
        )
        + each(
            partial(conv.SignedConv, NODE // 2, OUT),
            "x pos_edge_index=edge_index neg_edge_index=others",
            {"first_aggr": False},
        ),
    ),
    Row(
        "NNConv",
        each(partial(_nn_conv, NODE), ATTRIBUTED, {}, {"aggr": "mean"}, {"aggr": "max"})
        + each(partial(_nn_conv, NODE), ATTRIBUTED, {"root_weight": False, "bias": False})
        + each(lambda: BipartiteWeighted(_nn_conv(PAIR)), TWO_SIDED_ATTRIBUTED),
    ),
    Row("SplineConv", excluded="needs the B-spline kernels of pyg-lib"),
    Row(
        "CGConv",
        each(partial(conv.CGConv, NODE), PLAIN, {}, {"batch_norm": True})
        + each(partial(conv.CGConv, NODE, dim=EDGE), ATTRIBUTED, {}, {"aggr": "mean"})
        + each(lambda: BipartiteWeighted(conv.CGConv(PAIR, dim=EDGE)), TWO_SIDED_ATTRIBUTED),
    ),
    Row("EdgeConv", each(_edge_conv, PLAIN, {}, {"aggr": "mean"}, {"aggr": "sum"})),
    Row("DynamicEdgeConv", excluded=NEIGHBOURS),
    Row("XConv", excluded=NEIGHBOURS),
    Row(
        "LEConv",
        each(partial(conv.LEConv, NODE, OUT), PLAIN, {}, {"bias": False})
        + each(partial(conv.LEConv, NODE, OUT), WEIGHTED)
        + each(partial(_two_sided_weighted, conv.LEConv, OUT), TWO_SIDED_WEIGHTED),
    ),
    Row(
        "PNAConv",
        each(_pna, PLAIN, {}, {"towers": 2, "divide_input": True}, {"train_norm": True})
        + each(_pna, ATTRIBUTED, {"edge_dim": EDGE}, {"edge_dim": EDGE, "pre_layers": 2})
        + each(_pna, PLAIN, {"aggregators": ["sum", "var"], "scalers": ["linear"]})
        + each(_pna, PLAIN, {"aggregators": ["mean"], "scalers": ["inverse_linear"]}),
    ),
    Row(
        "ClusterGCNConv",
        each(partial(conv.ClusterGCNConv, NODE, OUT), PLAIN, {}, {"diag_lambda": 0.5})
        + each(partial(conv.ClusterGCNConv, NODE, OUT), PLAIN, {"bias": False}),
    ),
    Row(
        "GENConv",
        each(partial(conv.GENConv, NODE, OUT), PLAIN, {}, {"learn_t": True}, {"norm": "layer"})
        + each(
            partial(conv.GENConv, NODE, OUT),
            PLAIN,
            {"aggr": "powermean", "learn_p": True},
            {"aggr": "add", "num_layers": 1, "norm": None, "bias": True},
            {"msg_norm": True, "learn_msg_scale": True},
        )
        + each(partial(conv.GENConv, NODE, OUT, edge_dim=EDGE), ATTRIBUTED)
        + each(partial(two_sided, conv.GENConv, OUT), TWO_SIDED),
    ),
    Row(
        "GCN2Conv",
        each(partial(conv.GCN2Conv, NODE, alpha=0.1), ROOTED, {}, {"theta": 0.5, "layer": 1})
        + each(partial(conv.GCN2Conv, NODE, alpha=0.1), ROOTED, {"shared_weights": False})
        + each(partial(conv.GCN2Conv, NODE, alpha=0.1), f"{ROOTED} edge_weight", {})
        + each(partial(conv.GCN2Conv, NODE, alpha=0.1), ROOTED, {"normalize": False}),
    ),
    Row("PANConv", each(partial(conv.PANConv, NODE, OUT, filter_size=2), PLAIN)),
    Row("WLConv", each(conv.WLConv, "x=color edge_index")),
    Row(
        "WLConvContinuous",
        each(conv.WLConvContinuous, PLAIN) + each(conv.WLConvContinuous, WEIGHTED),
    ),
    Row(
        "FiLMConv",
        each(partial(conv.FiLMConv, NODE, OUT), PLAIN, {}, {"act": None})
        + each(partial(conv.FiLMConv, NODE, OUT, RELATIONS), TYPED, {}, {"aggr": "max"})
        + one(
            "nn=Linear",
            lambda: conv.FiLMConv(NODE, OUT, RELATIONS, nn=nn.Linear(NODE, 2 * OUT)),
            TYPED,
        )
        + each(partial(_two_sided_weighted, conv.FiLMConv, OUT, RELATIONS), TWO_SIDED_TYPED),
    ),
    Row(
        "EGConv",
        each(
            partial(conv.EGConv, NODE, 8, num_heads=4, num_bases=2),
            PLAIN,
            {},
            {"aggregators": ["sum", "mean", "symnorm", "max", "std"]},
            {"aggregators": ["min", "var"]},
            {"aggregators": ["min", "var"], "add_self_loops": False},
            {"aggregators": ["symnorm"], "add_self_loops": False, "bias": False},
        ),
    ),
    Row(
        "PDNConv",
        each(
            partial(conv.PDNConv, NODE, OUT, EDGE, hidden_channels=5),
            ATTRIBUTED,
            {},
            {"normalize": False},
            {"add_self_loops": False, "bias": False},
        ),
    ),
    Row(
        "LGConv",
        each(conv.LGConv, PLAIN) + each(conv.LGConv, WEIGHTED, {}, {"normalize": False}),
    ),
    Row(
        "AntiSymmetricConv",
        each(partial(conv.AntiSymmetricConv, NODE), PLAIN, {}, {"num_iters": 2})
        + each(partial(conv.AntiSymmetricConv, NODE), PLAIN, {"act": "relu", "bias": False})
        + one(
            "phi=SAGEConv",
            lambda: conv.AntiSymmetricConv(NODE, phi=conv.SAGEConv(NODE, NODE)),
            PLAIN,
        ),
    ),
    Row(
        "DirGNNConv",
        each(lambda **o: conv.DirGNNConv(conv.SAGEConv(NODE, OUT), **o), PLAIN, {}, {"alpha": 0.3})
        + one(
            "conv=GCNConv, root_weight=False",
            lambda: conv.DirGNNConv(conv.GCNConv(NODE, OUT), root_weight=False),
            PLAIN,
        )
        + one("conv=GATConv", lambda: conv.DirGNNConv(conv.GATConv(NODE, OUT)), PLAIN),
    ),
    Row(
        "MixHopConv",
        each(partial(conv.MixHopConv, NODE, OUT), PLAIN, {}, {"powers": [0, 2], "bias": False})
        + each(partial(conv.MixHopConv, NODE, OUT), WEIGHTED, {"add_self_loops": False}),
    ),
    Row("MeshCNNConv", each(partial(conv.MeshCNNConv, NODE, OUT), "x edge_index=mesh")),
)
