"""Random models: float meaning equals PyG, and reference = C-simulation = RTL.

The environment variable GENGNN_SEEDS, "first:stop", chooses other seeds than the default ones:
every test then takes all of them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from torch_geometric.data import Data

import gengnn
from gengnn.data import samples_of
from gengnn.frontend import load
from gengnn.passes.columns import split_columns
from gengnn.passes.fold import fold
from gengnn.passes.simplify import simplify
from gengnn.project import Project, Simulation
from tests.models.inputs import (
    data_set,
    eager,
    example,
    odd_graphs,
    packets,
    random_graph,
    relative_error,
)
from tests.models.random_models import Single, random_model, seed_of

EXACT = 1e-9
"""Relative difference of float64 sums taken in another order."""

MOST = {"max_nodes": 16, "max_edges": 32, "multipliers": 1000}

CSIM_BUNDLE, RTL_BUNDLE = 4, 2
"""Seeds whose models are compiled side by side."""


def chosen(count: int) -> range:
    """The seeds of a test that takes `count` by default."""
    asked = os.environ.get("GENGNN_SEEDS")
    if not asked:
        return range(count)
    first, _, stop = asked.partition(":")
    return range(int(first), int(stop or int(first) + 1))


def bundles(count: int, size: int) -> list[tuple[int, ...]]:
    """The chosen seeds in groups of one parity."""
    found = []
    for parity in (0, 1):
        seeds = [seed for seed in chosen(count) if seed % 2 == parity]
        found += [tuple(seeds[at : at + size]) for at in range(0, len(seeds), size)]
    return found


def graphs(seed: int) -> list[Data]:
    """Graphs that a model of `seed` takes; odd seeds take packets of several graphs."""
    return data_set(10) + (list(packets().values()) if seed % 2 else [])


def reproduce(seed: int) -> str:
    """The line that runs one seed again, and its model."""
    return f"GENGNN_SEEDS={seed} pytest {Path(__file__).name}\n{random_model([seed])}"


@pytest.mark.parametrize("seed", chosen(16))
def test_float_meaning_equals_eager(seed: int, tmp_path: Path) -> None:
    model = random_model([seed])
    graph = load(gengnn.export(model, example(), tmp_path / "model.pt"))
    simple = fold(split_columns(simplify(graph)))
    model.double()
    odd = odd_graphs() | (packets() if seed % 2 else {}) | {"random": random_graph(seed)}
    for name, data in odd.items():
        wanted = eager(model, data)
        for form in (graph, simple):
            error = relative_error(form, samples_of(form, [data]), wanted)
            assert error < EXACT, f"{name}: {reproduce(seed)}"


def built(seeds: tuple[int, ...], folder: Path) -> tuple[Single, Project]:
    """The models of `seeds` in one project."""
    model = random_model(seeds)
    archive = gengnn.export(model, example(), folder / "model.pt")
    most = MOST | ({"max_graphs": 8} if seeds[0] % 2 else {})
    return model, gengnn.build(archive, data=graphs(seeds[0]), out=folder / "project", **most)


def check(seeds: tuple[int, ...], model: Single, project: Project, found: Simulation) -> None:
    """No code differs; else the seeds whose outputs do."""
    if found.mismatches == 0:
        return
    wanted = project.predict(graphs(seeds[0]))
    pairs = zip(
        *(x if isinstance(x, tuple) else (x,) for x in (found.outputs, wanted)), strict=True
    )
    wrong = {seed_of(seeds, model, k) for k, (x, y) in enumerate(pairs) if not torch.equal(x, y)}
    told = "\n".join(map(reproduce, sorted(wrong) or seeds))
    pytest.fail(f"{found.mismatches} codes differ, first in {found.difference}\n{told}")


@pytest.mark.slow
@pytest.mark.parametrize("seeds", bundles(16, CSIM_BUNDLE), ids=str)
def test_csim_equals_the_reference(seeds: tuple[int, ...], tmp_path: Path) -> None:
    model, project = built(seeds, tmp_path)
    check(seeds, model, project, project.csim(graphs(seeds[0])))


@pytest.mark.slow
@pytest.mark.parametrize("seeds", bundles(4, RTL_BUNDLE), ids=str)
def test_rtl_equals_the_reference(seeds: tuple[int, ...], tmp_path: Path) -> None:
    model, project = built(seeds, tmp_path)
    check(seeds, model, project, project.cosim(graphs(seeds[0])))
