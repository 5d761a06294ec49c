"""Graphs with every attribute that some model takes, single and several in one packet."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch_geometric.data import Data

from gengnn.ir import Graph
from gengnn.reference import run_real

NODE, EDGE, CATEGORIES, BONDS = 6, 3, 5, 4
"""Features of nodes and edges, categories of nodes and edges."""

Edges = Sequence[tuple[int, int]]


def graph(nodes: int, edges: Edges, seed: int = 0, sizes: Sequence[int] = ()) -> Data:
    """A graph; `sizes` are the nodes of each graph of a packet, zero among them if wished."""
    random = torch.Generator().manual_seed(seed)
    count = len(edges)
    pairs = torch.randint(max(nodes, 1), (2, count // 2), generator=random)
    given = torch.tensor(list(edges), dtype=torch.int64).reshape(count, 2).t().contiguous()
    return Data(
        x=torch.randn(nodes, NODE, generator=random),
        z=torch.randint(CATEGORIES, (nodes,), generator=random),
        eig=torch.randn(nodes, 2, generator=random),
        edge_index=given,
        edge_attr=torch.randn(count, EDGE, generator=random),
        edge_weight=torch.rand(count, generator=random),
        edge_length=0.2 + 3.5 * torch.rand(count, generator=random),
        bond=torch.randint(BONDS, (count,), generator=random),
        edge_label_index=pairs,
        batch=torch.repeat_interleave(torch.tensor(sizes or (nodes,))),
    )


def random_graph(seed: int, most_nodes: int = 14, most_edges: int = 30) -> Data:
    """A random graph, self-loops and duplicate edges included."""
    random = np.random.default_rng(seed)
    nodes = int(random.integers(1, most_nodes, endpoint=True))
    count = int(random.integers(0, most_edges, endpoint=True))
    ends = random.integers(0, nodes, (count, 2)).tolist()
    return graph(nodes, [(a, b) for a, b in ends], seed)


def usual_graph(seed: int) -> Data:
    """A random graph of 5 to 14 nodes with one to two edges per node, as data sets have them."""
    random = np.random.default_rng(seed)
    nodes = int(random.integers(5, 14, endpoint=True))
    count = int(nodes * random.uniform(1.0, 2.2))
    ends = random.integers(0, nodes, (count, 2)).tolist()
    return graph(nodes, [(a, b) for a, b in ends], seed)


def odd_graphs() -> dict[str, Data]:
    """Graphs that break assumptions, at most 16 nodes and 32 edges."""
    hub = [(i, 0) for i in range(16)] + [(0, i) for i in range(1, 16)]
    return {
        "no_edges": graph(4, []),
        "one_node": graph(1, []),
        "one_loop": graph(1, [(0, 0)]),
        "self_loops": graph(3, [(0, 0), (1, 1), (0, 1)]),
        "duplicates": graph(2, [(0, 1)] * 5),
        "isolated": graph(5, [(0, 1), (1, 0)]),
        "hub": graph(16, hub),
        "full": graph(16, [(i % 16, (i * 7) % 16) for i in range(32)]),
    }


def packets() -> dict[str, Data]:
    """Several graphs in one, edges within each; graphs of no nodes and of no edges among them."""
    sizes = {
        "two": (5, 4),
        "four": (3, 1, 6, 2),
        "empty_between": (4, 0, 3),
        "empty_first": (0, 2, 0, 0, 3),
    }
    return {name: packet(split, seed) for seed, (name, split) in enumerate(sizes.items())}


def packet(sizes: Sequence[int], seed: int, most_edges: int = 30) -> Data:
    """A packet of graphs with `sizes` nodes; graphs of one node stay without edges."""
    random = np.random.default_rng(seed)
    starts = np.cumsum([0, *sizes])
    usable = [place for place, size in enumerate(sizes) if size > 1]
    edges = []
    for place in random.choice(usable, most_edges) if usable else ():
        low, high = starts[place], starts[place + 1]
        edges.append((int(random.integers(low, high)), int(random.integers(low, high))))
    return graph(int(starts[-1]), edges, seed, sizes)


def example() -> Data:
    """What models are exported with: three graphs in one packet."""
    return packet((4, 5, 3), 9)


def data_set(random: int = 16) -> list[Data]:
    """Random graphs and odd ones; no graph has more than 16 nodes or 32 edges."""
    return [random_graph(seed) for seed in range(random)] + list(odd_graphs().values())


def arguments(model: nn.Module, data: Data) -> dict[str, Tensor]:
    """The attributes of `data` that `model` takes."""
    return {
        name: data[name] for name in inspect.signature(model.forward).parameters if name in data
    }


def eager(model: nn.Module, data: Data) -> list[Tensor]:
    """The outputs of a float64 model."""
    given = arguments(model, data).items()
    with torch.no_grad():
        outputs = model(**{k: x.double() if x.is_floating_point() else x for k, x in given})
    if isinstance(outputs, Mapping):
        return list(outputs.values())
    return [outputs] if isinstance(outputs, Tensor) else list(outputs)


def sample(model: nn.Module, data: Data) -> dict[str, np.ndarray]:
    """The inputs of the imported graph."""
    return {name: x.numpy() for name, x in arguments(model, data).items()}


def relative_error(graph: Graph, samples: Sequence[object], wanted: Sequence[Tensor]) -> float:
    """The largest difference of any output from `wanted`, relative to the largest of each."""
    run = run_real(graph, samples)
    worst = 0.0
    for name, expected in zip(graph.outputs, wanted, strict=True):
        got = run.tensors[name].reshape(expected.shape)
        if expected.numel():
            scale = max(1e-3, float(expected.abs().max()))
            worst = max(worst, float((got - expected).abs().max()) / scale)
    return worst
