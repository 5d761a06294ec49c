"""Convolutions that attend, look at positions, or know types of nodes and edges."""

from __future__ import annotations

from functools import partial

from torch import nn
from torch_geometric.nn import conv

from benchmarks.coverage.convs import (
    ATTRIBUTED,
    PAIR,
    PLAIN,
    ROOTED,
    TWO_SIDED,
    TWO_SIDED_ATTRIBUTED,
    TYPED,
    two_sided,
)
from benchmarks.coverage.entry import EDGE, NODE, OUT, POINT, RELATIONS, Row, each, mlp, one
from benchmarks.coverage.graphs import NODE_TYPES
from benchmarks.coverage.wrappers import BipartitePoints, BipartiteWeighted, WithAttention

POINTS = "x pos edge_index"
TWO_SIDED_POINTS = "x x_dst pos pos_dst edge_index=cross"
ORIENTED = "x pos normal edge_index"
LAYERED = "x=x_layers edge_index"
HYPER = "x hyperedge_index=hyper"
WEIGHED_HYPER = f"{HYPER} hyperedge_weight=target_weight"
ATTENDED_HYPER = f"{WEIGHED_HYPER} hyperedge_attr=x_same"
WEIGHED_SPACES = {"hyperedge_index.1": "hyperedge_weight"}
GROUPED = "x edge_index batch"
MULTI_TYPED = "x edge_index node_type edge_type edge_attr"


def _gat_with_attention() -> nn.Module:
    return WithAttention(conv.GATConv(NODE, OUT, heads=2, add_self_loops=False))


def _point_net(features: int, **options: object) -> nn.Module:
    return conv.PointNetConv(mlp(features + POINT, 8), mlp(8, OUT), **options)


def _ppf(**options: object) -> nn.Module:
    return conv.PPFConv(mlp(NODE + 4, 8), mlp(8, OUT), **options)


def _point_transformer(channels: int | tuple[int, int], **options: object) -> nn.Module:
    return conv.PointTransformerConv(channels, OUT, **options)


def _general(channels: int | tuple[int, int] = NODE, **options: object) -> nn.Module:
    return conv.GeneralConv(channels, OUT, **options)


def _gps(**options: object) -> nn.Module:
    return conv.GPSConv(NODE, conv.GCNConv(NODE, NODE), **options)


def _heat(**options: object) -> nn.Module:
    return conv.HEATConv(
        NODE,
        OUT,
        num_node_types=NODE_TYPES,
        num_edge_types=RELATIONS,
        edge_type_emb_dim=3,
        edge_dim=EDGE,
        edge_attr_emb_dim=5,
        **options,
    )


