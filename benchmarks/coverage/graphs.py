"""Graphs that are odd in every way, with every attribute that a model of the table takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch_geometric.data import Data, HeteroData

from benchmarks.coverage.entry import EDGE, NODE, POINT, RELATIONS
from benchmarks.coverage.own_physics import CATEGORIES

MAX_NODES, MAX_EDGES, MAX_GRAPHS = 16, 32, 4
"""The limits of the designs; no graph has more."""

LAYERS = 3
"""Rows of history that a node has in `x_layers`."""

SIDE, COLORS, NODE_TYPES, GLOBAL = 5, 4, 2, 2
"""Features of the second kind of nodes, colours of nodes, kinds of nodes, features of a graph."""

EDGE_TYPES = (
    ("author", "writes", "paper"),
    ("paper", "cites", "paper"),
    ("paper", "written", "author"),
)
METADATA = (["paper", "author"], list(EDGE_TYPES))
"""The types of heterogeneous graphs."""

ELEMENTS, HALF = 10, 0.5
"""Chemical elements; the chance that a mask is set."""


@dataclass(frozen=True)
class Sizes:
    """Rows of a graph: edges are given, the rest is drawn."""

    nodes: int
    edges: tuple[tuple[int, int], ...]
    graphs: int = 1

    @property
    def targets(self) -> int:
        """Nodes of the second kind: fewer than of the first."""
        return max(1, self.nodes // 2)


def _normal(*dims: str | int) -> Callable[[Generator, Sizes], Tensor]:
    """Normal numbers; a dimension is a number or a field of Sizes."""

    def draw(generator: Generator, sizes: Sizes) -> Tensor:
        return torch.randn([_size(sizes, dim) for dim in dims], generator=generator)

    return draw


def _integers(rows: str, bound: int) -> Callable[[Generator, Sizes], Tensor]:
    def draw(generator: Generator, sizes: Sizes) -> Tensor:
        return torch.randint(bound, (_size(sizes, rows),), generator=generator)

    return draw


def _size(sizes: Sizes, dim: str | int) -> int:
    if isinstance(dim, int):
        return dim
    return len(sizes.edges) if dim == "edges" else int(getattr(sizes, dim))


def _edge_index(_: Generator, sizes: Sizes) -> Tensor:
    return torch.tensor(sizes.edges, dtype=torch.int64).reshape(-1, 2).t().contiguous()


def _cross(_: Generator, sizes: Sizes) -> Tensor:
    """The edges led to nodes of the second kind."""
    ends = [(source, target % sizes.targets) for source, target in sizes.edges]
    return torch.tensor(ends, dtype=torch.int64).reshape(-1, 2).t().contiguous()


def _mesh(generator: Generator, sizes: Sizes) -> Tensor:
    """Four edges from each of the first nodes, one node after the other, as in a line graph."""
    sources = torch.arange(min(sizes.nodes, MAX_EDGES // 4)).repeat_interleave(4)
    return torch.stack([sources, torch.randint(sizes.nodes, sources.shape, generator=generator)])


def _others(generator: Generator, sizes: Sizes) -> Tensor:
    """A second list of edges between the same nodes, half as long."""
    return torch.randint(sizes.nodes, (2, len(sizes.edges) // 2), generator=generator)


def _weights(rows: str) -> Callable[[Generator, Sizes], Tensor]:
    def draw(generator: Generator, sizes: Sizes) -> Tensor:
        return 0.25 + torch.rand(_size(sizes, rows), generator=generator)

    return draw


def _chance(generator: Generator, sizes: Sizes) -> Tensor:
    return torch.rand(sizes.nodes, COLORS, generator=generator)


def _mask(generator: Generator, sizes: Sizes) -> Tensor:
    return torch.rand(sizes.nodes, generator=generator) < HALF


def _batch(_: Generator, sizes: Sizes) -> Tensor:
    return torch.arange(sizes.nodes) * sizes.graphs // sizes.nodes


ATTRIBUTES: Mapping[str, Callable[[Generator, Sizes], Tensor]] = {
    "x": _normal("nodes", NODE),
    "x_0": _normal("nodes", NODE),
    "x_layers": _normal("nodes", LAYERS, NODE),
    "x_dst": _normal("targets", SIDE),
    "x_same": _normal("targets", NODE),
    "target_weight": _weights("targets"),
    "msg": _normal("nodes", NODE),
    "pos": _normal("nodes", POINT),
    "pos_dst": _normal("targets", POINT),
    "normal": _normal("nodes", POINT),
    "color": _integers("nodes", COLORS),
    "z": _integers("nodes", CATEGORIES),
    "eig": _normal("nodes", 2),
    "element": _integers("nodes", ELEMENTS),
    "chance": _chance,
    "mask": _mask,
    "node_type": _integers("nodes", NODE_TYPES),
    "batch": _batch,
    "edge_index": _edge_index,
    "cross": _cross,
    "mesh": _mesh,
    "hyper": _cross,
    "others": _others,
    "edge_attr": _normal("edges", EDGE),
    "edge_weight": _weights("edges"),
    "edge_length": _weights("edges"),
    "edge_label_index": _others,
    "edge_type": _integers("edges", RELATIONS),
    "u": _normal("graphs", GLOBAL),
}
"""How each attribute is made."""


def graph(sizes: Sizes, attributes: Mapping[str, str], seed: int) -> Data | HeteroData:
    """A graph of these sizes; each attribute has random numbers of its own."""
    if "x_dict" in attributes:
        return _hetero(sizes, seed)
    data = Data()
    for name, attribute in attributes.items():
        generator = Generator().manual_seed(
            seed * len(ATTRIBUTES) + list(ATTRIBUTES).index(attribute)
        )
        data[name] = ATTRIBUTES[attribute](generator, sizes)
    return data


def _hetero(sizes: Sizes, seed: int) -> HeteroData:
    """Papers are the nodes, authors those of the second kind."""
    data = graph(sizes, {"x": "x", "x_dst": "x_dst", "cites": "others", "writes": "cross"}, seed)
    found = HeteroData()
    found["paper"].x, found["author"].x = data.x, data.x_dst
    found[EDGE_TYPES[0]].edge_index = data.writes.flip(0)
    found[EDGE_TYPES[1]].edge_index = data.cites
    found[EDGE_TYPES[2]].edge_index = data.writes[:, ::2].contiguous()
    return found


def random_sizes(seed: int) -> Sizes:
    """A random graph; self-loops, duplicate edges and isolated nodes happen."""
    generator = Generator().manual_seed(seed)

    def draw(low: int, high: int) -> int:
        return int(torch.randint(low, high + 1, (1,), generator=generator))

    nodes, edges = draw(1, MAX_NODES), draw(0, MAX_EDGES)
    ends = torch.randint(nodes, (edges, 2), generator=generator)
    pairs = tuple((int(source), int(target)) for source, target in ends)
    return Sizes(nodes, pairs, min(nodes, draw(1, MAX_GRAPHS)))


ODD: Mapping[str, Sizes] = {
    "isolated nodes": Sizes(6, ((0, 1), (1, 0), (1, 2))),
    "self-loops": Sizes(4, ((0, 0), (1, 1), (0, 1), (1, 1), (2, 0), (3, 3)), 2),
    "duplicate edges": Sizes(3, ((0, 1),) * 4 + ((1, 2),) * 2),
    "hub": Sizes(MAX_NODES, tuple((i, 0) for i in range(MAX_NODES)) * 2, 2),
    "one node": Sizes(1, ()),
    "one node, one loop": Sizes(1, ((0, 0),)),
    "no edges": Sizes(5, (), 3),
    "a graph per node": Sizes(4, ((0, 0), (3, 3)), 4),
}
"""Sizes that break assumptions."""


def data_set(
    attributes: Mapping[str, str], first: int, count: int, times: int
) -> list[Data | HeteroData]:
    """`count` random graphs from seed `first` on, then `times` the odd ones."""
    sizes = [random_sizes(first + number) for number in range(count)]
    sizes += list(ODD.values()) * times
    return [graph(entry, attributes, first + number) for number, entry in enumerate(sizes)]
