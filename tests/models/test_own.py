"""Ready models that are no classes of PyG: float meaning, shared weights, fixed-point error."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import gengnn
from benchmarks.coverage.own_models import own_models
from benchmarks.coverage.own_physics import ITERATIONS
from gengnn.data import samples_of
from gengnn.predict import predict
from tests.models.every import MODELS, imported, is_batched, make, quantized
from tests.models.inputs import (
    data_set,
    eager,
    example,
    odd_graphs,
    packets,
    random_graph,
    relative_error,
    usual_graph,
)

EXACT = 1e-9
"""Relative difference of float64 sums taken in another order."""

ROUNDING = 0.01
"""Fixed-point error at 16 bits, relative to the largest output."""

SHIPPED = [name for name in MODELS if not name.startswith("random")]


@pytest.mark.parametrize("name", own_models())
def test_float_meaning_equals_eager(name: str, tmp_path: Path) -> None:
    model = make(f"own_{name}")
    graph = imported(model, tmp_path)
    several = packets() if is_batched(model) else {}
    model.double()
    for odd, data in (odd_graphs() | several | {"random": random_graph(3)}).items():
        error = relative_error(graph, samples_of(graph, [data]), eager(model, data))
        assert error < EXACT, odd


@pytest.mark.parametrize("name", SHIPPED)
def test_fixed_point_is_close_to_eager(name: str, tmp_path: Path) -> None:
    model = make(name)
    fixed = quantized(imported(model, tmp_path), [usual_graph(seed) for seed in range(64)])
    graphs = [usual_graph(seed) for seed in range(100, 164)]
    found = predict(fixed, samples_of(fixed, graphs))
    model.double()
    wanted = [torch.cat(parts) for parts in zip(*(eager(model, g) for g in graphs), strict=True)]
    for got, want in zip(found.outputs, wanted, strict=True):
        if want.is_floating_point():
            error = (got.reshape(want.shape) - want).abs().max() / want.abs().max()
            assert error < ROUNDING


def test_iterations_of_one_module_share_units_and_weights(tmp_path: Path) -> None:
    model = make("own_recurrent_interaction")
    archive = gengnn.export(model, example(), tmp_path / "model.pt")
    project = gengnn.build(archive, data=data_set(), out=tmp_path / "project")
    assert [len(loop.iterations) for loop in project.design.graph.loops] == [ITERATIONS]
    weights = [m for unit in project.design.units for m in unit.memories if m.name == "weight"]
    trained = sum(p.numel() for name, p in model.named_parameters() if p.dim() > 1)
    assert sum(memory.depth * memory.lanes for memory in weights) == trained


@pytest.mark.slow
@pytest.mark.parametrize("name", own_models())
def test_csim_equals_the_reference(name: str, tmp_path: Path) -> None:
    model = make(f"own_{name}")
    graphs = data_set() + (list(packets().values()) if is_batched(model) else [])
    archive = gengnn.export(model, example(), tmp_path / "model.pt")
    project = gengnn.build(archive, data=graphs, out=tmp_path / "project", multipliers=2000)
    assert project.csim(graphs).mismatches == 0


@pytest.mark.slow
def test_rtl_of_shared_weights_equals_the_reference(tmp_path: Path) -> None:
    archive = gengnn.export(make("own_recurrent_interaction"), example(), tmp_path / "model.pt")
    project = gengnn.build(archive, data=data_set(), out=tmp_path / "project")
    assert project.cosim(data_set()).mismatches == 0
