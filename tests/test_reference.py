"""The reference: carriers never round, batches are cut where asked, rows find their graphs."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from gengnn import reference
from gengnn.ir import Graph, Kind
from gengnn.passes.fold import fold
from gengnn.passes.quantize import Precision, quantize
from gengnn.reference import IntegerModel, batches, collate, split_rows
from tests.graphs import gine, molecules


@pytest.fixture(scope="module")
def graph() -> Graph:
    return quantize(fold(gine()), molecules(), Precision())


def test_maps_are_shifted_to_joined_rows(graph: Graph) -> None:
    samples = molecules(3)
    tensors, rows = collate(graph, samples)
    first = len(samples[0]["x"])
    edges = len(samples[0]["src"])
    assert tensors["src"][edges:].tolist()[:1] == [int(samples[1]["src"][0]) + first]
    assert rows.graph_of["nodes"].bincount().tolist() == [len(s["x"]) for s in samples]


def test_batches_cover_the_data_in_order(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "BATCH_ROWS", 50)
    samples = molecules(20)
    cut = list(batches(graph, samples))
    assert len(cut) > 1
    assert [id(s) for batch in cut for s in batch] == [id(s) for s in samples]


def test_a_matrix_product_equals_rational_arithmetic(graph: Graph) -> None:
    samples = molecules(5)
    run = IntegerModel(graph).run(samples, keep=True)
    weight, bias = graph.params["up_0.weight"], graph.params["up_0.bias"]
    x, y = graph.values["in_0"].format, graph.values["up_0"].format
    step = Fraction(1, 2**x.frac) * Fraction(1, 2**weight.format.frac)
    for row, wanted in zip(run.tensors["in_0"][:3], run.tensors["up_0"][:3], strict=True):
        for column in range(weight.data.shape[0]):
            products = (int(a) * int(b) for a, b in zip(row, weight.data[column], strict=True))
            exact = (sum(products) + int(bias.data[column])) * step * 2**y.frac
            code = (exact + Fraction(1, 2)).__floor__()
            assert int(wanted[column]) == min(max(code, y.lo), y.hi)


def test_single_precision_carries_only_what_fits(graph: Graph) -> None:
    model = IntegerModel(graph)
    for name, exact in model.exacts.items():
        if model.carriers[name] is torch.float32:
            assert max(abs(exact.lo), abs(exact.hi)) < 1 << 23
    kinds = {graph.values[name].kind for name in model.exacts}
    assert {Kind.REAL, Kind.INDEX} <= kinds


def test_rows_are_split_by_graph() -> None:
    parts = split_rows(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2, 0, 2]), 3)
    assert [part.tolist() for part in parts] == [[2.0], [], [1.0, 3.0]]
