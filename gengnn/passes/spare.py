"""Spare: no way of `ready` leads through many units; a spare place cuts it, at no cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gengnn.design import Stream, Unit
from gengnn.passes.cells import cell_cost

JOINTS = {"fork": 2, "merge": 1, "turn": 1, "fit": 1, "resize": 2}
"""Cells that `ready` passes on its way through a structural unit."""

QUICK = 1
"""Cycles of the slowest op whose unit has no buffer: it waits with whoever reads its result."""

MOST = 3
"""Cells that `ready` may pass in units between two that do not hand it on."""


def spare(
    units: Sequence[Unit], streams: Mapping[str, Stream]
) -> tuple[tuple[Unit, ...], dict[str, Stream]]:
    """Units in dataflow order and their streams, with spare places where ways would be too long."""
    reader = {wire: unit for unit in units for wire in unit.inputs.values()}
    behind: dict[str, int] = {}
    cut: dict[str, str] = {}

    def passed(wire: str) -> int:
        """Cells that the `ready` of a stream passes behind its reader's port."""
        if wire not in behind:
            unit = reader.get(wire)
            behind[wire] = 0 if unit is None or wire in cut else through(unit)
        return behind[wire]

    def through(unit: Unit) -> int:
        """The same from a port of a unit; what is too long is cut at its outputs."""
        own = cells(unit)
        if not own:
            return 0
        for wire in unit.outputs.values():
            if passed(wire) + own > MOST:
                cut[wire], behind[wire] = f"{wire}_spare", 0
        return own + max((passed(wire) for wire in unit.outputs.values()), default=0)

    for unit in reversed(units):
        through(unit)
    made = {wire for unit in units for wire in unit.outputs.values()}
    for wire in [wire for wire in reader if wire not in made]:
        if passed(wire) > MOST - JOINTS["fork"]:  # the packet's rows come through one
            cut[wire] = f"{wire}_spare"
    return _with_places(units, streams, cut)


def cells(unit: Unit) -> int:
    """Cells that `ready` passes in a unit, 0 if it stops there."""
    if unit.op is None:
        return JOINTS.get(unit.kernel, 0)
    return 1 if unit.cost.latency <= QUICK and not unit.op.is_barrier else 0


def _with_places(
    units: Sequence[Unit], streams: Mapping[str, Stream], cut: Mapping[str, str]
) -> tuple[tuple[Unit, ...], dict[str, Stream]]:
    """The units with a spare place behind each stream that is cut; its readers read there."""
    behind = {wire: replace(streams[wire], name=name) for wire, name in cut.items()}
    made = {wire for unit in units for wire in unit.outputs.values()}
    told = [_place(wire, behind[wire]) for wire in cut if wire not in made]
    for unit in units:
        told.append(_reading(unit, cut))
        told += [
            replace(_place(wire, behind[wire]), loop=unit.loop, level=unit.level, turns=unit.turns)
            for wire in unit.outputs.values()
            if wire in cut
        ]
    return tuple(told), {**streams, **{stream.name: stream for stream in behind.values()}}


def _reading(unit: Unit, cut: Mapping[str, str]) -> Unit:
    """A unit that reads behind the spare places."""
    if cut.keys().isdisjoint(unit.inputs.values()):
        return unit
    return replace(unit, inputs={port: cut.get(wire, wire) for port, wire in unit.inputs.items()})


def _place(wire: str, stream: Stream) -> Unit:
    params = {"Width": stream.bits, "Depth": 1}
    return Unit(
        stream.name,
        "fifo",
        params,
        {"x": wire},
        {"y": stream.name},
        comment="a spare place, so that a reader that waits stops its sources a cycle later",
        cost=cell_cost("fifo", params),
    )
