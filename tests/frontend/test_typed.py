"""Several kinds of rows: node types, edge types, several lists of edges, bipartite inputs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from gengnn.data import samples_of
from gengnn.errors import UnsupportedModelError
from gengnn.frontend import export, load, read_example
from gengnn.frontend.spaces import count_home, home, is_batch, list_home
from gengnn.ir import Graph, KeyPath, Kind
from gengnn.ops.offset import Offset
from gengnn.passes.simplify import simplify
from gengnn.reference import run_real, split_rows
from tests.frontend.typed_zoo import (
    MODELS,
    SIZES,
    Entry,
    Relations,
    dictionaries,
    doubled,
    features,
    hetero,
    index,
    named,
    separate,
    tensors,
)
from tests.frontend.zoo import randomized

Imported = tuple[Entry, nn.Module, Graph]


@pytest.fixture(scope="module", params=list(MODELS))
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Each model and its graph."""
    entry = MODELS[request.param]
    model = randomized(entry.make()).eval()
    path = tmp_path_factory.mktemp("typed") / "model.pt"
    return entry, model, load(export(model, entry.arguments(*SIZES[0]), path))


def close(got: Tensor, expected: Tensor) -> None:
    """Equal but for the order of float64 sums."""
    torch.testing.assert_close(got.reshape(expected.shape), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("is_simplified", [False, True])
def test_imported_model_computes_what_torch_does(imported: Imported, is_simplified: bool) -> None:
    entry, model, graph = imported
    graph, model = simplify(graph) if is_simplified else graph, model.double()
    for sizes in SIZES:
        given = doubled(entry.arguments(*sizes))
        with torch.no_grad():
            expected = list(tensors(model(*given)))
        run = run_real(graph, samples_of(graph, [named(model, given)]))
        for name, want in zip(graph.outputs, expected, strict=True):
            close(run.tensors[name], want)


def test_many_graphs_at_once_are_as_one_by_one(imported: Imported) -> None:
    entry, model, graph = imported
    data = [named(model, doubled(entry.arguments(*sizes))) for sizes in SIZES]
    samples = samples_of(graph, data)
    run = run_real(graph, samples)
    alone = [run_real(graph, [sample]) for sample in samples]
    for name in graph.outputs:
        value = graph.values[name]
        if value.space != "graphs":  # a batch of several graphs each
            parts = split_rows(run.tensors[name], run.rows.graph_of[value.space], len(samples))
            for part, one in zip(parts, alone, strict=True):
                close(torch.from_numpy(part), one.tensors[name])


def graph_of(model: nn.Module, given: tuple[object, ...], folder: Path) -> Graph:
    return load(export(model, given, folder / "model.pt"))


def test_spaces_are_named_by_type_in_the_order_of_a_packet(tmp_path: Path) -> None:
    graph = graph_of(MODELS["hetero"].make(), dictionaries(*SIZES[0]), tmp_path)
    assert [name for name, space in graph.spaces.items() if space.kind == "input"] == [
        *("author", "paper"),
        *("author__writes__paper", "paper__written_by__author", "paper__cites__paper"),
    ]
    targets = {value.name: value.target for value in graph.inputs if value.kind is Kind.INDEX}
    assert targets["author_writes_paper_src"] == "author"
    assert targets["author_writes_paper_dst"] == "paper"


def test_maps_of_several_lists_are_told_apart(tmp_path: Path) -> None:
    graph = graph_of(MODELS["links"].make(), MODELS["links"].arguments(*SIZES[0]), tmp_path)
    maps = {v.name: (v.space, v.target) for v in graph.inputs if v.kind is Kind.INDEX}
    assert maps == {
        "src": ("edges", "nodes"),
        "dst": ("edges", "nodes"),
        "edge_label_index_src": ("label_edges", "nodes"),
        "edge_label_index_dst": ("label_edges", "nodes"),
    }


def test_what_a_map_points_into_is_found_from_its_use(tmp_path: Path) -> None:
    graph = graph_of(MODELS["bipartite_gat"].make(), separate(*SIZES[0]), tmp_path)
    assert graph.values["src"].target == "nodes_src"
    assert graph.values["dst"].target == "nodes_dst"


def test_joined_types_are_reached_by_an_offset(tmp_path: Path) -> None:
    graph = simplify(graph_of(MODELS["joined"].make(), dictionaries(*SIZES[0]), tmp_path))
    offsets = [node.op.target for node in graph.nodes if isinstance(node.op, Offset)]
    assert offsets == ["author_and_paper"] * len(offsets)
    assert offsets


class Pairs(nn.Module):
    def forward(self, x_dict: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        a, b, c = x_dict.values()
        return torch.cat([a, b]).relu(), torch.cat([b, c]).relu()


def test_joined_rows_of_other_types_are_another_space(tmp_path: Path) -> None:
    x = {kind: features(rows, 4, rows) for kind, rows in zip("abc", (3, 4, 5), strict=True)}
    graph = simplify(graph_of(Pairs(), (x,), tmp_path))
    assert [graph.values[name].space for name in graph.outputs] == ["a_and_b", "b_and_c"]


class Function(nn.Module):
    def __init__(self, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self.function = function


class Bipartite(Function):
    def forward(self, x_src: Tensor, x_dst: Tensor, edge_index: Tensor) -> Tensor:
        return self.function(x_src, x_dst, edge_index)


class Positioned(Function):
    def forward(self, x: Tensor, laplacian: Tensor, edge_index: Tensor) -> Tensor:
        return self.function(x, laplacian, edge_index)


class ByArgument(Function):
    def forward(self, inputs: dict[str, Tensor], layers: list[Tensor]) -> Tensor:
        return self.function(inputs, layers)


def test_one_map_on_two_kinds_of_rows_is_refused_with_both_lines(tmp_path: Path) -> None:
    def function(x_src: Tensor, x_dst: Tensor, edge_index: Tensor) -> Tensor:
        first = x_src[edge_index[0]]
        return first + x_dst[edge_index[0]]

    given = features(5, 4, 0), features(6, 4, 1), index(5, 6, 9, 2)
    with pytest.raises(UnsupportedModelError) as caught:
        graph_of(Bipartite(function), given, tmp_path)
    told = str(caught.value)
    assert re.search(r"aten.index.Tensor in forward \(test_typed.py:\d+\)\n", told)
    assert re.search(r"points into nodes_src since forward \(test_typed.py:\d+\)\n", told)
    assert "torch._check(x.size(0) == y.size(0))" in told


def test_rows_that_only_names_tell_apart_are_one_if_one_map_reads_both(tmp_path: Path) -> None:
    def function(x: Tensor, laplacian: Tensor, edge_index: Tensor) -> Tensor:
        return x[edge_index[0]] + laplacian[edge_index[0]] + x[edge_index[1]]

    given = features(5, 4, 0), features(5, 4, 1), index(5, 5, 9, 2)
    graph = graph_of(Positioned(function), given, tmp_path)
    assert {graph.values[name].space for name in ("x", "laplacian")} == {"nodes"}


def test_an_argument_may_not_point_into_joined_rows(tmp_path: Path) -> None:
    def function(x_src: Tensor, x_dst: Tensor, edge_index: Tensor) -> Tensor:
        return torch.cat([x_src, x_dst])[edge_index[0]]

    given = features(5, 4, 0), features(6, 4, 1), index(5, 6, 9, 2)
    with pytest.raises(UnsupportedModelError, match="indexes rows that forward joins or selects"):
        graph_of(Bipartite(function), given, tmp_path)


def test_arguments_in_a_dictionary_and_a_list(tmp_path: Path) -> None:
    def function(inputs: dict[str, Tensor], layers: list[Tensor]) -> Tensor:
        src, dst = inputs["edge_index"]
        joined = torch.cat(layers, dim=1)
        return inputs["x"][src] + inputs["x"][dst] + joined[dst]

    inputs = {"x": features(5, 4, 0), "edge_index": index(5, 5, 9, 1), "batch": None}
    layers = [features(5, 2, 2), features(5, 2, 3)]
    model = ByArgument(function)
    graph = graph_of(model, (inputs, layers), tmp_path)
    assert {v.name: (v.space, v.path) for v in graph.user_inputs} == {
        "x": ("nodes", ("inputs", "x")),
        "src": ("edges", ("inputs", "edge_index", 0)),
        "dst": ("edges", ("inputs", "edge_index", 1)),
        "layers_0": ("nodes", ("layers", 0)),
        "layers_1": ("nodes", ("layers", 1)),
    }
    run = run_real(graph, samples_of(graph, [{"inputs": inputs, "layers": layers}]))
    expected = model(inputs, layers)
    torch.testing.assert_close(run.tensors[graph.outputs[0]].float(), expected)
    example = read_example(tmp_path / "model.pt")
    assert torch.equal(example["inputs"]["x"], inputs["x"])
    assert torch.equal(example["layers"][1], layers[1])


def test_a_hetero_data_serves_as_example_and_as_data(tmp_path: Path) -> None:
    model = randomized(Relations()).eval()
    graph = load(export(model, hetero(*SIZES[0]), tmp_path / "model.pt"))
    samples = samples_of(graph, [hetero(*sizes) for sizes in SIZES])
    by_hand = samples_of(graph, [named(model, dictionaries(*sizes)) for sizes in SIZES])
    for one, other in zip(samples, by_hand, strict=True):
        assert one.keys() == other.keys()
        assert all((one[name] == other[name]).all() for name in one)


@pytest.mark.parametrize(
    ("path", "space"),
    [
        (("x",), "nodes"),
        (("x_src",), "nodes_src"),
        (("x", 1), "nodes_1"),
        (("x_dict", "author"), "author"),
        (("inputs", "edge_attr"), "edges"),
        (("edge_attr_dict", ("a", "to", "b")), "a__to__b"),
        (("edge_label",), "label_edges"),
        (("hyperedge_attr",), "hyperedges"),
        (("u",), "graphs"),
    ],
)
def test_names_tell_the_rows(path: KeyPath, space: str) -> None:
    assert home(path).space == space


def test_names_tell_lists_counts_and_batches() -> None:
    assert list_home(("edge_index",), False).space == "edges"
    assert list_home(("pos_edge_index",), False).space == "pos_edges"
    assert list_home(("pairs",), False).space == "pairs"
    assert list_home(("hyperedge_index",), True).space == "incidences"
    assert list_home(("edge_index", 1), False).space == "edges_1"
    assert count_home(("num_hyperedges",)).space == "hyperedges"
    assert count_home(("batch_size",)).space == "graphs"
    assert is_batch(("batch_dict", "paper"))
    assert not is_batch(("x",))
