"""A trained parameter that is moved moves the outputs as in PyG: none is dropped or frozen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import gengnn
from gengnn.data import samples_of
from gengnn.frontend.archive import open_archive
from gengnn.frontend.importer import import_program
from gengnn.frontend.program import Program, Weight, read_program
from gengnn.passes.simplify import simplify
from tests.models.every import MODELS, make
from tests.models.inputs import eager, example, relative_error

EXACT = 1e-9
"""Relative difference of float64 sums taken in another order."""


@contextmanager
def moved(parameter: nn.Parameter) -> Iterator[None]:
    """The parameter with every entry a little larger, each by another amount."""
    kept = parameter.data
    parameter.data = kept + 0.1 + 0.1 * torch.rand(kept.shape, dtype=kept.dtype)
    try:
        yield
    finally:
        parameter.data = kept


def reweighted(program: Program, model: nn.Module, moving: nn.Parameter) -> Program:
    """The program with the values of one parameter, under whatever names it has."""
    every = model.named_parameters(remove_duplicate=False)
    names = {name for name, parameter in every if parameter is moving}
    weights = {
        key: Weight(weight.name, moving.detach().numpy()) if weight.name in names else weight
        for key, weight in program.weights.items()
    }
    return replace(program, weights=weights)


def is_moved(before: list[Tensor], after: list[Tensor]) -> bool:
    """Whether any output differs by more than rounding."""
    pairs = zip(before, after, strict=True)
    return any(not torch.allclose(x, y, rtol=EXACT, atol=EXACT) for x, y in pairs)


@pytest.mark.parametrize("name", MODELS)
def test_every_parameter_moves_the_outputs(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = make(name)
    program = read_program(open_archive(gengnn.export(model, example(), tmp_path / "model.pt")))
    data, moving = example(), []
    before = eager(model.double(), data)
    for key, parameter in model.named_parameters():
        with moved(parameter):
            graph = simplify(import_program(reweighted(program, model, parameter), "model.pt"))
            after = eager(model, data)
        assert relative_error(graph, samples_of(graph, [data]), after) < EXACT, key
        moving += [key] if is_moved(before, after) else []
    assert moving
