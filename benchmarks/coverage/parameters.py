"""Whether every trained tensor of a module still matters in the compiled graph."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Generator, Tensor, nn

from benchmarks.coverage.measure import SHIFT, Wanted, got, largest_error, wanted
from gengnn.frontend.archive import open_archive
from gengnn.frontend.importer import import_program
from gengnn.frontend.program import Program, read_program

BOUND = 1e-5
"""The largest relative error of a graph's float meaning."""


@dataclass(frozen=True)
class Check:
    """Trained tensors: how many, which of them got lost, which do nothing in PyG either."""

    tensors: int
    dropped: list[str]
    idle: list[str]


def check(module: nn.Module, archive: Path, want: Wanted, names: Sequence[str]) -> Check:
    """Move each trained tensor, in the module and in its archive, and compare the results."""
    program = read_program(open_archive(archive))
    own = {weight.name for weight in program.weights.values()}
    aliases = _aliases(module)
    dropped, idle = [], []
    tensors = [name for name, _ in module.named_parameters()]
    for name in tensors:
        moved, noise = _moved(module, name)
        changed = wanted(moved, want.graphs, names)
        if not _differs(want, changed):
            idle.append(name)
        elif not own & aliases[name] or not _follows(program, aliases[name], noise, changed):
            dropped.append(name)
    return Check(len(tensors), dropped, idle)


def _aliases(module: nn.Module) -> dict[str, set[str]]:
    """All names of the tensor that each name stands for: modules may share their parameters."""
    owners = {name: id(p) for name, p in module.named_parameters(remove_duplicate=False)}
    return {name: {n for n, o in owners.items() if o == owner} for name, owner in owners.items()}


def _moved(module: nn.Module, name: str) -> tuple[nn.Module, Tensor]:
    """The module with one tensor moved, and by what."""
    copied = copy.deepcopy(module)
    tensor = copied.get_parameter(name)
    noise = SHIFT * (2 * torch.rand(tensor.shape, generator=Generator().manual_seed(len(name))) - 1)
    tensor.data += noise
    return copied, noise


def _differs(first: Wanted, second: Wanted) -> bool:
    pairs = zip(first.joined, second.joined, strict=True)
    return any(not torch.allclose(a, b, rtol=1e-6, atol=1e-9, equal_nan=True) for a, b in pairs)


def _follows(program: Program, names: set[str], noise: Tensor, changed: Wanted) -> bool:
    """Whether the graph of the moved archive computes what the moved module does."""
    weights = {
        key: replace(w, data=(torch.from_numpy(w.data) + noise).numpy()) if w.name in names else w
        for key, w in program.weights.items()
    }
    graph = import_program(replace(program, weights=weights), "moved.pt")
    return largest_error(changed, got(graph, changed.graphs)) <= BOUND
