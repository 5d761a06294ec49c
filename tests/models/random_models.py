"""Random message-passing models: all arithmetic, aggregation and readouts follow from a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch_geometric.nn import (
    MessagePassing,
    global_add_pool,
    global_max_pool,
    global_mean_pool,
)
from torch_geometric.nn.aggr import (
    MultiAggregation,
    PowerMeanAggregation,
    SoftmaxAggregation,
    StdAggregation,
    VarAggregation,
)
from torch_geometric.utils import add_self_loops, remove_self_loops, scatter, softmax

from tests.models.inputs import EDGE, NODE
from tests.models.random_steps import Draw, Program

Batch = Tensor | None
"""The graph of every node, None for a single graph."""

Aggregation = tuple[Callable[[], object], int]
"""What makes a MessagePassing's `aggr`, and how many times as wide its result is."""

AGGREGATIONS: dict[str, Aggregation] = {
    "sum": (lambda: "sum", 1),
    "mean": (lambda: "mean", 1),
    "max": (lambda: "max", 1),
    "min": (lambda: "min", 1),
    "var": (VarAggregation, 1),
    "std": (StdAggregation, 1),
    "softmax": (lambda: SoftmaxAggregation(t=0.7, learn=True), 1),
    "power_mean": (lambda: PowerMeanAggregation(p=2.0), 1),
    "several": (lambda: MultiAggregation(["mean", "max", "sum"]), 3),
    "spread": (lambda: MultiAggregation(["min", "std"]), 2),
}
"""Neighbourhood aggregations by name."""

Edges = tuple[Tensor, Tensor]
"""edge_index and edge_attr."""


def plain(edge_index: Tensor, edge_attr: Tensor, rows: int) -> Edges:
    """The edges as they are."""
    return edge_index, edge_attr


def looped(edge_index: Tensor, edge_attr: Tensor, rows: int) -> Edges:
    """One more self-loop at every node."""
    return add_self_loops(edge_index, edge_attr, fill_value=0.5, num_nodes=rows)


def bare(edge_index: Tensor, edge_attr: Tensor, rows: int) -> Edges:
    """No self-loops."""
    return remove_self_loops(edge_index, edge_attr)


def fresh(edge_index: Tensor, edge_attr: Tensor, rows: int) -> Edges:
    """One self-loop at every node."""
    return looped(*bare(edge_index, edge_attr, rows), rows)


def both_ways(edge_index: Tensor, edge_attr: Tensor, rows: int) -> Edges:
    """Every edge in both directions."""
    ends = torch.cat([edge_index, edge_index.flip(0)], dim=1)
    return ends, torch.cat([edge_attr, -edge_attr])


def marked(edge_index: Tensor, edge_attr: Tensor, rows: int) -> Edges:
    """Only edges whose first attribute is positive."""
    mask = edge_attr[:, 0] > 0
    return edge_index[:, mask], edge_attr[mask]


STRUCTURES = (plain, plain, plain, looped, bare, fresh, both_ways, marked)
"""What a layer makes of the edges."""

POOLS = {"sum": global_add_pool, "mean": global_mean_pool, "max": global_max_pool}
"""Readouts by name."""


class RandomConv(MessagePassing):
    """A layer whose message and update are random programs."""

    def __init__(self, draw: Draw, inputs: int, outputs: int) -> None:
        self.kind = draw.choice(sorted(AGGREGATIONS))
        make, times = AGGREGATIONS[self.kind]
        super().__init__(aggr=make(), flow=draw.choice(["source_to_target", "target_to_source"]))
        width = draw.integer(2, 5)
        ends = 1 if self.kind == "power_mean" else 0
        self.arithmetic = Program(draw, [inputs, inputs, EDGE], width, is_edges=True, ends=ends)
        self.after = Program(draw, [times * width, inputs], outputs)
        self.structure = draw.choice(STRUCTURES)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Batch) -> Tensor:
        edge_index, edge_attr = self.structure(edge_index, edge_attr, x.size(0))
        return self.propagate(edge_index, x=x, edge_attr=edge_attr)

    def message(
        self, x_i: Tensor, x_j: Tensor, edge_attr: Tensor, index: Tensor, size_i: int
    ) -> Tensor:
        return self.arithmetic([x_i, x_j, edge_attr], index, size_i)

    def update(self, aggregated: Tensor, x: Tensor) -> Tensor:
        return self.after([aggregated, x])


