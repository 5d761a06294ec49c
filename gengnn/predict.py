"""What a model computes for a whole data set, batch by batch: in fixed point or in floats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gengnn.ir import Graph, Kind, Value
from gengnn.reference import IntegerModel, Run, Sample, batches, output_rows, run_real


@dataclass(frozen=True)
class Prediction:
    """The outputs [rows, *shape], graph after graph, in the model's order.

    Numbers are float64, integers int64, masks bool. `saturations` counts, by tensor, the values
    that a fixed-point run had to saturate.
    """

    outputs: tuple[Tensor, ...]
    saturations: Mapping[str, int]


def predict(graph: Graph, samples: Sequence[Sample]) -> Prediction:
    """Run the integer meaning of a quantised graph, exactly, and scale its codes."""
    model = IntegerModel(graph)
    saturations: Counter[str] = Counter()
    found: list[list[Tensor]] = []
    for batch in batches(graph, samples):
        run = model.run(batch)
        saturations.update(run.saturations)
        pairs = zip(_outputs(graph, run), graph.outputs, strict=True)
        found.append([from_codes(graph.values[name], codes) for codes, name in pairs])
    return Prediction(_joined(found), dict(saturations))


def predict_float(graph: Graph, samples: Sequence[Sample]) -> Prediction:
    """Run the float meaning of a graph that has not been quantised."""
    found = [_outputs(graph, run_real(graph, batch)) for batch in batches(graph, samples)]
    masks = [graph.values[name].kind is Kind.MASK for name in graph.outputs]
    found = [
        [x.bool() if is_mask else x for x, is_mask in zip(parts, masks, strict=True)]
        for parts in found
    ]
    return Prediction(_joined(found), {})


def from_codes(value: Value, codes: Tensor) -> Tensor:
    """What codes of a value stand for: numbers (float64), integers (int64) or truth (bool)."""
    if value.kind is Kind.REAL:
        return codes.to(torch.float64) * value.format.step
    return codes.to(torch.bool if value.kind is Kind.MASK else torch.int64)


def _outputs(graph: Graph, run: Run) -> list[Tensor]:
    """The outputs of one batch, rows in the order of the graphs they belong to."""
    outputs = []
    for name in graph.outputs:
        value = graph.values[name]
        tensor = output_rows(graph, name, run).reshape(-1, *value.shape)
        order = torch.argsort(run.rows.graph_of[value.space], stable=True)
        outputs.append(tensor.index_select(0, order))
    return outputs


def _joined(found: Sequence[Sequence[Tensor]]) -> tuple[Tensor, ...]:
    return tuple(torch.cat(parts) for parts in zip(*found, strict=True))
