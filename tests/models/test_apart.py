"""Attention with the loop of each node beside its edges: C++ and RTL equal the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from torch import Tensor, nn
from torch_geometric.nn import GATConv

import gengnn
from gengnn import compiler
from gengnn.compiler import Options, compile_model
from gengnn.design import Design
from gengnn.errors import PrecisionError
from gengnn.frontend import export
from gengnn.ir import Graph
from tests.frontend.inputs import EXAMPLE, GRAPHS, NODE
from tests.frontend.zoo import randomized

DATA = [*GRAPHS.values()]
"""Nodes without edges, loops that the graph has itself, a hub, no edges at all."""


class Attention(nn.Module):
    """Two layers of one shape, which fold."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = GATConv(NODE, 4, heads=2), GATConv(8, 4, heads=2)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.second(self.first(x, edge_index).relu(), edge_index)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("attention") / "model.pt"
    export(randomized(Attention()), EXAMPLE, path)
    return path


def is_joined(graph: Graph) -> bool:
    return any(space.kind == "concat" for space in graph.spaces.values())


def others_first(graph: Graph, *given: object) -> Design:
    """The schedule of the graph whose loops are beside its edges, whatever promises most."""
    *told, others = given
    assert isinstance(others, list)
    (other,) = others
    assert is_joined(graph)
    assert not is_joined(other)
    return schedule(other, *told)


schedule: Callable[..., Design] = compiler.schedule


@pytest.mark.slow
def test_both_back_ends_give_every_code(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiler, "schedule", others_first)
    project = gengnn.build(archive, data=DATA, out=tmp_path / "attention", multipliers=200)
    assert not is_joined(project.design.graph)
    assert project.csim(DATA).mismatches == 0
    assert project.cosim(DATA).mismatches == 0


@pytest.mark.parametrize("is_first", [True, False])
def test_what_has_no_formats_is_left_out(
    archive: Path, monkeypatch: pytest.MonkeyPatch, is_first: bool
) -> None:
    quantize = compiler.quantize

    def refusing(graph: Graph, *given: Sequence[object]) -> Graph:
        if is_joined(graph) == is_first:
            raise PrecisionError("no format")
        return quantize(graph, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(compiler, "quantize", refusing)
    if is_first:
        with pytest.raises(PrecisionError, match="no format"):
            compile_model(archive, DATA, Options())
    else:
        assert is_joined(compile_model(archive, DATA, Options()).graph)