class RandomAttention(MessagePassing):
    """Attention over heads, with random scores."""

    def __init__(self, draw: Draw, inputs: int, outputs: int) -> None:
        super().__init__(aggr=draw.choice(["sum", "mean", "max"]), node_dim=0)
        self.heads, width = draw.integer(1, 3), draw.integer(1, 3)
        self.scores = Program(draw, [inputs, inputs, EDGE], self.heads)
        self.values = nn.Linear(inputs, self.heads * width)
        self.is_mean = draw.chance(0.5)
        self.after = Program(draw, [width if self.is_mean else self.heads * width], outputs)
        self.structure = draw.choice(STRUCTURES)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Batch) -> Tensor:
        edge_index, edge_attr = self.structure(edge_index, edge_attr, x.size(0))
        told = self.propagate(edge_index, x=x, edge_attr=edge_attr)
        return self.after([told.mean(dim=1) if self.is_mean else told.flatten(1)])

    def message(
        self, x_i: Tensor, x_j: Tensor, edge_attr: Tensor, index: Tensor, size_i: int
    ) -> Tensor:
        scores = softmax(self.scores([x_i, x_j, edge_attr]), index, num_nodes=size_i)
        values = self.values(x_j)
        return scores.unsqueeze(-1) * values.view(-1, self.heads, values.size(1) // self.heads)


class RandomContext(nn.Module):
    """Nodes next to what is pooled over their graph."""

    def __init__(self, draw: Draw, inputs: int, outputs: int) -> None:
        super().__init__()
        self.pool = draw.choice(sorted(POOLS))
        self.arithmetic = Program(draw, [inputs, inputs], outputs)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Batch) -> Tensor:
        pooled = POOLS[self.pool](x, batch)
        pooled = pooled.expand(x.size(0), -1) if batch is None else pooled[batch]
        return self.arithmetic([x, pooled])


class RandomEdges(nn.Module):
    """An edge update by plain indexing, summed at both ends of the edges."""

    def __init__(self, draw: Draw, inputs: int, outputs: int) -> None:
        super().__init__()
        self.arithmetic = Program(draw, [inputs, inputs, EDGE], EDGE)
        self.after = Program(draw, [2 * EDGE, inputs], outputs)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Batch) -> Tensor:
        src, dst = edge_index
        edges = self.arithmetic([x[src], x[dst], edge_attr])
        ends = [scatter(edges, end, 0, x.size(0), reduce="sum") for end in (src, dst)]
        return self.after([torch.cat(ends, dim=1), x])


class Readout(nn.Module):
    """Outputs of nodes, edges or graphs."""

    def __init__(self, draw: Draw, kind: str, inputs: int) -> None:
        super().__init__()
        self.kind = kind
        self.pool = draw.choice(sorted(POOLS))
        widths = {"node": [inputs], "edge": [inputs, inputs, EDGE], "graph": [inputs]}
        self.arithmetic = Program(draw, widths[kind], draw.integer(1, 3))

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Batch) -> Tensor:
        if self.kind == "graph":
            return self.arithmetic([POOLS[self.pool](x, batch)])
        if self.kind == "node":
            return self.arithmetic([x])
        return self.arithmetic([x[edge_index[0]], x[edge_index[1]], edge_attr])


LAYERS = (RandomConv, RandomConv, RandomConv, RandomAttention, RandomEdges, RandomContext)
"""Kinds of layers, as often as they are to come."""


class RandomModel(nn.Module):
    """One or two layers and one or two readouts."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        draw = Draw(seed)
        width, layers = NODE, []
        for _ in range(draw.integer(1, 2)):
            layer = draw.choice(LAYERS)
            outputs = width if draw.chance(0.3) else draw.integer(2, 6)
            layers.append(layer(draw, width, outputs))
            width = outputs
        self.layers = nn.ModuleList(layers)
        self.is_residual = draw.chance(0.5)
        kinds = draw.sample(["node", "edge", "graph"], draw.integer(1, 2))
        self.readouts = nn.ModuleList(Readout(draw, kind, width) for kind in kinds)

    def run(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Batch) -> list[Tensor]:
        for layer in self.layers:
            new = layer(x, edge_index, edge_attr, batch)
            x = x + new if self.is_residual and new.shape[1] == x.shape[1] else new
        return [readout(x, edge_index, edge_attr, batch) for readout in self.readouts]


class Single(nn.Module):
    """The models of several seeds side by side, for one graph at a time."""

    def __init__(self, seeds: Sequence[int]) -> None:
        super().__init__()
        self.models = nn.ModuleList(RandomModel(seed) for seed in seeds)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> tuple[Tensor, ...]:
        told = (model.run(x, edge_index, edge_attr, None) for model in self.models)
        return tuple(output for outputs in told for output in outputs)


class Batched(Single):
    """The same for packets of several graphs."""

    def forward(
        self, x: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Tensor
    ) -> tuple[Tensor, ...]:
        told = (model.run(x, edge_index, edge_attr, batch) for model in self.models)
        return tuple(output for outputs in told for output in outputs)


def random_model(seeds: Sequence[int]) -> nn.Module:
    """The models of `seeds`; packets of several graphs if the first seed is odd."""
    return (Batched if seeds[0] % 2 else Single)(seeds).eval()


def seed_of(seeds: Sequence[int], model: Single, output: int) -> int:
    """The seed whose model has made an output."""
    counts = [len(part.readouts) for part in model.models]
    owners = [seed for seed, count in zip(seeds, counts, strict=True) for _ in range(count)]
    return owners[output]
