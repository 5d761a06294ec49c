"""Wiring: joins meet at one level, loops close, and nothing can wait for itself."""

from __future__ import annotations

import pytest

from gengnn.design import OUTER
from gengnn.ir import Graph
from gengnn.passes.fold import fold
from gengnn.passes.netlist import Cell, Netlist
from gengnn.passes.order import order_rows
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.wiring import Wiring
from tests.graphs import Builder, gine, make, molecules, virtual


@pytest.fixture(scope="module")
def graph() -> Graph:
    return quantize(fold(gine()), molecules(), Precision())


@pytest.fixture(scope="module")
def netlist(graph: Graph) -> Netlist:
    return Wiring(graph).build()


def test_every_wire_has_one_maker_and_one_reader(netlist: Netlist) -> None:
    made = [wire for cell in netlist.cells for wire in cell.outputs.values()]
    read = [wire for cell in netlist.cells for wire in cell.inputs.values()]
    assert sorted([*made, *netlist.inputs.values()]) == sorted([*read, *netlist.outputs])
    assert len(set(made)) == len(made)
    assert set(netlist.wires) == {*made, *netlist.inputs.values()}


def test_every_op_port_is_connected(netlist: Netlist) -> None:
    for cell in netlist.cells:
        if cell.kind == "op":
            assert set(cell.inputs) == set(cell.nodes[0].op.ports)


def test_makers_come_before_readers_except_for_feedback(netlist: Netlist) -> None:
    seen = set(netlist.inputs.values())
    for cell in netlist.cells:
        for port, wire in cell.inputs.items():
            assert wire in seen or (cell.kind, port) == ("merge", "b")
        seen |= set(cell.outputs.values())


def test_the_cells_of_a_loop_stand_together(netlist: Netlist) -> None:
    scopes = [cell.scope for cell in netlist.cells]
    first = scopes.index(0)
    count = scopes.count(0)
    assert scopes[first : first + count] == [0] * count


def test_streams_join_at_one_level(netlist: Netlist) -> None:
    maker = {wire: cell for cell in netlist.cells for wire in cell.outputs.values()}
    for cell in netlist.cells:
        if cell.kind != "op" or cell.scope == OUTER:
            continue
        op = cell.nodes[0].op
        joined = [p for p in op.ports if p not in op.fill_ports]
        levels = {_level(maker[cell.inputs[p]]) for p in joined if cell.inputs[p] in maker}
        assert {level for level in levels if level is not None} <= {cell.level}


def _level(cell: Cell) -> int | None:
    """Replays stand outside the loop and serve the level they were made for."""
    return None if cell.kind == "replay" else cell.level


def test_feedback_feeds_all_layers_but_the_last(netlist: Netlist) -> None:
    (fork,) = [c for c in netlist.cells if c.kind == "fork" and c.inputs["x"] == "relu_0"]
    assert sorted(fork.mask) == [0b011, 0b100]


def test_wide_results_of_narrow_invariants_come_late(netlist: Netlist) -> None:
    (bond,) = [cell for cell in netlist.cells if cell.name == "bond_0"]
    (gather,) = [cell for cell in netlist.cells if cell.name == "x_j_0"]
    assert bond.level == gather.level


def test_results_of_earlier_layers_leave_the_loop_through_buffers() -> None:
    build = Builder()
    h = build("h0", make("Convert"), "x")
    kept = []
    for layer in range(3):
        gathered = build(f"g{layer}", make("Gather"), h, "src")
        h = build(f"s{layer}", make("Scatter"), gathered, "dst", "rows_nodes")
        kept.append(h)
    joined = build("j2", make("Concat"), build("j1", make("Concat"), *kept[:2]), kept[2])
    folded = fold(build.graph(joined))
    assert len(folded.loops[0].iterations) == 3
    netlist = Wiring(quantize(folded, molecules(), Precision())).build()
    cells = {cell.name: cell for cell in netlist.cells}
    assert cells["j1"].inputs == {"a": "s0_out", "b": "s1_out"}
    assert cells["s0_out"].kind == cells["s1_out"].kind == "fifo"
    assert maker_kind(netlist, cells["j2"].inputs["b"]) == "fork"


def maker_kind(netlist: Netlist, wire: str) -> str:
    return next(c.kind for c in netlist.cells if wire in c.outputs.values())


def test_rows_wait_beside_the_makers_for_what_the_whole_graph_says() -> None:
    """The virtual node of a layer comes when all rows are in; the layer's matrices go on."""
    graph = quantize(fold(order_rows(virtual(), molecules(40))), molecules(40), Precision())
    held = [cell for cell in Wiring(graph).build().cells if "_for_" in cell.name]
    assert [cell.kind for cell in held] == ["fifo"]
    assert held[0].scope != OUTER


@pytest.mark.parametrize("chained", [False, True])
def test_what_a_unit_stores_itself_comes_early(chained: bool) -> None:
    """The indices of a second sum do not wait beside its rows, unless graphs are in flight."""
    build = Builder()
    moved = build("g0", make("Gather"), build("h", make("Convert"), "x"), "src")
    first = build("s0", make("Scatter"), moved, "dst", "rows_nodes")
    again = build(
        "s1", make("Scatter"), build("g1", make("Gather"), first, "src"), "dst", "rows_nodes"
    )
    netlist = Wiring(quantize(build.graph(again), molecules(), Precision()), chained).build()
    (last,) = [cell for cell in netlist.cells if cell.name == "s1"]
    assert maker_kind(netlist, last.inputs["index"]) == ("fifo" if chained else "fork")
