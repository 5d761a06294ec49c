"""Comparison of a simulation with the reference, integer for integer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gengnn.design import Design
from gengnn.errors import ToolError
from gengnn.ir import Graph, Kind
from gengnn.reference import IntegerModel, Sample, batches, output_rows, split_rows
from gengnn.simulate.beats import Codes
from gengnn.simulate.packets import GraphCodes, Response

Trace = Mapping[str, Sequence[Codes]]
"""What streams carried: for each stream one array [rows, lanes of the row] per end token."""


PASSED_ON = ("fifo", "resize")
"""Kernels that pass on whatever layers they are fed."""


@dataclass(frozen=True)
class Difference:
    """The first tensor, in graph order, that a simulation computed differently.

    `row` and `lane` are -1, and the codes are row counts, if the number of rows differs.
    """

    value: str
    space: str
    row: int
    lane: int
    expected: int
    got: int
    source: str = ""

    def __str__(self) -> str:
        """`convs_0_nn_0 (convs.0.nn.0): row 3 of nodes, lane 7: expected 12, got 13`."""
        place = f" ({self.source})" if self.source else ""
        where = f"row {self.row} of {self.space}, lane {self.lane}" if self.row >= 0 else "rows"
        return f"{self.value}{place}: {where}: expected {self.expected}, got {self.got}"


def expected_outputs(graph: Graph, samples: Sequence[Sample]) -> list[dict[str, Codes]]:
    """The reference's output codes [rows, lanes] of each sample."""
    model = IntegerModel(graph)
    answers: list[dict[str, Codes]] = []
    for batch in batches(graph, samples):
        run = model.run(batch)
        parts: list[dict[str, Codes]] = [{} for _ in batch]
        for name in graph.outputs:
            value = model.values[name]
            tensor = output_rows(graph, name, run)
            owner = run.rows.graph_of[value.space]
            for part, rows in zip(parts, split_rows(tensor, owner, len(batch)), strict=True):
                part[name] = rows.astype(np.int64)
        answers += parts
    return answers


def count_mismatches(expected: Sequence[GraphCodes], responses: Sequence[Response]) -> list[int]:
    """Codes that differ, for each graph; every code of a missing or misshapen output counts."""
    return [_graph_mismatches(e, r) for e, r in zip(expected, responses, strict=True)]


def _graph_mismatches(expected: GraphCodes, response: Response) -> int:
    count = 0 if response.status == 0 else 1
    for name, codes in expected.items():
        got = response.outputs.get(name)
        if got is None or got.shape != codes.shape:
            count += max(1, codes.size)
        else:
            count += int(np.count_nonzero(got != codes))
    return count


def first_difference(design: Design, sample: Sample, trace: Trace) -> Difference | None:
    """The first value in graph order whose rows in `trace` are not the reference's.

    None if every traced value agrees.

    Raises:
        ToolError: the trace lacks layers of a stream.
    """
    graph = design.graph
    run = IntegerModel(graph).run([sample], keep=True)
    seen = _by_value(design, trace)
    for name, value in graph.values.items():
        if value.kind is Kind.ROWS:
            continue
        expected = run.tensors[name].reshape(-1, value.features).numpy().astype(np.int64)
        for got in seen.get(name, ()):
            found = _compare(expected, got)
            if found:
                producer = graph.producers.get(name)
                source = str(producer.source) if producer else "input"
                return Difference(name, value.space, *found, source)
    return None


def _by_value(design: Design, trace: Trace) -> dict[str, list[Codes]]:
    """The rows that were seen of each value."""
    seen: dict[str, list[Codes]] = {}
    for name, graphs in trace.items():
        values = design.streams[name].values
        if len(graphs) > len(values):
            raise ToolError(f"stream {name} carried {len(graphs)} graphs, expected {len(values)}")
        for value, rows in zip(_layers(design, name, len(graphs)), graphs, strict=True):
            seen.setdefault(value, []).append(rows)
    return seen


def _layers(design: Design, name: str, graphs: int) -> Sequence[str]:
    """The values a stream carried: of all layers, or of those in which a fork feeds it."""
    values = design.streams[name].values
    if graphs == len(values):
        return values
    unit = next((u for u in design.units if name in u.outputs.values()), None)
    if unit and unit.kernel in PASSED_ON:
        return _layers(design, unit.inputs["x"], graphs)
    if unit and unit.kernel == "fork":
        port, ports = list(unit.outputs.values()).index(name), unit.number("Ports")
        mask = unit.number("Mask")
        return [v for i, v in enumerate(values) if mask >> (i * ports + port) & 1]
    return values[:graphs]


def _compare(expected: Codes, got: Codes) -> tuple[int, int, int, int] | None:
    """Row, lane and both codes of the first difference."""
    if expected.shape != got.shape:
        return -1, -1, len(expected), len(got)
    rows, lanes = np.nonzero(expected != got)
    if not rows.size:
        return None
    row, lane = int(rows[0]), int(lanes[0])
    return row, lane, int(expected[row, lane]), int(got[row, lane])
