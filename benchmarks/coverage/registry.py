"""All rows of the table, group by group."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence

from torch import nn
from torch_geometric.nn import aggr, conv, models, norm

from benchmarks.coverage import aggrs, attention, convs, hetero, norms
from benchmarks.coverage import models as ready
from benchmarks.coverage.entry import Row, Variant
from benchmarks.coverage.own_models import own_models

LISTS: Mapping[str, Sequence[str]] = {
    "conv": conv.__all__,
    "aggr": aggr.__all__,
    "norm": norm.__all__,
    "models": [name for name in models.__all__ if inspect.isclass(getattr(models, name))],
}
"""The classes of PyG that must have a row, in its own order."""


def _own(make: Callable[[], nn.Module]) -> Variant:
    """A model that takes the attributes its forward names."""
    return Variant("", make, " ".join(inspect.signature(make().forward).parameters))


def _ordered(group: str, rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows in PyG's order, then those of other names."""
    order = {name: position for position, name in enumerate(LISTS[group])}
    return tuple(sorted(rows, key=lambda row: order.get(row.name, len(order))))


GROUPS: Mapping[str, tuple[Row, ...]] = {
    "conv": _ordered("conv", convs.ROWS + attention.ROWS + hetero.CONVS),
    "aggr": _ordered("aggr", aggrs.ROWS),
    "norm": _ordered("norm", norms.ROWS),
    "models": _ordered("models", ready.ROWS + hetero.MODELS),
    "own": tuple(Row(name, (_own(make),)) for name, make in own_models().items()),
}
"""The rows of each table."""

NEEDS_MORE = (
    *("MessagePassing", "CuGraphSAGEConv", "CuGraphGATConv", "CuGraphRGCNConv", "FusedGATConv"),
    *("SplineConv", "GravNetConv", "DynamicEdgeConv", "XConv"),
)
"""Convolutions that compute nothing, or need cuGraph, dgNN, pyg-lib or neighbour search."""


def variants(only: str = "") -> Iterator[tuple[str, Row, Variant]]:
    """Group, row and variant of everything to try, or of the rows or the group named `only`."""
    for group, rows in GROUPS.items():
        for row in rows:
            if not only or only in {group, row.name}:
                for variant in row.variants:
                    yield group, row, variant
