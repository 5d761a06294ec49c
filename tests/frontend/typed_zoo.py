"""Models of several kinds of rows, each with the arguments of some graphs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch_geometric.data import HeteroData
from torch_geometric.nn import (
    GATConv,
    GCNConv,
    GraphConv,
    HANConv,
    HEATConv,
    HeteroBatchNorm,
    HeteroConv,
    HeteroLayerNorm,
    HGTConv,
    HypergraphConv,
    RGCNConv,
    SAGEConv,
    SignedConv,
    global_add_pool,
    to_hetero,
)

WRITES, WRITTEN, CITES = (
    ("author", "writes", "paper"),
    ("paper", "written_by", "author"),
    ("paper", "cites", "paper"),
)
KINDS = [WRITES, WRITTEN, CITES]
METADATA = (["author", "paper"], KINDS)
AUTHOR, PAPER, EDGE, HIDDEN, OUT, TYPES = 4, 5, 3, 8, 6, 3

Arguments = tuple[Any, ...]


@dataclass(frozen=True)
class Entry:
    """How a model is made, and the arguments of graphs of given sizes."""

    make: Callable[[], nn.Module]
    arguments: Callable[[int, int, int], Arguments]


SIZES = ((5, 7, 9), (1, 2, 4), (3, 1, 0), (2, 2, 1))
"""Nodes of both kinds, and edges; the first is what models are exported with."""


def features(rows: int, count: int, seed: int) -> Tensor:
    return torch.randn(rows, count, generator=torch.Generator().manual_seed(seed))


def index(sources: int, targets: int, edges: int, seed: int) -> Tensor:
    """A random index [2, edges]."""
    draw = torch.Generator().manual_seed(seed)
    ends = [torch.randint(rows, (edges,), generator=draw) for rows in (sources, targets)]
    return torch.stack(ends)


def types(rows: int, seed: int) -> Tensor:
    return torch.randint(TYPES, (rows,), generator=torch.Generator().manual_seed(seed))


def sides(n: int, m: int, e: int) -> Arguments:
    return (features(n, AUTHOR, 1), features(m, PAPER, 2)), index(n, m, e, 3)


def separate(n: int, m: int, e: int) -> Arguments:
    return features(n, AUTHOR, 1), features(m, PAPER, 2), index(n, m, e, 3)


def counted(n: int, m: int, e: int) -> Arguments:
    return features(n, AUTHOR, 1), index(n, m, e, 3), (n, m)


def two_lists(n: int, m: int, e: int) -> Arguments:
    return features(n, AUTHOR, 1), index(n, n, e, 2), index(n, n, m, 3)


def dictionaries(n: int, m: int, e: int) -> Arguments:
    rows = {"author": n, "paper": m}
    x = {"author": features(n, AUTHOR, 1), "paper": features(m, PAPER, 2)}
    counts = zip(KINDS, (e, e // 2, e + 1), strict=True)
    return x, {kind: index(rows[kind[0]], rows[kind[2]], k, 3 + k) for kind, k in counts}


def batched(n: int, m: int, e: int) -> Arguments:
    x, edges = dictionaries(n, m, e)
    return x, edges, {"author": torch.zeros(n).long(), "paper": (torch.arange(m) > 0).long()}


def relations(n: int, m: int, e: int) -> Arguments:
    return features(n, AUTHOR, 1), index(n, n, e, 2), types(n, 3) % 2, types(e, 4)


def attributed(n: int, m: int, e: int) -> Arguments:
    return (*relations(n, m, e), features(e, EDGE, 5))


def typed_sides(n: int, m: int, e: int) -> Arguments:
    return (*separate(n, m, e), types(e, 4))


def typed(n: int, m: int, e: int) -> Arguments:
    return features(n, AUTHOR, 1), types(n, 2)


def hyper(n: int, m: int, e: int) -> Arguments:
    return features(n, AUTHOR, 1), index(n, m, e, 2), features(m, 1, 3).abs().flatten(), m


class Given(nn.Module):
    """One layer on the arguments as they come."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer


class Sides(Given):
    def forward(self, x: tuple[Tensor, Tensor], edge_index: Tensor) -> Tensor:
        return self.layer(x, edge_index)


class Separate(Given):
    def forward(self, x_src: Tensor, x_dst: Tensor, edge_index: Tensor) -> Tensor:
        return self.layer((x_src, x_dst), edge_index)


class Counted(Given):
    def forward(self, x_src: Tensor, edge_index: Tensor, size: tuple[int, int]) -> Tensor:
        return self.layer((x_src, None), edge_index, size=size)


