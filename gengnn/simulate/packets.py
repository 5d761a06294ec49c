"""Packets: graphs to bus beats and bus beats to results, for both simulators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from gengnn.design import COUNT_BITS, COUNTS_PER_WORD, WORD_BITS, Design, RowLayout, unsigned
from gengnn.errors import DataError, ToolError
from gengnn.fixed import quantize_real
from gengnn.ir import Graph, Kind
from gengnn.reference import Sample, row_counts
from gengnn.simulate.beats import Codes, Packets, interleave, spans

GraphCodes = Mapping[str, Codes]
"""One graph: the codes [rows, lanes] of every input (or output), by name."""

WORD = WORD_BITS
"""Bits of the words that headers and rows are assembled in."""


@dataclass(frozen=True)
class Response:
    """What came back for one packet: `outputs` is empty unless `status` is 0.

    `cycles` counts from the first beat in to the status beat (0 in C-simulation).
    """

    status: int
    cycles: int
    outputs: Mapping[str, Codes]


def sample_codes(graph: Graph, samples: Sequence[Sample]) -> list[GraphCodes]:
    """The codes [rows, lanes] of every user input of each sample.

    An entry `rows_<space>` [rows, 0] tells the rows of each base space.
    """
    columns: dict[str, list[Codes]] = {}
    for value in graph.user_inputs:
        parts = [np.asarray(sample[value.name]).reshape(-1, value.features) for sample in samples]
        if value.kind is Kind.REAL:
            joined = np.concatenate(parts).astype(np.float64)
            codes = quantize_real(torch.from_numpy(joined), value.format)[0].numpy()
            cuts = np.cumsum([len(part) for part in parts])[:-1]
            parts = np.split(codes, cuts)
        columns[value.name] = [part.astype(np.int64) for part in parts]
    counts = [row_counts(graph, sample) for sample in samples]
    for space in counts[0] if counts else ():
        columns[f"rows_{space}"] = [np.zeros((c[space], 0), dtype=np.int64) for c in counts]
    return [{name: parts[k] for name, parts in columns.items()} for k in range(len(samples))]


def pack_requests(design: Design, graphs: Sequence[GraphCodes]) -> Packets:
    """The packets of `graphs`.

    Raises:
        DataError: a graph lacks an input, or its inputs in one space differ in rows.
    """
    counts = request_rows(design, graphs)
    heads = np.full(len(graphs), design.header_beats, dtype=np.int64)
    blocks = [(_header(design, counts), heads)]
    for layout in design.layouts:
        data = _pack_layout(layout, graphs, design.tdata)
        blocks.append((data, layout.beats(design.tdata) * counts[layout.space]))
    return interleave(blocks)


def pack_responses(design: Design, outputs: Sequence[GraphCodes]) -> Packets:
    """The packets that answer with `outputs`, all with status 0 and no cycle count."""
    blocks = []
    for layout in design.results:
        rows = np.array([len(graph[layout.fields[0].value]) for graph in outputs], dtype=np.int64)
        data = _pack_layout(layout, outputs, design.tdata)
        blocks.append((data, layout.beats(design.tdata) * rows))
    status = np.zeros((len(outputs), design.tdata // 8), dtype=np.uint8)
    return interleave([*blocks, (status, np.ones(len(outputs), dtype=np.int64))])


def unpack_responses(
    design: Design, responses: Packets, rows: Mapping[str, Codes]
) -> list[Response]:
    """Read the answers; `rows` gives the rows of the spaces known beforehand, per packet.

    The results in other spaces share the beats that are left. A response whose length fits no
    row count has no outputs.
    """
    final = responses.data[responses.starts[1:] - 1]
    status, cycles = final[:, 0], final[:, 4:8].copy().view("<u4")[:, 0]
    counts = _result_rows(design, responses, rows)
    good = (status == 0) & (counts >= 0).all(axis=0)
    first = responses.starts[:-1].copy()
    answers: list[dict[str, Codes]] = [{} for _ in range(responses.count)]
    for layout, each in zip(design.results, counts, strict=True):
        beats = np.where(good, each * layout.beats(design.tdata), 0)
        data = responses.data[spans(first, beats)]
        unpacked = _unpack_layout(design, layout, data)
        for name, codes in unpacked.items():
            parts = np.split(codes, np.cumsum(np.where(good, each, 0))[:-1])
            for packet in np.flatnonzero(good):
                answers[packet][name] = parts[packet]
        first += beats
    told = zip(status.tolist(), cycles.tolist(), answers, strict=True)
    return [Response(*each) for each in told]


def request_rows(design: Design, graphs: Sequence[GraphCodes]) -> dict[str, Codes]:
    """Rows of each base space in each graph, [graphs].

    Raises:
        DataError: a graph lacks an input, or its inputs in one space differ in rows.
    """
    counts = {}
    for layout in design.layouts:
        names = [entry.value for entry in layout.fields] or [f"rows_{layout.space}"]
        each = [[_rows_of(graph, name, layout) for name in names] for graph in graphs]
        table = np.array(each, dtype=np.int64).reshape(len(graphs), len(names))
        uneven = np.flatnonzero((table != table[:, :1]).any(axis=1))
        if uneven.size:
            graph = int(uneven[0])
            told = ", ".join(f"{n} {r}" for n, r in zip(names, table[graph], strict=True))
            raise DataError(f"graph {graph}: rows of {layout.space} differ: {told}")
        counts[layout.space] = table[:, 0]
    return counts


def _rows_of(graph: GraphCodes, name: str, layout: RowLayout) -> int:
    if name in graph:
        return len(graph[name])
    if layout.fields:
        raise DataError(f"the graph has no {name}; it has {', '.join(sorted(graph))}")
    return 1 if layout.space == "graphs" else 0


def _header(design: Design, counts: Mapping[str, Codes]) -> NDArray[np.uint8]:
    """Header beats: the rows of each space, in the order of the layouts."""
    packets = len(next(iter(counts.values())))
    words = np.zeros((packets, design.header_beats * design.tdata // WORD), dtype="<u8")
    for place, rows in enumerate(counts.values()):
        word, position = divmod(place, COUNTS_PER_WORD)
        words[:, word] |= rows.astype(np.uint64) << np.uint64(position * COUNT_BITS)
    return words.view(np.uint8).reshape(-1, design.tdata // 8)


def _pack_layout(layout: RowLayout, graphs: Sequence[GraphCodes], tdata: int) -> NDArray[np.uint8]:
    """The rows of all graphs as beats [rows x beats, bytes]."""
    columns = [
        (np.concatenate([g[entry.value].reshape(-1, entry.lanes) for g in graphs]), entry.width)
        for entry in layout.fields
    ]
    rows = len(columns[0][0]) if columns else 0
    words = np.zeros((rows, layout.beats(tdata) * tdata // WORD), dtype="<u8")
    position = 0
    for codes, width in columns:
        for lane in codes.T:
            _put(words, position, width, lane)
            position += width
    return words.view(np.uint8).reshape(-1, tdata // 8)


def _put(words: NDArray[np.uint64], position: int, width: int, codes: Codes) -> None:
    """Place one lane of every row at bit `position`."""
    bits = codes.astype(np.uint64) & np.uint64((1 << width) - 1)
    word, offset = divmod(position, WORD)
    words[:, word] |= bits << np.uint64(offset)
    if offset + width > WORD:
        words[:, word + 1] |= bits >> np.uint64(WORD - offset)


def _unpack_layout(design: Design, layout: RowLayout, data: NDArray[np.uint8]) -> dict[str, Codes]:
    words = np.ascontiguousarray(data).view("<u8")
    words = words.reshape(-1, layout.beats(design.tdata) * design.tdata // WORD)
    found: dict[str, Codes] = {}
    position = 0
    for entry in layout.fields:
        codes = np.empty((len(words), entry.lanes), dtype=np.int64)
        for lane in range(entry.lanes):
            codes[:, lane] = _get(words, position, entry.width)
            position += entry.width
        if not unsigned(design.graph.values[entry.value]):
            sign = np.int64(1 << (entry.width - 1))
            codes = (codes ^ sign) - sign
        found[entry.value] = codes
    return found


def _get(words: NDArray[np.uint64], position: int, width: int) -> NDArray[np.uint64]:
    """One lane of every row, from bit `position` on."""
    word, offset = divmod(position, WORD)
    bits = words[:, word] >> np.uint64(offset)
    if offset + width > WORD:
        bits = bits | (words[:, word + 1] << np.uint64(WORD - offset))
    return bits & np.uint64((1 << width) - 1)


def _result_rows(design: Design, responses: Packets, rows: Mapping[str, Codes]) -> Codes:
    """Rows of each result in each response [results, packets]; -1 where the length is wrong."""
    left = np.diff(responses.starts) - 1
    per_row = np.array([layout.beats(design.tdata) for layout in design.results], dtype=np.int64)
    known = np.array([layout.space in rows for layout in design.results])
    counts = np.full((len(design.results), responses.count), -1, dtype=np.int64)
    for index, layout in enumerate(design.results):
        if known[index]:
            counts[index] = rows[layout.space]
            left = left - counts[index] * per_row[index]
    lost = {layout.space for layout in design.results} - set(rows)
    if len(lost) > 1:
        raise ToolError(f"cannot tell the rows of {', '.join(sorted(lost))} apart in a response")
    if lost:
        share, rest = np.divmod(left, int(per_row[~known].sum()))
        counts[~known] = np.where((rest == 0) & (left >= 0), share, -1)
    else:
        counts[:, left != 0] = -1
    return counts
