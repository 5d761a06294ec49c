"""The meaning of a graph in PyTorch: float, and exact integers batched over whole data sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gengnn.fixed import EXACT_BITS, cast_codes, quantize_real
from gengnn.ir import Graph, Kind, Node, Value
from gengnn.ops.base import Exact, Rows

Sample = Mapping[str, NDArray[np.generic]]
"""One graph: an array [rows, *shape] for each user input of the model, maps local to it."""

BATCH_ROWS = 4096
"""Rows of the largest space computed at a time, so that a layer stays in the caches."""

SINGLE_BITS = 23
"""Exact results up to this width travel in float32, whose integers are exact below 2**24."""


@dataclass
class Run:
    """What a run over one batch made: tensors by value name, index spaces, saturations."""

    tensors: dict[str, Tensor]
    rows: Rows
    saturations: dict[str, int] = field(default_factory=dict)


def row_counts(graph: Graph, sample: Sample) -> dict[str, int]:
    """Rows of each input space in one sample, in the order of a packet.

    Of a space without tensors they are told by the entry `rows_<space>` [rows, 0], or else
    counted by the largest index into it; a model without graph inputs has one graph.
    """
    counts = {space: -1 for space, entry in graph.spaces.items() if entry.kind == "input"}
    for value in graph.user_inputs:
        counts[value.space] = len(sample[value.name])
    for space in [space for space, rows in counts.items() if rows < 0]:
        told = sample.get(f"rows_{space}")
        maps = [sample[value.name] for value in graph.user_inputs if value.target == space]
        most = max((int(index.max(initial=-1)) for index in maps), default=-1) + 1
        counts[space] = most if told is None else len(told)
    if "graphs" in counts:
        counts["graphs"] = max(1, counts["graphs"])
    return counts


def collate(graph: Graph, samples: Sequence[Sample]) -> tuple[dict[str, Tensor], Rows]:
    """Join samples into one batch, index maps shifted to the joined rows.

    Returns:
        Tensors [rows, *shape] (REAL float64, others int64) and the spaces of the batch.
    """
    counts = [row_counts(graph, sample) for sample in samples]
    spaces = list(counts[0]) if counts else []
    sizes = {space: torch.tensor([count[space] for count in counts]) for space in spaces}
    starts = {
        space: np.concatenate([[0], np.cumsum(size.numpy())])[:-1] for space, size in sizes.items()
    }
    number = torch.arange(len(samples))
    graph_of = {space: number.repeat_interleave(size) for space, size in sizes.items()}
    tensors: dict[str, Tensor] = {}
    for value in graph.inputs:
        if value.kind is Kind.ROWS:
            shape = (int(sizes[value.space].sum()),)
            tensors[value.name] = torch.zeros(shape, dtype=torch.int64)
            continue
        dtype = np.float64 if value.kind is Kind.REAL else np.int64
        parts = [np.asarray(sample[value.name], dtype=dtype) for sample in samples]
        if value.target:
            parts = [p + start for p, start in zip(parts, starts[value.target], strict=True)]
        joined = np.concatenate([p.reshape(p.shape[0], *value.shape) for p in parts])
        tensors[value.name] = torch.from_numpy(joined)
    owner = graph_of.get("graphs")
    return tensors, Rows(graph_of, len(samples) if owner is None else int(owner.numel()))


def batches(graph: Graph, samples: Sequence[Sample]) -> Iterator[Sequence[Sample]]:
    """Cut a data set into batches of about BATCH_ROWS rows."""
    first, rows = 0, 0
    for position, sample in enumerate(samples):
        size = max(row_counts(graph, sample).values())
        if rows and rows + size > BATCH_ROWS:
            yield samples[first:position]
            first, rows = position, 0
        rows += size
    if rows or first < len(samples):
        yield samples[first:]


def run_real(graph: Graph, samples: Sequence[Sample]) -> Run:
    """The float64 meaning of every value of `graph` on one batch of samples."""
    tensors, rows = collate(graph, samples)
    params = {key: torch.from_numpy(np.asarray(p.data)) for key, p in graph.params.items()}
    values = graph.values
    for node in graph.nodes:
        inputs, types = _operands(node, tensors, values)
        node.op.place(inputs, types, rows)
        own = {role: params[key] for role, key in node.params.items()}
        tensors[node.name] = node.op.real(inputs, own, types, rows)
    return Run(tensors, rows)


def _operands(
    node: Node, tensors: Mapping[str, Tensor], values: Mapping[str, Value]
) -> tuple[list[Tensor], list[Value]]:
    inputs = [tensors[name] for name in node.inputs]
    return inputs, [*(values[name] for name in node.inputs), node.output]


class IntegerModel:
    """The integer meaning of a quantised graph, batched; every step is exact.

    Codes travel in floating-point tensors that hold integers only, so that matrix products run
    at BLAS speed. Interval bounds choose the carrier of each result: float32 where it stays
    below 2**23, float64 otherwise; neither ever rounds, and quantisation has refused what would
    not fit. A batch gives the same codes as one graph at a time.
    """

    def __init__(self, graph: Graph) -> None:
        """Take a quantised graph and bring its parameters into their carriers."""
        self.graph = graph
        self.values = graph.values
        self.exacts = {node.name: exact_of(graph, node, self.values) for node in graph.nodes}
        self.carriers = {node.name: self._carrier(node) for node in graph.nodes}
        self.params = {
            node.name: {
                role: torch.from_numpy(graph.params[key].data.copy()).to(self.carriers[node.name])
                for role, key in node.params.items()
            }
            for node in graph.nodes
        }
        self.last_use = _last_uses(graph)

    def _carrier(self, node: Node) -> torch.dtype:
        """What holds the operands of a node and its exact result."""
        operands = [self.values[name] for name in node.inputs]
        widths = [value.format.width for value in operands if value.kind is Kind.REAL]
        widest = max([self.exacts[node.name].width, *widths])
        return torch.float32 if widest <= SINGLE_BITS else torch.float64

    def run(self, samples: Sequence[Sample], keep: bool = False) -> Run:
        """Codes of the outputs (of every value if `keep`) on one batch of samples."""
        tensors, rows = collate(self.graph, samples)
        run = Run(tensors, rows)
        for value in self.graph.user_inputs:
            if value.kind is Kind.REAL:
                codes, outside = quantize_real(tensors[value.name], value.format)
                tensors[value.name], run.saturations[value.name] = codes, outside
        for position, node in enumerate(self.graph.nodes):
            self._step(node, run)
            if not keep:
                for name in self.last_use.get(position, ()):
                    del tensors[name]
        return run

    def _step(self, node: Node, run: Run) -> None:
        inputs, types = _operands(node, run.tensors, self.values)
        node.op.place(inputs, types, run.rows)
        carrier = self.carriers[node.name]
        inputs = [x.to(carrier) if x.is_floating_point() else x for x in inputs]
        codes = node.op.integer(inputs, self.params[node.name], types, run.rows)
        if node.output.kind is not Kind.REAL:
            run.tensors[node.name] = codes.to(torch.int64)
            return
        if not node.op.keeps_type:
            exact = self.exacts[node.name]
            codes, outside = cast_codes(codes.to(carrier), exact.frac, node.output.format)
            run.saturations[node.name] = outside
        single = node.output.format.width <= SINGLE_BITS
        run.tensors[node.name] = codes.to(torch.float32 if single else torch.float64)


def exact_of(graph: Graph, node: Node, values: Mapping[str, Value]) -> Exact:
    """The exact result range of a quantised node under the graph's limits."""
    types = [*(values[name] for name in node.inputs), node.output]
    params = {role: graph.params[key] for role, key in node.params.items()}
    return node.op.exact(types, params, port_limits(graph, node, values))


