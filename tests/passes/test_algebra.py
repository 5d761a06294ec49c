"""Rearrangements and sums of lanes go into matrices where that is free, and into each other."""

from __future__ import annotations

import numpy as np
import pytest

from gengnn.ir import Graph, Kind, Value
from gengnn.ops.add import Add
from gengnn.ops.affine import Affine
from gengnn.ops.compare import Compare
from gengnn.ops.divide import Divide
from gengnn.ops.embedding import Embedding
from gengnn.ops.fill import Fill
from gengnn.ops.lanes import Lanes
from gengnn.ops.linear import Linear
from gengnn.ops.logical_not import Not
from gengnn.ops.reduce import Reduce
from gengnn.ops.relu import Relu
from gengnn.ops.select import Select
from gengnn.ops.slice import Slice
from gengnn.passes.simplify import simplify
from tests.frontend.test_simplify import WEIGHT, Draft, ops, simplified

TALL = np.arange(12.0).reshape(4, 3).tolist()
"""A trained matrix from the three features of x to four."""


def fused(after: Graph) -> np.ndarray:
    """The matrix of the only node."""
    (node,) = after.nodes
    return after.params[node.params["weight"]].data


def test_lanes_behind_a_matrix_move_its_rows() -> None:
    d = Draft()
    d.add("lin", Linear(), "x", weight=TALL, bias=[1.0, 2.0, 3.0, 4.0])
    d.add("y", Lanes((3, 0, 0, 1)), "lin")
    after = simplified(d.graph("y"))
    np.testing.assert_array_equal(fused(after), np.array(TALL)[[3, 0, 0, 1]])
    assert after.params["y.fused_bias"].data.tolist() == [4.0, 1.0, 1.0, 2.0]


def test_lanes_before_a_matrix_move_its_columns() -> None:
    d = Draft()
    d.add("turned", Lanes((2, 0, 1)), "x")
    d.add("lin", Linear(), "turned", weight=WEIGHT)
    after = simplified(d.graph("lin"))
    np.testing.assert_array_equal(fused(after)[:, [2, 0, 1]], WEIGHT)


def test_columns_of_lanes_that_are_given_twice_are_added() -> None:
    d = Draft()
    d.add("twice", Lanes((0, 1, 2, 2)), "x")
    d.add("lin", Linear(), "twice", weight=[[1.0, 2.0, 3.0, 4.0]])
    assert fused(simplified(d.graph("lin"))).tolist() == [[1.0, 2.0, 7.0]]


@pytest.mark.parametrize(
    ("source", "weight"), [((0, 1, 2, 3) * 2, TALL), ((0, 1, 2, 2, 1, 0), WEIGHT)]
)
def test_lanes_that_make_a_matrix_larger_stay(source: tuple[int, ...], weight: object) -> None:
    d = Draft()
    if len(source) == 8:
        d.add("lin", Linear(), "x", weight=weight)
        d.add("y", Lanes(source), "lin")
        assert ops(simplified(d.graph("y"))) == ["Linear", "Lanes"]
        return
    d.add("few", Slice(1, 2), "x")
    d.add("lin", Linear(), "few", weight=[[1.0], [2.0], [3.0]])
    d.add("y", Lanes(source), "lin")
    assert ops(simplified(d.graph("y"))) == ["Slice", "Linear", "Lanes"]


def test_lanes_go_into_a_table() -> None:
    d = Draft()
    d.inputs.append(Value("z", "nodes", (), Kind.INDEX, bound=3))
    d.add("look", Embedding(), "z", table=np.arange(6.0).reshape(3, 2).tolist())
    d.add("y", Lanes((1, 0)), "look")
    after = simplified(d.graph("y"))
    assert ops(after) == ["Embedding"]
    assert after.params["y.fused_table"].data.tolist() == [[1.0, 0.0], [3.0, 2.0], [5.0, 4.0]]


def test_columns_of_categories_stay_in_front_of_their_table() -> None:
    d = Draft()
    d.inputs.append(Value("z", "nodes", (2,), Kind.INDEX, bound=3))
    d.add("column", Slice(1, 2), "z")
    d.add("y", Embedding(), "column", table=np.eye(3).tolist())
    assert ops(simplify(d.graph("y")).verify()) == ["Slice", "Embedding"]


def test_lanes_of_lanes_are_one_although_others_read_the_first() -> None:
    d = Draft()
    d.add("turned", Lanes((2, 0, 1)), "x")
    d.add("back", Lanes((1, 2, 0)), "turned")
    d.add("last", Slice(1, 3), "turned")
    d.add("some", Lanes((2, 2, 0)), "turned")
    d.add("a", Relu(), "back")
    d.add("b", Relu(), "some")
    d.add("c", Relu(), "turned")
    after = simplified(d.graph("a", "b", "c", "last"))
    told = {node.name: (node.op, node.inputs) for node in after.nodes}
    assert told["a"][1] == ("x",)
    assert told["some"] == (Lanes((1, 1, 2)), ("x",))
    assert told["last"] == (Slice(0, 2), ("x",))


def test_sum_of_features_goes_into_the_matrix_before_it() -> None:
    d = Draft()
    d.add("lin", Linear(), "x", weight=TALL)
    d.add("y", Reduce("sum", 2, 2, 1), "lin")
    after = simplified(d.graph("y"))
    np.testing.assert_array_equal(fused(after), [[1.5, 2.5, 3.5], [7.5, 8.5, 9.5]])


def test_sum_stays_before_a_matrix_that_it_makes_smaller() -> None:
    d = Draft()
    d.add("wide", Lanes((0, 1, 2, 0, 1, 2, 1, 1)), "x")
    d.add("act", Relu(), "wide")
    d.add("sum", Reduce("sum", 2, 4), "act")
    d.add("y", Linear(), "sum", weight=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert ops(simplified(d.graph("y"))) == ["Lanes", "Relu", "Reduce", "Linear"]


def test_largest_of_features_is_no_matrix() -> None:
    d = Draft()
    d.add("lin", Linear(), "x", weight=TALL)
    d.add("most", Reduce("max", 2, 2), "lin")
    d.add("y", Affine(), "most", scale=[2.0, 2.0], shift=[0.0, 1.0])
    assert ops(simplified(d.graph("y"))) == ["Linear", "Reduce", "Affine"]


def test_groups_of_one_lane_go() -> None:
    d = Draft()
    d.add("same", Reduce("min", 3, 1), "x")
    d.add("y", Relu(), "same")
    assert ops(simplified(d.graph("y"))) == ["Relu"]


def test_single_lane_without_its_dimension_keeps_its_shape() -> None:
    d = Draft()
    d.add("lin", Linear(), "x", weight=WEIGHT)
    d.add("one", Slice(0, 1, True), "lin")
    d.add("y", Add(), "one", "one")
    after = simplified(d.graph("y"))
    assert after.values["y"].shape == ()


def test_constant_masks_and_choices_are_computed() -> None:
    d = Draft()
    one, two = d.add("one", Fill(1.0), "rows_nodes"), d.add("two", Fill(2.0), "rows_nodes")
    mask = d.add("no", Not(), d.add("less", Compare("lt"), one, two))
    half = d.add("half", Divide(), one, two)
    chosen = d.add("chosen", Select(), mask, one, half)
    d.add("y", Divide(), "x", chosen)
    after = simplified(d.graph("y", mask))
    assert [(type(node.op).__name__, node.name) for node in after.nodes] == [
        ("Fill", "no"),
        ("Affine", "y"),
    ]
    assert after.nodes[0].op == Fill(0.0, Kind.MASK)
    assert after.params["y.scale"].data.tolist() == [2.0] * 3
