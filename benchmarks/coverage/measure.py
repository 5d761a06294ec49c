"""Comparison of a module's own results with those of the compiled graph."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch_geometric.data import Data, HeteroData

from gengnn.data import samples_of
from gengnn.ir import Graph
from gengnn.predict import predict_float

SMALL = 1e-3
"""A graph's results are weighed against at least this part of the largest of all graphs."""

SHIFT = 0.3
"""How far a trained tensor is moved from its initial value."""


class DifferentError(Exception):
    """The results cannot be compared at all: their number or their shapes differ."""


@dataclass(frozen=True)
class Wanted:
    """What a module computes in float64: per graph a list of tensors.

    `refused` tells of graphs that the module itself fails on.
    """

    graphs: list[Data]
    outputs: list[list[Tensor]]
    refused: str = ""

    @property
    def joined(self) -> list[Tensor]:
        """One tensor per output, graph after graph, as `gengnn.predict` orders them."""
        return [torch.cat(parts) for parts in zip(*self.outputs, strict=True)]


def prepare(module: nn.Module, seed: int = 7) -> nn.Module:
    """Evaluation mode, and no constant tensors: one that got lost would show."""
    generator = Generator().manual_seed(seed)
    trained = {id(tensor) for tensor in module.parameters()}
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        is_used = id(tensor) in trained or name.endswith(("running_mean", "running_var"))
        flat = tensor.data.flatten()
        if is_used and tensor.is_floating_point() and bool((flat == flat[:1]).all()):
            tensor.data += SHIFT * (2 * torch.rand(tensor.shape, generator=generator) - 1)
    return module.eval()


def leaves(results: object) -> Iterator[Tensor]:
    """The tensors of nested results, in order."""
    if isinstance(results, Tensor):
        yield results
    elif isinstance(results, Mapping):
        yield from leaves(list(results.values()))
    elif isinstance(results, list | tuple):
        for entry in results:
            yield from leaves(entry)


def run(module: nn.Module, data: Data, names: Sequence[str]) -> list[Tensor]:
    """The results of a module in float64, features flattened: [rows, features]."""
    with torch.no_grad():
        results = module(**{name: _double(argument(data, name)) for name in names})
    return [x.reshape(x.shape[0] if x.dim() else 1, -1).double() for x in leaves(results)]


def argument(data: Data | HeteroData, name: str) -> object:
    """An argument of forward: an attribute, or all attributes of a name by their types."""
    return getattr(data, name) if isinstance(data, HeteroData) else data[name]


def _double(given: object) -> object:
    if isinstance(given, Mapping):
        return {key: _double(x) for key, x in given.items()}
    is_real = isinstance(given, Tensor) and given.is_floating_point()
    return given.double() if is_real else given


def wanted(module: nn.Module, graphs: Sequence[Data], names: Sequence[str]) -> Wanted:
    """What the module computes of each graph, without those that it fails on."""
    exact = copy.deepcopy(module).double()
    kept, outputs, refused = [], [], ""
    for data in graphs:
        try:
            outputs.append(run(exact, data, names))
        except Exception as error:  # whatever PyG's code raises on a graph without edges or so
            reason = str(error).strip().split("\n", maxsplit=1)[0]
            refused = f"{type(error).__name__}: {reason}"
            continue
        kept.append(data)
    return Wanted(kept, outputs, refused)


def got(graph: Graph, graphs: Sequence[Data]) -> list[Tensor]:
    """What the float meaning of a graph computes."""
    outputs = predict_float(graph, samples_of(graph, graphs)).outputs
    return [out.reshape(len(out), -1).double() for out in outputs]


def largest_error(want: Wanted, results: Sequence[Tensor]) -> float:
    """The largest difference, relative to the largest result of its graph.

    Results that are not finite in PyG are left out.

    Raises:
        DifferentError: numbers or shapes of the results differ.
    """
    return max((_error(want, k, x) for k, x in enumerate(_matched(want, results))), default=0.0)


def overall_error(want: Wanted, results: Sequence[Tensor]) -> float:
    """The largest difference, relative to the largest result of all graphs."""
    pairs = zip(want.joined, _matched(want, results), strict=True)
    return max((_difference(w, g) / (_magnitude(w) or 1.0) for w, g in pairs), default=0.0)


def _matched(want: Wanted, results: Sequence[Tensor]) -> Sequence[Tensor]:
    shapes = [list(x.shape) for x in want.joined]
    told = [list(x.shape) for x in results]
    if shapes != told:
        raise DifferentError(f"PyG gives {shapes}, the graph {told}")
    return results


def _error(want: Wanted, position: int, results: Tensor) -> float:
    parts = [outputs[position] for outputs in want.outputs]
    least = SMALL * max((_magnitude(part) for part in parts), default=0.0)
    pieces = results.split([len(part) for part in parts])
    return max(
        _difference(part, piece) / (max(_magnitude(part), least) or 1.0)
        for part, piece in zip(parts, pieces, strict=True)
    )


def _magnitude(x: Tensor) -> float:
    return (
        float(torch.nan_to_num(x, nan=0.0, posinf=0.0, neginf=0.0).abs().max()) if len(x) else 0.0
    )


def _difference(want: Tensor, result: Tensor) -> float:
    known = torch.isfinite(want)
    found = (result[known] - want[known]).abs()
    return float(torch.nan_to_num(found, nan=torch.inf).max()) if found.numel() else 0.0
