"""What a model computes for a whole data set, batch by batch: in fixed point or in floats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gengnn.ir import Graph
from gengnn.reference import IntegerModel, Run, Sample, batches, run_real


@dataclass(frozen=True)
class Prediction:
    """The outputs [rows, *shape] as floats, graph after graph, in the model's order.

    `saturations` counts, by tensor, the values that a fixed-point run had to saturate.
    """

    outputs: tuple[Tensor, ...]
    saturations: Mapping[str, int]


def predict(graph: Graph, samples: Sequence[Sample]) -> Prediction:
    """Run the integer meaning of a quantised graph, exactly, and scale its codes to floats."""
    model = IntegerModel(graph)
    saturations: Counter[str] = Counter()
    found: list[list[Tensor]] = []
    for batch in batches(graph, samples):
        run = model.run(batch)
        saturations.update(run.saturations)
        steps = [graph.values[name].format.step for name in graph.outputs]
        pairs = zip(_outputs(graph, run), steps, strict=True)
        found.append([codes.to(torch.float64) * step for codes, step in pairs])
    return Prediction(_joined(found), dict(saturations))


def predict_float(graph: Graph, samples: Sequence[Sample]) -> Prediction:
    """Run the float meaning of a graph that has not been quantised."""
    found = [_outputs(graph, run_real(graph, batch)) for batch in batches(graph, samples)]
    return Prediction(_joined(found), {})


def _outputs(graph: Graph, run: Run) -> list[Tensor]:
    """The outputs of one batch, rows in the order of the graphs they belong to."""
    outputs = []
    for name in graph.outputs:
        value = graph.values[name]
        tensor = run.tensors[name].reshape(-1, *value.shape)
        order = torch.argsort(run.rows.graph_of[value.space], stable=True)
        outputs.append(tensor.index_select(0, order))
    return outputs


def _joined(found: Sequence[Sequence[Tensor]]) -> tuple[Tensor, ...]:
    return tuple(torch.cat(parts) for parts in zip(*found, strict=True))
