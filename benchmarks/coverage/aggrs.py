"""Aggregations, as readout over the nodes of each graph and over the neighbours of each node."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import nn
from torch_geometric.nn import aggr

from benchmarks.coverage.convs import DEGREES
from benchmarks.coverage.entry import NODE, OUT, Row, Variant, each, mlp, one
from benchmarks.coverage.graphs import MAX_NODES
from benchmarks.coverage.wrappers import DenseReadout, Neighbours, Readout

READOUT, NEIGHBOURS = "x batch", "x edge_index"


def readouts(make: Callable[..., nn.Module], *choices: dict[str, object]) -> tuple[Variant, ...]:
    """A variant for each choice, over the nodes of each graph."""
    return each(lambda **options: Readout(make(**options)), READOUT, *choices)


def both(make: Callable[..., nn.Module], *choices: dict[str, object]) -> tuple[Variant, ...]:
    """Each choice as a readout, the first one over neighbours too."""
    first = choices[:1] or ({},)
    near = each(lambda **options: Neighbours(make(**options)), NEIGHBOURS, *first)
    return readouts(make, *choices) + near


def dense(make: Callable[..., nn.Module], *choices: dict[str, object]) -> tuple[Variant, ...]:
    """The same, of modules that must know how many nodes a graph has at most."""
    return each(lambda **options: DenseReadout(make(**options), MAX_NODES), READOUT, *choices)


def _gate() -> nn.Module:
    return aggr.AttentionalAggregation(nn.Linear(NODE, 1))


def _gates_and_features() -> nn.Module:
    return Readout(aggr.AttentionalAggregation(mlp(NODE, OUT), nn.Linear(NODE, OUT)))


def _deep_sets() -> nn.Module:
    return aggr.DeepSetsAggregation(mlp(NODE, 8), nn.Linear(8, OUT))


ROWS = (
    Row("Aggregation", excluded="the base class, which computes nothing by itself"),
    Row(
        "MultiAggregation",
        both(partial(aggr.MultiAggregation, ["mean", "std", "max"]), {}, {"mode": "sum"})
        + readouts(
            partial(aggr.MultiAggregation, ["mean", "max"]),
            {"mode": "proj", "mode_kwargs": {"in_channels": NODE, "out_channels": OUT}},
            {"mode": "attn", "mode_kwargs": {"in_channels": NODE, "out_channels": OUT}},
            {"mode": "max"},
        ),
    ),
    Row("SumAggregation", both(aggr.SumAggregation)),
    Row("MeanAggregation", both(aggr.MeanAggregation)),
    Row("MaxAggregation", both(aggr.MaxAggregation)),
    Row("MinAggregation", both(aggr.MinAggregation)),
    Row("MulAggregation", both(aggr.MulAggregation)),
    Row("VarAggregation", both(aggr.VarAggregation)),
    Row("StdAggregation", both(aggr.StdAggregation)),
    Row(
        "SoftmaxAggregation",
        both(aggr.SoftmaxAggregation, {}, {"t": 0.5}, {"learn": True})
        + readouts(aggr.SoftmaxAggregation, {"learn": True, "channels": NODE}),
    ),
    Row(
        "PowerMeanAggregation",
        both(aggr.PowerMeanAggregation, {}, {"p": 2.0}, {"learn": True})
        + readouts(aggr.PowerMeanAggregation, {"learn": True, "channels": NODE}),
    ),
    Row("MedianAggregation", both(aggr.MedianAggregation, {}, {"fill_value": -1.0})),
    Row(
        "QuantileAggregation",
        both(
            aggr.QuantileAggregation,
            {"q": 0.3},
            {"q": [0.25, 0.5]},
            {"q": 0.6, "interpolation": "lower"},
            {"q": 0.6, "interpolation": "higher"},
            {"q": 0.6, "interpolation": "midpoint"},
            {"q": 0.6, "interpolation": "nearest"},
        ),
    ),
    Row("LSTMAggregation", readouts(partial(aggr.LSTMAggregation, NODE, OUT))),
    Row("GRUAggregation", readouts(partial(aggr.GRUAggregation, NODE, OUT))),
    Row(
        "Set2Set",
        readouts(partial(aggr.Set2Set, NODE), {"processing_steps": 2}, {"processing_steps": 1}),
    ),
    Row(
        "DegreeScalerAggregation",
        both(
            partial(aggr.DegreeScalerAggregation, ["mean", "max"], deg=DEGREES),
            {"scaler": ["identity", "amplification"]},
            {"scaler": ["attenuation", "linear", "inverse_linear"]},
            {"scaler": ["amplification", "linear"], "train_norm": True},
        ),
    ),
    Row("SortAggregation", readouts(aggr.SortAggregation, {"k": 3})),
    Row(
        "GraphMultisetTransformer",
        dense(
            partial(aggr.GraphMultisetTransformer, NODE),
            {"k": 2},
            {"k": 2, "heads": 2, "layer_norm": True},
        ),
    ),
    Row("AttentionalAggregation", both(_gate) + one("nn=Linear", _gates_and_features, READOUT)),
    Row(
        "EquilibriumAggregation",
        readouts(partial(aggr.EquilibriumAggregation, NODE, OUT), {"num_layers": [8]}),
    ),
    Row(
        "MLPAggregation",
        readouts(
            partial(aggr.MLPAggregation, NODE, OUT, max_num_elements=MAX_NODES),
            {"num_layers": 1},
            {"num_layers": 2, "hidden_channels": 8},
        ),
    ),
    Row("DeepSetsAggregation", both(_deep_sets)),
    Row(
        "SetTransformerAggregation",
        dense(
            partial(aggr.SetTransformerAggregation, NODE),
            {},
            {"num_seed_points": 2, "heads": 2, "layer_norm": True},
        ),
    ),
    Row("LCMAggregation", readouts(partial(aggr.LCMAggregation, NODE, OUT))),
    Row("VariancePreservingAggregation", both(aggr.VariancePreservingAggregation)),
    Row(
        "PatchTransformerAggregation",
        dense(
            partial(aggr.PatchTransformerAggregation, NODE, OUT, hidden_channels=8),
            {"patch_size": 2},
            {"patch_size": 2, "heads": 2, "aggr": ["mean", "max"]},
        ),
    ),
)
