"""Constants before a sum move into a matrix; what changes no code of a format is dropped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gengnn.ir import Graph, Loop
from gengnn.ops.add import Add
from gengnn.ops.affine import Affine
from gengnn.ops.linear import Linear
from gengnn.ops.relu import Relu
from gengnn.passes.copies import drop_copies
from gengnn.passes.quantize import Precision, quantize
from gengnn.simulate.compare import expected_outputs
from tests.frontend.test_simplify import WEIGHT, Draft, ops, simplified

SHIFT = [1.0, 2.0]


def summed(sign: int = 1, scale: float = 1.0) -> Draft:
    """relu(W x) * scale + SHIFT, and W x + [5, 6], added."""
    d = Draft()
    d.add("lin", Linear(), "x", weight=WEIGHT)
    d.add("relu", Relu(), "lin")
    d.add("shifted", Affine(), "relu", scale=[scale, scale], shift=SHIFT)
    d.add("other", Linear(), "x", weight=WEIGHT, bias=[5.0, 6.0])
    d.add("y", Add(sign), "shifted", "other")
    return d


def test_a_shift_becomes_bias_of_the_other_operand() -> None:
    after = simplified(summed().graph("y"))
    assert ops(after) == ["Linear", "Relu", "Linear", "Add"]
    (other,) = [node for node in after.nodes if node.name == "other"]
    assert after.params[other.params["bias"]].data.tolist() == [6.0, 8.0]


@pytest.mark.parametrize(("sign", "scale"), [(-1, 1.0), (1, 2.0)])
def test_differences_and_scalings_stay(sign: int, scale: float) -> None:
    assert "Affine" in ops(simplified(summed(sign, scale).graph("y")))


@pytest.mark.parametrize("read", ["shifted", "other"])
def test_what_others_read_stays(read: str) -> None:
    assert "Affine" in ops(simplified(summed().graph("y", read)))


def tiny(shift: float) -> tuple[Graph, list[dict[str, np.ndarray]]]:
    """Two folded layers of x + shift and ReLU."""
    d = Draft()
    d.add("first", Affine(), "x", scale=[1.0] * 3, shift=[shift] * 3)
    d.add("second", Relu(), "first")
    d.add("third", Affine(), "second", scale=[1.0] * 3, shift=[shift] * 3)
    d.add("fourth", Relu(), "third")
    none = np.zeros(0, dtype=np.int64)
    samples = [{"x": np.linspace(-2.0, 2.0, 12).reshape(4, 3), "src": none, "dst": none}]
    graph = d.graph("fourth")
    graph = replace(graph, loops=(Loop((("first", "second"), ("third", "fourth"))),))
    limited = replace(graph, limits={value.space: 8 for value in graph.inputs})
    return quantize(limited, samples, Precision.parse("ap_fixed<16,4>")), samples


def test_a_shift_below_the_last_bit_is_no_node() -> None:
    graph, samples = tiny(1e-16)
    after = drop_copies(graph)
    assert ops(after) == ["Relu", "Relu"]
    assert after.loops == (Loop((("second",), ("fourth",))),)
    (before,), (then,) = (expected_outputs(each, samples) for each in (graph, after))
    np.testing.assert_array_equal(before["fourth"], then["fourth"])


def test_a_shift_above_the_last_bit_stays() -> None:
    graph, _ = tiny(1e-3)
    assert drop_copies(graph) == graph
