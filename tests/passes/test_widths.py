"""Sums of squares under a root are wide; what a user asks for, and all else, is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gengnn.ir import Graph
from gengnn.ops.add import Add
from gengnn.ops.fill import Fill
from gengnn.ops.gather import Gather
from gengnn.ops.lanes import Lanes
from gengnn.ops.maximum import Maximum
from gengnn.ops.mul import Mul
from gengnn.ops.reduce import Reduce
from gengnn.ops.scatter import Scatter
from gengnn.ops.table import Table
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.widths import is_wide, wide, wide_values
from gengnn.reference import IntegerModel, Sample
from tests.frontend.test_simplify import Draft


def unit_rows() -> Graph:
    """Rows brought to length 1."""
    d = Draft()
    d.add("squares", Mul(), "x", "x")
    d.add("total", Reduce("sum", 1, 3), "squares")
    d.add("inverse", Table("rsqrt"), "total")
    d.add("spread", Lanes((0, 0, 0)), "inverse")
    d.add("y", Mul(), "x", "spread")
    return replace(d.graph("y"), limits={"nodes": 64, "edges": 64})


def sample() -> Sample:
    """Rows of lengths between 0.1 and 10."""
    rng = np.random.default_rng(0)
    size = 10.0 ** rng.uniform(-1, 1, (64, 1))
    x = rng.normal(size=(64, 3))
    none = np.zeros(0, dtype=np.int64)
    return {"x": x / np.linalg.norm(x, axis=1, keepdims=True) * size, "src": none, "dst": none}


def test_squares_under_a_root_and_its_inverse_are_wide() -> None:
    assert wide_values(unit_rows()) == {"squares", "total", "inverse"}
    graph = quantize(unit_rows(), [sample()], Precision())
    widths = {name: value.format.width for name, value in graph.values.items() if value.type}
    expected = {"squares": 27, "total": 27, "inverse": 27, "spread": 27, "x": 16, "y": 16}
    assert {name: widths[name] for name in expected} == expected


def test_small_rows_are_nearly_as_accurate_as_large_ones() -> None:
    """The shortest row has about 100 steps of the input, whose own rounding is not counted."""
    graph = quantize(unit_rows(), [sample()], Precision())
    run = IntegerModel(graph).run([sample()], keep=True)
    x = run.tensors["x"].double() * graph.values["x"].format.step
    got = run.tensors["y"].double() * graph.values["y"].format.step
    error = (got - x / x.norm(dim=1, keepdim=True)).abs()
    assert float(error.max()) < 4e-4
    assert float(error[x.norm(dim=1) > 1].max()) < 1e-4


@pytest.mark.parametrize(("width", "expected"), [(8, 11), (12, 19), (16, 27), (24, 27), (32, 32)])
def test_wide_formats_fit_one_multiplier(width: int, expected: int) -> None:
    assert wide(width) == expected


@pytest.mark.parametrize("asked", ["ap_fixed<16,6>", {"default": "ap_fixed<16,6>"}])
def test_formats_that_a_user_asks_for_stay(asked: str | dict[str, object]) -> None:
    graph = quantize(unit_rows(), [sample()], Precision.parse(asked))
    assert {v.format.width for v in graph.values.values() if v.type and v.format.signed} == {16}


def test_what_no_root_reads_is_not_wide() -> None:
    d = Draft()
    d.add("product", Mul(), "x", "x")
    d.add("y", Table("exp"), d.add("total", Reduce("sum", 1, 3), "product"))
    assert not wide_values(d.graph("y"))


def test_a_variance_over_neighbours_is_wide_up_to_its_root() -> None:
    d = Draft()
    d.add("squares", Mul(), "x", "x")
    d.add("total", Scatter("sum"), "squares", "dst", "rows_nodes")
    d.add("one", Fill(1.0), "rows_edges")
    d.add("degree", Scatter("sum"), "one", "dst", "rows_nodes")
    d.add("inverse", Table("reciprocal"), "degree")
    d.add("mean", Mul(), "total", "inverse")
    d.add("least", Fill(1e-5), "rows_nodes")
    d.add("safe", Maximum(1), "mean", "least")
    d.add("y", Table("sqrt"), "safe")
    graph = d.graph("y")
    wanted = wide_values(graph)
    assert wanted == {"squares", "total", "mean", "safe"}
    assert is_wide(graph, ["safe", "mean", "least"], wanted)
    assert not is_wide(graph, ["safe", "degree"], wanted)


def test_a_sum_with_a_plain_number_is_wide_itself() -> None:
    d = Draft()
    d.add("squares", Mul(), "x", "x")
    d.add("more", Add(), "squares", "x")
    d.add("y", Table("log"), "more")
    assert wide_values(d.graph("y")) == {"squares", "more"}


def test_a_sum_of_weights_is_wide_under_a_root_and_a_count_is_not() -> None:
    """Degrees near 0 count in GCN's normalisation with edge weights."""
    d = Draft()
    d.add("weights", Gather(), "x", "src")
    d.add("degree", Scatter("sum"), "weights", "dst", "rows_nodes")
    d.add("inverse", Table("rsqrt"), "degree")
    d.add("one", Fill(1.0), "rows_edges")
    d.add("count", Scatter("sum"), "one", "dst", "rows_nodes")
    d.add("share", Table("rsqrt"), "count")
    assert wide_values(d.graph("inverse", "share")) == {"degree", "inverse"}
