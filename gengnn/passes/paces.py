"""Paces: how fast rows pass the units that keep none."""

from __future__ import annotations

from gengnn.design import Design, Unit
from gengnn.ops.base import SHALLOW_DEPTH

JOINTS = frozenset(["fork", "merge", "turn"])
"""Kernels without a place for a row: they wait for whoever takes it."""


def paces(design: Design) -> dict[str, int]:
    """Cycles per row behind each fork and merge: rows go on when all who take them have room."""
    takers: dict[str, list[Unit]] = {}
    for unit in design.units:
        for wire in unit.inputs.values():
            takers.setdefault(wire, []).append(unit)

    def pace(wire: str) -> int:
        return max((slowest(unit) for unit in takers.get(wire, ())), default=1)

    def slowest(unit: Unit) -> int:
        is_small = unit.kernel == "fifo" and unit.number("Depth") <= SHALLOW_DEPTH
        if unit.kernel in ("fork", "turn") or is_small:
            return max(pace(wire) for wire in unit.outputs.values())
        return unit.cost.interval

    joints = (unit for unit in design.units if unit.kernel in JOINTS)
    return {wire: pace(wire) for unit in joints for wire in unit.outputs.values()}
