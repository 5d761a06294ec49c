"""Branches that meet again: the shorter one waits in a buffer, and nothing else does."""

from __future__ import annotations

import numpy as np
import pytest

from gengnn.design import Design
from gengnn.ir import Kind, Value
from gengnn.ops.base import Cost
from gengnn.parts import part
from gengnn.passes.order import order_rows
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.schedule import Budget, schedule
from gengnn.passes.slack import Arrival, places
from tests.graphs import Builder, chains, make, turned, weights

INPUTS = (
    Value("x", "nodes", (8,)),
    Value("rows_nodes", "nodes", (), Kind.ROWS),
)
LIMITS = {"nodes": 64, "edges": 1, "graphs": 1}
ROWS = {"nodes": 20.0, "edges": 1.0, "graphs": 1.0}
HERE, THERE = Arrival.at("here"), Arrival.at("there")


def later(arrival: Arrival, latency: int, interval: int = 1) -> Arrival:
    return arrival.behind(Cost(latency=latency, interval=interval), "unit")


def test_shorter_branch_waits_for_the_longer() -> None:
    assert places({"a": HERE, "b": later(HERE, 12)}, {"a": 1, "b": 1}) == {"a": 12}


def test_slow_rows_need_few_places() -> None:
    slow = later(HERE, 2, interval=4)
    assert places({"a": slow, "b": later(slow, 10)}, {"a": 1, "b": 1}) == {"a": 3}


def test_row_in_several_beats_is_held_whole() -> None:
    slow = later(HERE, 2, interval=48)
    assert places({"a": slow, "b": later(slow, 10)}, {"a": 40, "b": 1}) == {"a": 40}


def test_streams_of_different_origins_wait_by_themselves() -> None:
    assert places({"a": HERE, "b": later(THERE, 12)}, {"a": 4, "b": 1}) == {}


def test_equal_branches_need_no_buffer() -> None:
    assert places({"a": later(HERE, 3), "b": later(HERE, 3)}, {"a": 1, "b": 1}) == {}


def test_rows_wait_for_the_index_that_is_needed_before_them() -> None:
    dst = Value("dst", "edges", (), Kind.INDEX, target="nodes")
    build = Builder((*INPUTS, dst, Value("rows_edges", "edges", (), Kind.ROWS)))
    one = build("one", make("Fill", 1.0), "rows_edges")
    graph = build.graph(build("y", make("Scatter", "sum"), one, "dst", "rows_nodes"), limits=LIMITS)
    samples = [{"x": np.zeros((10, 8)), "dst": np.zeros(1, dtype=np.int64)}]
    typed = quantize(graph, samples, Precision())
    design = schedule(typed, Budget(part("xcu50")), ROWS, "t")
    (scatter,) = [unit for unit in design.units if unit.kernel == "scatter"]
    (buffer,) = [unit for unit in design.units if scatter.inputs["x"] in unit.outputs.values()]
    assert scatter.op is not None
    assert buffer.kernel == "fifo"
    assert buffer.number("Depth") == scatter.op.early_ports["index"]


def test_rows_wait_for_the_later_of_two_sums() -> None:
    samples = turned(chains(2, 40))
    typed = quantize(order_rows(weights(), samples), samples, Precision())
    design = schedule(typed, Budget(part("xcu50")), ROWS, "t")
    makers = {wire: unit for unit in design.units for wire in unit.outputs.values()}
    by_name = {unit.name: unit for unit in design.units}
    above, below = (makers[by_name[name].inputs["rows"]] for name in ("above", "below"))
    assert (above.kernel, below.kernel) == ("fifo", "fork")
    assert above.number("Depth") == by_name["product"].cost.latency


def designed(multipliers: int) -> Design:
    """x * sigmoid(W x) after a layer: both operands come from one stream."""
    rng = np.random.default_rng(0)
    build = Builder(INPUTS)
    h = build("h", make("Linear"), "x", weight=rng.normal(size=(8, 8)))
    score = build("score", make("Linear"), h, weight=rng.normal(size=(8, 8)))
    gate = build("gate", make("Table", "sigmoid"), score)
    graph = build.graph(build("y", make("Mul"), h, gate), limits=LIMITS)
    samples = [{"x": rng.normal(size=(10, 8))}]
    typed = quantize(graph, samples, Precision())
    return schedule(typed, Budget(part("xcu50"), multipliers=multipliers), ROWS, "t")


@pytest.mark.parametrize("multipliers", [16, 200])
def test_gate_holds_its_other_operand(multipliers: int) -> None:
    design = designed(multipliers)
    (product,) = [unit for unit in design.units if unit.kernel == "mul"]
    (buffer,) = [unit for unit in design.units if product.inputs["a"] in unit.outputs.values()]
    between = [u for u in design.units if u.kernel in {"linear", "table"} and u.name != "h"]
    latency = sum(unit.cost.latency for unit in between)
    beats = 8 // product.number("LanesA")
    pace = max(unit.cost.interval for unit in design.units) / beats
    assert buffer.kernel == "fifo"
    assert latency / pace <= buffer.number("Depth") <= latency / pace + 2