class Signed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = SignedConv(AUTHOR, HIDDEN, first_aggr=True)
        self.second = SignedConv(HIDDEN, OUT, first_aggr=False)

    def forward(self, x: Tensor, pos_edge_index: Tensor, neg_edge_index: Tensor) -> Tensor:
        h = self.first(x, pos_edge_index, neg_edge_index).relu()
        return self.second(h, pos_edge_index, neg_edge_index)


class Links(Given):
    """The inner products of pairs."""

    def forward(self, x: Tensor, edge_index: Tensor, edge_label_index: Tensor) -> Tensor:
        z = self.layer(x, edge_index)
        return (z[edge_label_index[0]] * z[edge_label_index[1]]).sum(dim=-1)


class Layered(nn.Module):
    """What `to_hetero` copies for each relation."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = SAGEConv((-1, -1), HIDDEN), SAGEConv((-1, -1), OUT)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.second(self.first(x, edge_index).relu(), edge_index)


def transformed() -> nn.Module:
    model = to_hetero(Layered(), METADATA, aggr="sum")
    model(*dictionaries(*SIZES[0]))  # sets the sizes of its layers
    return model


class Relations(nn.Module):
    """A convolution for each relation, one of them with self-loops."""

    def __init__(self) -> None:
        super().__init__()
        convs = {
            WRITES: SAGEConv((AUTHOR, PAPER), HIDDEN),
            WRITTEN: GATConv((PAPER, AUTHOR), HIDDEN, add_self_loops=False),
            CITES: GCNConv(PAPER, HIDDEN),
        }
        self.layer = HeteroConv(convs, aggr="sum")
        self.head = nn.Linear(HIDDEN, OUT)

    def forward(
        self, x_dict: dict[str, Tensor], edge_index_dict: dict[tuple[str, str, str], Tensor]
    ) -> tuple[Tensor, Tensor]:
        h = self.layer(x_dict, edge_index_dict)
        return self.head(h["paper"].relu()), h["author"]


class Pooled(Relations):
    """One result for each of several graphs."""

    def forward(
        self,
        x_dict: dict[str, Tensor],
        edge_index_dict: dict[tuple[str, str, str], Tensor],
        batch_dict: dict[str, Tensor],
    ) -> Tensor:
        h = self.layer(x_dict, edge_index_dict)
        return self.head(global_add_pool(h["paper"], batch_dict["paper"]))


class Transformer(nn.Module):
    """HGT, whose edges of all types are one list into the nodes of all types."""

    def __init__(self) -> None:
        super().__init__()
        sizes = {"author": AUTHOR, "paper": PAPER}
        self.embed = nn.ModuleDict({kind: nn.Linear(n, HIDDEN) for kind, n in sizes.items()})
        self.layer = HGTConv(HIDDEN, HIDDEN, METADATA, heads=2)

    def forward(
        self, x_dict: dict[str, Tensor], edge_index_dict: dict[tuple[str, str, str], Tensor]
    ) -> dict[str, Tensor]:
        h = {kind: self.embed[kind](x).relu() for kind, x in x_dict.items()}
        return self.layer(h, edge_index_dict)


class ByType(Given):
    def forward(
        self, x_dict: dict[str, Tensor], edge_index_dict: dict[tuple[str, str, str], Tensor]
    ) -> dict[str, Tensor]:
        return self.layer(x_dict, edge_index_dict)


class Plain(Given):
    """One layer on edges of several types."""

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        node_type: Tensor,
        edge_type: Tensor,
        edge_attr: Tensor | None = None,
    ) -> Tensor:
        if edge_attr is None:
            return self.layer(x, edge_index, edge_type)
        return self.layer(x, edge_index, node_type, edge_type, edge_attr)


class TypedSides(Given):
    def forward(
        self, x_src: Tensor, x_dst: Tensor, edge_index: Tensor, edge_type: Tensor
    ) -> Tensor:
        return self.layer((x_src, x_dst), edge_index, edge_type)


class Normed(Given):
    def forward(self, x: Tensor, node_type: Tensor) -> Tensor:
        return self.layer(x, node_type)


class Hyper(Given):
    """Hyperedges that only a weight and a count tell of."""

    def forward(
        self, x: Tensor, hyperedge_index: Tensor, hyperedge_weight: Tensor, num_hyperedges: int
    ) -> Tensor:
        return self.layer(x, hyperedge_index, hyperedge_weight, num_edges=num_hyperedges)


class Joined(nn.Module):
    """Both types in one tensor, an index moved behind the rows of the first, and split again."""

    def __init__(self) -> None:
        super().__init__()
        self.authors, self.papers = nn.Linear(AUTHOR, OUT), nn.Linear(PAPER, OUT)

    def forward(
        self, x_dict: dict[str, Tensor], edge_index_dict: dict[tuple[str, str, str], Tensor]
    ) -> tuple[Tensor, Tensor]:
        x = torch.cat([self.authors(x_dict["author"]), self.papers(x_dict["paper"])])
        src, dst = edge_index_dict[WRITES]
        first = x_dict["author"].size(0)
        total = torch.zeros_like(x).index_add(0, dst + first, x[src].relu())
        back = total.index_add(0, src, total[dst + first])
        return back[:first], back[first:]


class Degrees(Given):
    """Nodes of which nothing is known but their number."""

    def forward(self, edge_index: Tensor, num_nodes: int) -> Tensor:
        kind = self.layer.weight.dtype
        ones = torch.ones(edge_index.size(1), 1, dtype=kind)
        nothing = torch.zeros(num_nodes, 1, dtype=kind)
        return self.layer(nothing.index_add(0, edge_index[1], ones))


def edges_only(n: int, m: int, e: int) -> Arguments:
    return index(n, n, e, 2), n


def heat() -> nn.Module:
    return HEATConv(
        AUTHOR, OUT, num_node_types=2, num_edge_types=TYPES, edge_type_emb_dim=3,
        edge_dim=EDGE, edge_attr_emb_dim=4, heads=2,
    )  # fmt: skip


MODELS: dict[str, Entry] = {
    "bipartite_sage": Entry(lambda: Sides(SAGEConv((AUTHOR, PAPER), OUT)), sides),
    "bipartite_graph": Entry(lambda: Sides(GraphConv((AUTHOR, PAPER), OUT)), sides),
    "bipartite_gat": Entry(
        lambda: Separate(GATConv((AUTHOR, PAPER), OUT, heads=2, add_self_loops=False)), separate
    ),
    "bipartite_counted": Entry(lambda: Counted(SAGEConv((AUTHOR, PAPER), OUT)), counted),
    "bipartite_rgcn": Entry(lambda: TypedSides(RGCNConv((AUTHOR, PAPER), OUT, TYPES)), typed_sides),
    "signed": Entry(Signed, two_lists),
    "links": Entry(lambda: Links(SAGEConv(AUTHOR, OUT)), two_lists),
    "hetero": Entry(Relations, dictionaries),
    "hetero_pooled": Entry(Pooled, batched),
    "to_hetero": Entry(transformed, dictionaries),
    "hgt": Entry(Transformer, dictionaries),
    "han": Entry(
        lambda: ByType(HANConv({"author": AUTHOR, "paper": PAPER}, HIDDEN, METADATA, heads=2)),
        dictionaries,
    ),
    "heat": Entry(lambda: Plain(heat()), attributed),
    "rgcn": Entry(lambda: Plain(RGCNConv(AUTHOR, OUT, TYPES)), relations),
    "batch_norm": Entry(lambda: Normed(HeteroBatchNorm(AUTHOR, TYPES)), typed),
    "layer_norm": Entry(lambda: Normed(HeteroLayerNorm(AUTHOR, TYPES)), typed),
    "hypergraph": Entry(lambda: Hyper(HypergraphConv(AUTHOR, OUT)), hyper),
    "joined": Entry(Joined, dictionaries),
    "degrees": Entry(lambda: Degrees(nn.Linear(1, OUT)), edges_only),
}


def named(model: nn.Module, given: Arguments) -> dict[str, Any]:
    """The arguments by name, as data."""
    names = list(inspect.signature(model.forward).parameters)
    return dict(zip(names, given, strict=False))


def doubled(given: Any) -> Any:
    """Arguments in double precision."""
    if isinstance(given, dict):
        return {key: doubled(entry) for key, entry in given.items()}
    if isinstance(given, tuple):
        return tuple(doubled(entry) for entry in given)
    is_real = isinstance(given, Tensor) and given.is_floating_point()
    return given.double() if is_real else given


def tensors(found: Any) -> Iterator[Tensor]:
    """The outputs of a model."""
    if isinstance(found, Tensor):
        yield found
        return
    for entry in found.values() if isinstance(found, dict) else found:
        yield from tensors(entry)


def hetero(n: int, m: int, e: int) -> HeteroData:
    """The graph of `dictionaries` as PyG holds it."""
    x, edges = dictionaries(n, m, e)
    data = HeteroData()
    for kind, rows in x.items():
        data[kind].x = rows
    for relation, ends in edges.items():
        data[relation].edge_index = ends
    return data
