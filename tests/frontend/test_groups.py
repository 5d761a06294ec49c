"""Aggregations and pools that sort: the imported graph computes what PyG does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.nn import (
    GraphConv,
    GraphMultisetTransformer,
    HypergraphConv,
    MedianAggregation,
    MLPAggregation,
    MultiAggregation,
    PatchTransformerAggregation,
    QuantileAggregation,
    RGATConv,
    RGCNConv,
    SAGPooling,
    SetTransformerAggregation,
    SortAggregation,
    TopKPooling,
    global_add_pool,
    global_max_pool,
    global_mean_pool,
)
from torch_geometric.utils import to_dense_batch

from gengnn.errors import ConfigError, UnsupportedModelError
from gengnn.frontend import export, load
from gengnn.passes.simplify import simplify
from gengnn.reference import run_real
from tests.frontend.inputs import EXAMPLE, GRAPHS, NODE
from tests.frontend.test_import import check, close
from tests.frontend.zoo import randomized


class Readout(nn.Module):
    """An aggregation of all nodes of a graph."""

    def __init__(self, aggr: nn.Module) -> None:
        super().__init__()
        self.conv, self.aggr = GraphConv(NODE, 5), aggr

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        return self.aggr(self.conv(x, edge_index), batch)


class Single(Readout):
    """The same of one graph."""

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.aggr(self.conv(x, edge_index))


class Neighbours(nn.Module):
    """An aggregation of the neighbours of each node."""

    def __init__(self, aggr: nn.Module, features: int = NODE) -> None:
        super().__init__()
        self.conv = GraphConv(NODE, 5, aggr=aggr)
        self.conv.lin_rel = nn.Linear(features, 5)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.conv(x, edge_index).relu()


class Dense(nn.Module):
    """A user's own matrix of at most six nodes per graph."""

    def __init__(self, fill: float) -> None:
        super().__init__()
        self.lin, self.fill = nn.Linear(6 * NODE, 3), fill

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> tuple[Tensor, Tensor]:
        dense, mask = to_dense_batch(x, batch, self.fill, max_num_nodes=6)
        return self.lin(dense.flatten(1)), mask.to(x.dtype)


class Limited(nn.Module):
    """Attention among at most twelve nodes."""

    def __init__(self, aggr: nn.Module) -> None:
        super().__init__()
        self.aggr = aggr

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        return self.aggr(x, batch, max_num_elements=12)