ROWS = (
    Row(
        "GATConv",
        each(partial(conv.GATConv, NODE, OUT), PLAIN, {}, {"heads": 2}, {"residual": True})
        + each(partial(conv.GATConv, NODE, OUT, heads=2), PLAIN, {"concat": False, "bias": False})
        + each(partial(conv.GATConv, NODE, OUT, heads=2), PLAIN, {"add_self_loops": False})
        + each(partial(conv.GATConv, NODE, OUT, heads=2, edge_dim=EDGE), ATTRIBUTED)
        + each(partial(conv.GATConv, NODE, OUT, edge_dim=EDGE), ATTRIBUTED, {"fill_value": "max"})
        + one("return_attention_weights=True", _gat_with_attention, PLAIN)
        + each(partial(two_sided, conv.GATConv, OUT, add_self_loops=False), TWO_SIDED),
    ),
    Row(
        "GATv2Conv",
        each(partial(conv.GATv2Conv, NODE, OUT), PLAIN, {}, {"heads": 2}, {"residual": True})
        + each(partial(conv.GATv2Conv, NODE, OUT, heads=2), PLAIN, {"concat": False, "bias": False})
        + each(partial(conv.GATv2Conv, NODE, OUT), PLAIN, {"share_weights": True})
        + each(partial(conv.GATv2Conv, NODE, OUT, heads=2, edge_dim=EDGE), ATTRIBUTED)
        + each(partial(conv.GATv2Conv, NODE, OUT, edge_dim=EDGE), ATTRIBUTED, {"fill_value": 0.5})
        + each(partial(two_sided, conv.GATv2Conv, OUT, add_self_loops=False), TWO_SIDED),
    ),
    Row(
        "TransformerConv",
        each(partial(conv.TransformerConv, NODE, OUT), PLAIN, {}, {"heads": 2}, {"beta": True})
        + each(partial(conv.TransformerConv, NODE, OUT, heads=2), PLAIN, {"concat": False})
        + each(partial(conv.TransformerConv, NODE, OUT), PLAIN, {"root_weight": False})
        + each(
            partial(conv.TransformerConv, NODE, OUT, heads=2, edge_dim=EDGE),
            ATTRIBUTED,
            {"beta": True},
        )
        + each(partial(two_sided, conv.TransformerConv, OUT), TWO_SIDED, {}, {"bias": False}),
    ),
    Row(
        "AGNNConv",
        each(conv.AGNNConv, PLAIN, {}, {"requires_grad": False}, {"add_self_loops": False}),
    ),
    Row(
        "RGATConv",
        each(partial(conv.RGATConv, NODE, OUT, RELATIONS), TYPED, {}, {"heads": 2, "num_bases": 2})
        + each(
            partial(conv.RGATConv, NODE, OUT, RELATIONS),
            TYPED,
            {"num_blocks": 2},
            {"attention_mechanism": "within-relation"},
            {"attention_mode": "multiplicative-self-attention", "dim": 2},
            {"mod": "additive", "concat": False, "heads": 2},
            {"mod": "scaled"},
            {"mod": "f-additive"},
            {"mod": "f-scaled", "bias": False},
        )
        + each(
            partial(conv.RGATConv, NODE, OUT, RELATIONS, edge_dim=EDGE, heads=2),
            f"{TYPED} edge_attr",
        ),
    ),
    Row(
        "DNAConv",
        each(partial(conv.DNAConv, NODE), LAYERED, {}, {"heads": 2}, {"heads": 2, "groups": 2})
        + each(partial(conv.DNAConv, NODE), f"{LAYERED} edge_weight", {"bias": False}),
    ),
    Row(
        "PointNetConv",
        each(partial(_point_net, NODE), POINTS, {}, {"add_self_loops": False}, {"aggr": "sum"})
        + each(lambda: BipartitePoints(_point_net(NODE, add_self_loops=False)), TWO_SIDED_POINTS),
    ),
    Row(
        "GMMConv",
        each(
            partial(conv.GMMConv, NODE, OUT, dim=EDGE, kernel_size=2),
            ATTRIBUTED,
            {},
            {"separate_gaussians": True},
            {"aggr": "sum", "bias": False},
        )
        + each(
            lambda: BipartiteWeighted(conv.GMMConv(PAIR, OUT, dim=EDGE, kernel_size=2)),
            TWO_SIDED_ATTRIBUTED,
        ),
    ),
    Row("PPFConv", each(_ppf, ORIENTED, {}, {"add_self_loops": False}, {"aggr": "mean"})),
    Row(
        "FeaStConv",
        each(partial(conv.FeaStConv, NODE, OUT), PLAIN, {}, {"heads": 2})
        + each(
            partial(conv.FeaStConv, NODE, OUT, heads=3),
            PLAIN,
            {"add_self_loops": False, "bias": False},
        ),
    ),
    Row(
        "PointTransformerConv",
        each(partial(_point_transformer, NODE), POINTS, {}, {"add_self_loops": False})
        + one(
            "pos_nn=MLP, attn_nn=MLP",
            lambda: _point_transformer(NODE, pos_nn=mlp(POINT, OUT), attn_nn=mlp(OUT, OUT)),
            POINTS,
        )
        + each(
            lambda: BipartitePoints(_point_transformer(PAIR, add_self_loops=False)),
            TWO_SIDED_POINTS,
        ),
    ),
    Row(
        "HypergraphConv",
        each(
            partial(conv.HypergraphConv, NODE, OUT),
            HYPER,
            {},
            {"bias": False},
            spaces={"hyperedge_index.1": "hyperedges"},
        )
        + each(partial(conv.HypergraphConv, NODE, OUT), WEIGHED_HYPER, spaces=WEIGHED_SPACES)
        + each(
            partial(conv.HypergraphConv, NODE, OUT, use_attention=True),
            ATTENDED_HYPER,
            {"heads": 2},
            {"attention_mode": "edge", "concat": False, "heads": 2},
            spaces=WEIGHED_SPACES,
        ),
    ),
    Row(
        "SuperGATConv",
        each(partial(conv.SuperGATConv, NODE, OUT), PLAIN, {}, {"attention_type": "SD"})
        + each(partial(conv.SuperGATConv, NODE, OUT, heads=2), PLAIN, {"concat": False})
        + each(partial(conv.SuperGATConv, NODE, OUT), PLAIN, {"add_self_loops": False}),
    ),
    Row(
        "FAConv",
        each(partial(conv.FAConv, NODE), ROOTED, {}, {"eps": 0.3, "add_self_loops": False})
        + each(partial(conv.FAConv, NODE, normalize=False), f"{ROOTED} edge_weight"),
    ),
    Row(
        "GeneralConv",
        each(_general, PLAIN, {}, {"aggr": "mean", "l2_normalize": True}, {"aggr": "max"})
        + each(_general, PLAIN, {"skip_linear": True}, {"directed_msg": False, "bias": False})
        + each(
            partial(_general, heads=2),
            PLAIN,
            {"attention": True},
            {"attention": True, "attention_type": "dot_product"},
        )
        + each(partial(_general, in_edge_channels=EDGE, heads=2), ATTRIBUTED, {"attention": True})
        + each(partial(two_sided, conv.GeneralConv, OUT), TWO_SIDED),
    ),
    Row(
        "HEATConv",
        each(_heat, MULTI_TYPED, {}, {"heads": 2}, {"heads": 2, "concat": False})
        + each(_heat, MULTI_TYPED, {"root_weight": False, "bias": False}),
    ),
    Row(
        "PointGNNConv",
        each(
            lambda: conv.PointGNNConv(mlp(NODE, POINT), mlp(NODE + POINT, 8), mlp(8, NODE)), POINTS
        ),
    ),
    Row(
        "GPSConv",
        each(_gps, GROUPED, {}, {"heads": 2, "norm": "layer_norm"}, {"norm": None})
        + each(_gps, GROUPED, {"attn_type": "performer"})
        + each(_gps, PLAIN, {"norm": "graph_norm"}),
    ),
)
