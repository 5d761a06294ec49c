"""Normalisations."""

from __future__ import annotations

from functools import partial

from torch_geometric.nn import norm

from benchmarks.coverage.entry import NODE, Row, each
from benchmarks.coverage.graphs import NODE_TYPES

ALONE, GROUPED, TYPED = "x", "x batch", "x type_vec=node_type"

ROWS = (
    Row(
        "BatchNorm",
        each(partial(norm.BatchNorm, NODE), ALONE, {}, {"affine": False})
        + each(partial(norm.BatchNorm, NODE), ALONE, {"track_running_stats": False}),
    ),
    Row(
        "HeteroBatchNorm",
        each(partial(norm.HeteroBatchNorm, NODE, NODE_TYPES), TYPED, {}, {"affine": False}),
    ),
    Row(
        "InstanceNorm",
        each(partial(norm.InstanceNorm, NODE), GROUPED, {}, {"affine": True})
        + each(partial(norm.InstanceNorm, NODE), GROUPED, {"track_running_stats": True})
        + each(partial(norm.InstanceNorm, NODE), ALONE, {"affine": True}),
    ),
    Row(
        "LayerNorm",
        each(partial(norm.LayerNorm, NODE), GROUPED, {}, {"affine": False})
        + each(partial(norm.LayerNorm, NODE), ALONE, {}, {"mode": "node"})
        + each(partial(norm.LayerNorm, NODE), ALONE, {"mode": "node", "affine": False}),
    ),
    Row(
        "HeteroLayerNorm",
        each(partial(norm.HeteroLayerNorm, NODE, NODE_TYPES), TYPED, {}, {"affine": False}),
    ),
    Row(
        "GraphNorm",
        each(partial(norm.GraphNorm, NODE), GROUPED) + each(partial(norm.GraphNorm, NODE), ALONE),
    ),
    Row("GraphSizeNorm", each(norm.GraphSizeNorm, GROUPED) + each(norm.GraphSizeNorm, ALONE)),
    Row(
        "PairNorm",
        each(norm.PairNorm, GROUPED, {}, {"scale": 2.0, "scale_individually": True})
        + each(norm.PairNorm, ALONE, {}, {"scale_individually": True}),
    ),
    Row(
        "MeanSubtractionNorm",
        each(norm.MeanSubtractionNorm, GROUPED) + each(norm.MeanSubtractionNorm, ALONE),
    ),
    Row("MessageNorm", each(norm.MessageNorm, "x msg", {}, {"learn_scale": True})),
    Row(
        "DiffGroupNorm",
        each(partial(norm.DiffGroupNorm, NODE, groups=2), ALONE, {}, {"lamda": 0.5})
        + each(partial(norm.DiffGroupNorm, NODE, groups=3), ALONE, {"affine": False}),
    ),
)
