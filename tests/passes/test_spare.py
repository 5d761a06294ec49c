"""Spare places: they cut long ways of `ready`, and only those."""

from __future__ import annotations

from gengnn.design import Stream, Unit
from gengnn.ops.base import Cost
from gengnn.passes.spare import MOST, cells, spare


def stream(name: str) -> Stream:
    return Stream(name, 4, 16, 1, True, 8)


def line(*kernels: str) -> list[Unit]:
    """Structural units in a row, wires s0, s1, ... from the input to the result."""
    return [
        Unit(f"u{k}", kernel, {}, {"x": f"s{k}"}, {"y": f"s{k + 1}"}, cost=Cost(latency=0))
        for k, kernel in enumerate(kernels)
    ]


def placed(*kernels: str) -> list[Unit]:
    units = line(*kernels)
    streams = {f"s{k}": stream(f"s{k}") for k in range(len(units) + 1)}
    told, every = spare(units, streams)
    wires = {wire for unit in told for wire in (*unit.inputs.values(), *unit.outputs.values())}
    assert wires <= every.keys()
    return list(told)


def test_short_ways_stay_as_they_are() -> None:
    assert [unit.kernel for unit in placed("replay", "resize", "merge", "replay")] == [
        *("replay", "resize", "merge", "replay")
    ]


def test_long_way_is_cut_where_it_gets_too_long() -> None:
    told = placed("replay", "fork", "merge", "resize", "replay")
    assert [unit.kernel for unit in told] == ["replay", "fork", "fifo", "merge", "resize", "replay"]
    assert told[2].params == {"Width": 64, "Depth": 1}
    assert (told[2].inputs, told[3].inputs) == ({"x": "s2"}, {"x": "s2_spare"})


def test_no_way_is_longer_than_the_most() -> None:
    longest = run = 0
    for unit in placed(*["fork", "merge", "resize"] * 7):
        run = run + cells(unit) if cells(unit) else 0
        longest = max(longest, run)
    assert longest == MOST


def test_input_of_a_packet_has_its_fork_in_front() -> None:
    assert [unit.kernel for unit in placed("resize", "replay")] == ["fifo", "resize", "replay"]
    assert [unit.kernel for unit in placed("merge", "replay")] == ["merge", "replay"]