def port_limits(graph: Graph, node: Node, values: Mapping[str, Value]) -> dict[str, int]:
    """Row limits by port name, "y" for the result."""
    ports = dict(zip(node.op.ports, (values[name] for name in node.inputs), strict=True))
    return {port: graph.limit(v.space) for port, v in (ports | {"y": node.output}).items()}


def fits_carrier(exact: Exact) -> bool:
    """Whether the reference holds every exact result without rounding (half steps included)."""
    return max(abs(exact.lo), abs(exact.hi)) < 1 << (EXACT_BITS - 1)


def _last_uses(graph: Graph) -> dict[int, list[str]]:
    """For each node position, the values that nothing reads afterwards."""
    last: dict[str, int] = {}
    for position, node in enumerate(graph.nodes):
        for name in (*node.inputs, node.name):
            last[name] = position
    dead: dict[int, list[str]] = {}
    for name, position in last.items():
        if name not in graph.outputs:
            dead.setdefault(position, []).append(name)
    return dead


def output_rows(graph: Graph, name: str, run: Run) -> Tensor:
    """An output [rows, features] of a batch; what points at rows points at those of its graph."""
    value = graph.values[name]
    tensor = run.tensors[name].reshape(-1, value.features)
    if value.kind is not Kind.INDEX or value.target is None:
        return tensor
    return _places(run.rows.graph_of[value.target])[tensor]


def _places(owner: Tensor) -> Tensor:
    """The place of each row among those of its graph; `owner` is the graph of each row."""
    order = torch.argsort(owner, stable=True)
    sizes = torch.bincount(owner)
    starts = (sizes.cumsum(0) - sizes)[owner[order]]
    return torch.empty_like(owner).scatter_(0, order, torch.arange(owner.numel()) - starts)


def split_rows(tensor: Tensor, owner: Tensor, count: int) -> list[NDArray[np.float64]]:
    """One array per sample of a batched tensor; `owner` is the sample of each row."""
    order = torch.argsort(owner, stable=True)
    sizes = torch.bincount(owner, minlength=count).tolist()
    return [part.numpy() for part in tensor.index_select(0, order).split(sizes)]  # type: ignore[no-untyped-call]
