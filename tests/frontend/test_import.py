"""Imported graphs compute what the model computes.

Parameters are random everywhere, so that one that got lost would show.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.export import Dim
from torch_geometric.data import Data

from gengnn.frontend import export, load
from gengnn.frontend.tracing import followed
from gengnn.ir import Graph
from gengnn.passes.simplify import simplify
from gengnn.reference import run_real, split_rows
from tests.frontend.inputs import EXAMPLE, GRAPHS, arguments
from tests.frontend.zoo import ACTIVATIONS, MODELS, Activated, randomized

DECOMPOSED = [
    *("gcn_weights", "sage_normalize", "stacked_max", "pool_mean", "pool_max", "embedded"),
    *("edge_scores", "shapes", "attention", "in_place", "single_mean"),
]
"""Models whose archives are also read in core ATen."""

Imported = tuple[nn.Module, Graph]


def sample(model: nn.Module, data: Data) -> dict[str, np.ndarray]:
    """The inputs of the imported graph."""
    given = {name: x.numpy() for name, x in arguments(model, data).items()}
    src, dst = given.pop("edge_index")
    return given | {"src": src, "dst": dst}


def eager(model: nn.Module, data: Data) -> list[Tensor]:
    """The outputs of the model in double precision."""
    given = arguments(model, data).items()
    with torch.no_grad():
        outputs = model(**{k: x.double() if x.is_floating_point() else x for k, x in given})
    if isinstance(outputs, Mapping):
        return list(outputs.values())
    return [outputs] if isinstance(outputs, Tensor) else list(outputs)


def close(got: Tensor, expected: Tensor) -> None:
    """Equal but for the order of float64 sums."""
    torch.testing.assert_close(got.reshape(expected.shape), expected, rtol=1e-9, atol=1e-9)


def check(graph: Graph, model: nn.Module, data: Data) -> None:
    """Every output on one graph."""
    run = run_real(graph, [sample(model, data)])
    for name, expected in zip(graph.outputs, eager(model, data), strict=True):
        close(run.tensors[name], expected)


@pytest.fixture(scope="module", params=list(MODELS))
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Each model of the zoo and its graph."""
    model = randomized(MODELS[request.param]())
    path = export(model, EXAMPLE, tmp_path_factory.mktemp("models") / "model.pt")
    return model.double(), load(path)


@pytest.mark.parametrize("odd", list(GRAPHS))
def test_imported_model_computes_what_torch_does(imported: Imported, odd: str) -> None:
    model, graph = imported
    check(graph, model, GRAPHS[odd])


@pytest.mark.parametrize("odd", list(GRAPHS))
def test_simplified_model_computes_what_torch_does(imported: Imported, odd: str) -> None:
    model, graph = imported
    check(simplify(graph), model, GRAPHS[odd])


def test_many_graphs_at_once_are_as_one_by_one(imported: Imported) -> None:
    model, graph = imported
    several = [GRAPHS[name] for name in ("random", "isolated", "one_node", "hub")]
    run = run_real(graph, [sample(model, data) for data in several])
    alone = [eager(model, data) for data in several]
    for position, name in enumerate(graph.outputs):
        space = graph.values[name].space
        parts = split_rows(run.tensors[name], run.rows.graph_of[space], len(several))
        for got, outputs in zip(parts, alone, strict=True):
            close(torch.from_numpy(got), outputs[position])


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_activation(name: str, tmp_path: Path) -> None:
    model = randomized(Activated(ACTIVATIONS[name]))
    graph = load(export(model, EXAMPLE, tmp_path / "model.pt"))
    check(graph, model.double(), GRAPHS["random"])


@pytest.mark.parametrize("name", DECOMPOSED)
def test_archive_in_core_aten_written_without_gengnn(name: str, tmp_path: Path) -> None:
    model = randomized(MODELS[name]())
    args = arguments(model, EXAMPLE)
    sizes = tuple({1 if key == "edge_index" else 0: Dim.AUTO} for key in args)
    with followed(model):
        program = torch.export.export(
            model, tuple(args.values()), dynamic_shapes=sizes, strict=False
        )
        torch.export.save(program.run_decompositions(), tmp_path / "model.pt2")
    graph = load(tmp_path / "model.pt2")
    model.double()
    for data in GRAPHS.values():
        check(graph, model, data)
