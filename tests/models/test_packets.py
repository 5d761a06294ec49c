"""Several graphs in one packet give the codes of one graph at a time; edges come in any order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.data import Data

from gengnn.data import samples_of
from gengnn.ir import Graph
from gengnn.reference import IntegerModel
from tests.models.every import BATCHED, MODELS, calibration, imported, make, quantized
from tests.models.inputs import data_set, graph, packets


def codes(fixed: Graph, data: Data) -> dict[str, Tensor]:
    """The output codes of one packet."""
    run = IntegerModel(fixed).run(samples_of(fixed, [data]))
    return {name: run.tensors[name] for name in fixed.outputs}


def rows_of(data: Data, number: int) -> dict[str, Tensor]:
    """Which rows of each space belong to graph `number` of a packet."""
    nodes = data.batch == number
    graphs = torch.arange(int(data.batch.max()) + 1) == number
    return {"nodes": nodes, "edges": nodes[data.edge_index[0]], "graphs": graphs}


def alone(data: Data, number: int) -> Data:
    """One graph of a packet; pairs to score stay out."""
    rows = rows_of(data, number)
    first = int((data.batch < number).sum())
    found = Data(edge_index=data.edge_index[:, rows["edges"]] - first)
    for name in ("x", "z", "eig"):
        found[name] = data[name][rows["nodes"]]
    for name in ("edge_attr", "edge_weight", "edge_length", "bond"):
        found[name] = data[name][rows["edges"]]
    found.batch = torch.zeros(int(rows["nodes"].sum()), dtype=torch.int64)
    return found


def parts(data: Data) -> Iterator[tuple[dict[str, Tensor], Data]]:
    """Every graph of a packet, and its rows."""
    for number in range(int(data.batch.max()) + 1):
        yield rows_of(data, number), alone(data, number)


@pytest.fixture(scope="module")
def fixed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The fixed-point graph of a model."""
    model: nn.Module = make(request.param)
    return quantized(imported(model, tmp_path_factory.mktemp("model")), calibration(model))


@pytest.mark.parametrize("fixed", BATCHED, indirect=True)
@pytest.mark.parametrize("name", packets())
def test_a_packet_gives_the_codes_of_its_graphs(fixed: Graph, name: str) -> None:
    data = packets()[name]
    together = codes(fixed, data)
    for rows, part in parts(data):
        for output, expected in codes(fixed, part).items():
            got = together[output][rows[fixed.values[output].space]]
            assert torch.equal(got, expected), output


def shuffled(edge_index: Tensor) -> Tensor:
    """A random order of edges; self-loops stay in turn, as GCN's keeps the last of a node's."""
    order = torch.randperm(edge_index.shape[1])
    is_loop = (edge_index[0] == edge_index[1])[order]
    order[is_loop] = order[is_loop].sort().values
    return order


@pytest.mark.parametrize("fixed", MODELS, indirect=True)
def test_edges_come_in_any_order(fixed: Graph) -> None:
    torch.manual_seed(1)
    for data in data_set(6):
        order = shuffled(data.edge_index)
        turned = data.clone()
        for name in ("edge_attr", "edge_weight", "edge_length", "bond"):
            turned[name] = data[name][order]
        turned.edge_index = data.edge_index[:, order]
        expected, got = codes(fixed, data), codes(fixed, turned)
        for output in fixed.outputs:
            is_edges = fixed.values[output].space == "edges"
            assert torch.equal(
                got[output], expected[output][order] if is_edges else expected[output]
            )


@pytest.mark.parametrize("fixed", BATCHED, indirect=True)
def test_no_nodes_at_all(fixed: Graph) -> None:
    empty = codes(fixed, graph(0, [], sizes=(0,)))
    for output in fixed.outputs:
        assert len(empty[output]) == (1 if fixed.values[output].space == "graphs" else 0)
