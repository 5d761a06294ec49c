"""Turns: which units of a design work when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gengnn.design import BACK, OUTER, Design, Unit


def steps(design: Design) -> Sequence[tuple[int, Sequence[Unit]]]:
    """The units in the order they work: turn after turn inside the folded loops.

    With every layer after the first those outside that work once for each of them come again.
    """
    repeated = _repeated(design.units)
    last = {unit.loop: position for position, unit in enumerate(design.units)}
    found: list[tuple[int, Sequence[Unit]]] = []
    body: list[Unit] = []
    for position, unit in enumerate(design.units):
        if unit.loop == OUTER:  # in the midst of a loop it is a width change in front of it
            found.append((0, [unit]))
            continue
        body.append(unit)
        if position == last[unit.loop]:
            layers = design.loops[unit.loop]
            for turn in range(design.turns(unit.loop)):
                again = repeated if 0 < turn < layers else []
                found.append((turn, [*again, *_at_work(body, turn, layers)]))
            body = []
    return found


def _at_work(body: Sequence[Unit], turn: int, layers: int) -> Iterator[Unit]:
    """The units that a turn of a loop feeds, forks with the outputs that they feed.

    The turns behind the layers are those of guests, and have their speed.
    """
    idle: set[str] = set()
    for unit in body:
        outputs = unit.outputs
        is_fed = unit.kernel in BACK or unit.works_once or idle.isdisjoint(unit.inputs.values())
        if not is_fed or (unit.turns and not unit.turns >> turn & 1):
            outputs = {}
        elif unit.kernel == "fork" and not unit.works_once:
            fed = unit.number("Mask") >> turn * len(outputs)
            ports = enumerate(unit.outputs.items())
            outputs = {port: wire for place, (port, wire) in ports if fed >> place & 1}
        idle.update(set(unit.outputs.values()) - set(outputs.values()))
        if not outputs:
            continue
        if unit.guest_costs and turn >= layers:
            yield replace(unit, cost=unit.guest_costs[turn - layers])
        else:
            yield unit if outputs == unit.outputs else replace(unit, outputs=outputs)


def _repeated(units: Sequence[Unit]) -> list[Unit]:
    """Units outside the loops that work once for each layer: replays, and what passes them on."""
    wires: set[str] = set()
    found = []
    for unit in units:
        if unit.loop == OUTER and (unit.kernel == "replay" or wires & set(unit.inputs.values())):
            found.append(unit)
            wires.update(unit.outputs.values())
    return found