class Pooled(nn.Module):
    """Two convolutions with a choice of nodes behind each."""

    def __init__(self, pools: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.first, self.second = GraphConv(NODE, 5), GraphConv(5, 5)
        self.pools = nn.ModuleList(pools() for _ in range(2))

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        size = int(batch.max()) + 1
        h, told = self.first(x, edge_index).tanh(), []
        h, edge_index, _, batch, _, _ = self.pools[0](h, edge_index, None, batch)
        told += [global_mean_pool(h, batch, size), global_max_pool(h, batch, size)]
        h = self.second(h, edge_index)
        h, edge_index, _, batch, _, _ = self.pools[1](h, edge_index, None, batch)
        return torch.cat([*told, global_add_pool(h, batch, size)], dim=1)


class PooledEdges(nn.Module):
    """Edge features follow the edges that are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = TopKPooling(NODE, 0.6)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        x, edge_index, edge_attr, _, _, _ = self.pool(x, edge_index, edge_attr)
        message = x[edge_index[0]] * edge_attr[:, :1]
        return (x + torch.zeros_like(x).index_add(0, edge_index[1], message)).sum(0, keepdim=True)


class Relations(nn.Module):
    def __init__(self, conv: type[nn.Module] = RGCNConv, **options: object) -> None:
        super().__init__()
        self.conv = conv(NODE, 6, 4, **options)

    def forward(self, x: Tensor, edge_index: Tensor, edge_type: Tensor) -> Tensor:
        return self.conv(x, edge_index, edge_type)


QUANTILES: dict[str, Callable[[], nn.Module]] = {
    "median": lambda: Neighbours(MedianAggregation()),
    "median_fill": lambda: Neighbours(MedianAggregation(fill_value=-2.5)),
    "quantiles": lambda: Neighbours(QuantileAggregation([0.1, 0.5, 0.75]), 3 * NODE),
    "nearest": lambda: Neighbours(QuantileAggregation(0.3, "nearest")),
    "higher": lambda: Neighbours(QuantileAggregation(0.7, "higher")),
}
"""Neighbourhood quantiles; PyG itself takes no graph without edges."""

MODELS: dict[str, Callable[[], nn.Module]] = {
    "readout_median": lambda: Readout(MedianAggregation()),
    "readout_quantile": lambda: Readout(QuantileAggregation([0.0, 0.3, 1.0], "midpoint")),
    "readout_linear": lambda: Single(QuantileAggregation(0.4)),
    "readout_nearest": lambda: Single(QuantileAggregation(0.5, "nearest")),
    "sort": lambda: Readout(SortAggregation(4)),
    "sort_single": lambda: Single(SortAggregation(30)),
    "mlp": lambda: Readout(MLPAggregation(5, 3, 6, num_layers=1)),
    "dense": lambda: Dense(0.0),
    "dense_fill": lambda: Dense(1.5),
    "multiset": lambda: Limited(GraphMultisetTransformer(NODE, 2, heads=2, layer_norm=True)),
    "set_transformer": lambda: Limited(SetTransformerAggregation(NODE, 2)),
    "patches": lambda: Limited(PatchTransformerAggregation(NODE, 3, 2, 4, 1, 1)),
    "attention_of_aggregations": lambda: Readout(
        MultiAggregation(
            ["mean", "max"], mode="attn", mode_kwargs={"in_channels": 5, "out_channels": 3}
        )
    ),
    "softmax_per_relation": lambda: Relations(RGATConv, attention_mechanism="within-relation"),
    "topk": lambda: Pooled(lambda: TopKPooling(5, 0.5)),
    "topk_count": lambda: Pooled(lambda: TopKPooling(5, 3, multiplier=0.5)),
    "sag": lambda: Pooled(lambda: SAGPooling(5, 0.8)),
    "topk_edges": PooledEdges,
    "relations": Relations,
    "relations_bases": lambda: Relations(num_bases=2, aggr="sum", bias=False),
    "relations_blocks": lambda: Relations(num_blocks=2, root_weight=False),
}


def prepared(model: nn.Module) -> nn.Module:
    """Random parameters, but the quantiles that were asked for."""
    kept = {name: x.clone() for name, x in model.named_buffers() if name.endswith(".q")}
    randomized(model).load_state_dict(kept, strict=False)
    return model


@pytest.mark.parametrize("name", list(MODELS))
def test_model_computes_what_torch_does(name: str, tmp_path: Path) -> None:
    model = prepared(MODELS[name]())
    graph = load(export(model, EXAMPLE, tmp_path / "model.pt"))
    model.double()
    for data in (*GRAPHS.values(), *([EXAMPLE] if "batch" in graph.values else [])):
        check(graph, model, data)
        check(simplify(graph), model, data)


class ByHand(nn.Module):
    """Quantiles group by group, also where PyG's own fails: without edges into the first nodes."""

    def __init__(self, aggr: QuantileAggregation) -> None:
        super().__init__()
        self.aggr = aggr

    def forward(self, x: Tensor, index: Tensor, dim_size: int, **rest: object) -> Tensor:
        told = []
        for group in range(dim_size):
            rows = x[index == group]
            parts = (
                torch.quantile(rows, q, dim=0, interpolation=self.aggr.interpolation)
                if len(rows)
                else x.new_full((x.shape[1],), self.aggr.fill_value)
                for q in self.aggr.q.flatten()
            )
            told.append(torch.cat(list(parts)))
        return torch.stack(told)


@pytest.mark.parametrize("name", list(QUANTILES))
def test_quantile_of_neighbours(name: str, tmp_path: Path) -> None:
    model = prepared(QUANTILES[name]())
    graph = simplify(load(export(model, EXAMPLE, tmp_path / "model.pt")))
    model.double()
    check(graph, model, GRAPHS["random"])
    check(graph, model, GRAPHS["hub"])
    model.conv.aggr_module = ByHand(model.conv.aggr_module)
    for data in GRAPHS.values():
        check(graph, model, data)


def test_exported_program_computes_what_the_model_does(tmp_path: Path) -> None:
    """The operators of the archive, run by torch itself."""
    for name in ("readout_quantile", "sort", "dense_fill", "topk"):
        model = prepared(MODELS[name]())
        program = torch.export.load(export(model, EXAMPLE, tmp_path / "model.pt"))
        args = (EXAMPLE.x, EXAMPLE.edge_index, EXAMPLE.batch)
        torch.testing.assert_close(program.module()(*args), model(*args))


def test_hyperedges_are_counted_by_the_map_into_them(tmp_path: Path) -> None:
    class Hyper(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = HypergraphConv(NODE, 3)

        def forward(self, x: Tensor, hyperedge_index: Tensor) -> Tensor:
            return self.conv(x, hyperedge_index)

    model = randomized(Hyper())
    index = torch.tensor([[0, 1, 2, 2, 3, 3, 3], [0, 0, 0, 1, 1, 3, 3]])
    args = (torch.randn(5, NODE), index)
    path = export(model, args, tmp_path / "m.pt", spaces={"hyperedge_index.1": "hyperedges"})
    graph = load(path)
    given = {"x": args[0].numpy()}
    ends = [value.name for value in graph.user_inputs if value.name != "x"]
    given |= {name: part.numpy() for name, part in zip(ends, index, strict=True)}
    expected = model.double()(args[0].double(), index)
    close(run_real(graph, [given]).tensors[graph.outputs[0]], expected)


def test_what_an_index_counts_must_be_declared(tmp_path: Path) -> None:
    args = (torch.randn(5, NODE), torch.tensor([[0, 1], [0, 0]]))
    model = HypergraphConv(NODE, 3)
    export(model, args, tmp_path / "m.pt")
    with pytest.raises(UnsupportedModelError, match=r'spaces={"hyperedge_index.1": "hyperedges"}'):
        load(tmp_path / "m.pt")
    with pytest.raises(ConfigError, match="the arguments are x, hyperedge_index"):
        export(model, args, tmp_path / "m.pt", spaces={"edges.1": "hyperedges"})
    with pytest.raises(ConfigError, match="expected the name of what the entries point at"):
        export(model, args, tmp_path / "m.pt", spaces={"hyperedge_index.1": "hyper edges"})
