"""Every model that the tests of whole models run on, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from torch import nn
from torch_geometric.data import Data

import gengnn
from benchmarks.coverage.own_models import own_models
from gengnn.compiler import Options, set_limits
from gengnn.data import samples_of
from gengnn.frontend import load
from gengnn.ir import Graph
from gengnn.passes.columns import split_columns
from gengnn.passes.fold import fold
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.simplify import simplify
from tests.frontend.zoo import randomized
from tests.models.inputs import arguments, data_set, example, packets
from tests.models.random_models import random_model
from tests.models.zoo import ZOO

RANDOM = 6
"""Random models among them."""

LIMITS = Options(max_nodes=16, max_edges=32)


def _random(seed: int) -> Callable[[], nn.Module]:
    return lambda: random_model([seed])


MODELS: dict[str, Callable[[], nn.Module]] = {
    **{f"zoo_{name}": make for name, make in ZOO.items()},
    **{f"own_{name}": make for name, make in own_models().items()},
    **{f"random_{seed}": _random(seed) for seed in range(RANDOM)},
}


def make(name: str) -> nn.Module:
    """A model whose parameters and statistics all matter."""
    model = MODELS[name]()
    return model.eval() if name.startswith("random") else randomized(model)


def is_batched(model: nn.Module) -> bool:
    """Whether it takes packets of several graphs."""
    return "batch" in arguments(model, example())


BATCHED = [name for name in MODELS if is_batched(make(name))]
"""The models that take packets of several graphs."""


def imported(model: nn.Module, folder: Path) -> Graph:
    """The float graph of a model, simplified and folded as a build does."""
    archive = gengnn.export(model, example(), folder / "model.pt")
    return fold(split_columns(simplify(load(archive))))


def calibration(model: nn.Module) -> list[Data]:
    """Graphs that a model takes."""
    return data_set() + (list(packets().values()) if is_batched(model) else [])


def quantized(graph: Graph, data: Sequence[Data]) -> Graph:
    """The fixed-point graph, its formats calibrated on `data`."""
    samples = samples_of(graph, data)
    return quantize(set_limits(graph, samples, LIMITS), samples, Precision())
