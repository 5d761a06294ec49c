"""Parallel: how many multipliers each matrix unit gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gengnn.design import Unit
from gengnn.ir import Graph
from gengnn.ops.base import Cost, Shape
from gengnn.parts import Part
from gengnn.passes.estimate import count_rows
from gengnn.passes.netlist import OUTER, Cell, Netlist
from gengnn.passes.place import Plan, place


@dataclass(frozen=True)
class Budget:
    """What a design may use: a part, the share of its resources, a limit on multipliers."""

    part: Part
    clock_mhz: float = 300.0
    utilization: float = 0.7
    multipliers: int | None = None

    @property
    def dsp(self) -> int:
        """DSP blocks that may be used."""
        most = int(self.part.dsp * self.utilization)
        return most if self.multipliers is None else min(most, self.multipliers)

    def exceeded(self, cost: Cost) -> list[str]:
        """What does not fit, as "name: needed of available"."""
        limits = {
            "DSP": (cost.dsp, self.dsp),
            "LUT": (cost.lut, int(self.part.lut * self.utilization)),
            "FF": (cost.ff, int(self.part.ff * self.utilization)),
            "BRAM18": (cost.bram18, int(self.part.bram18 * self.utilization)),
        }
        return [f"{name}: {need} of {most}" for name, (need, most) in limits.items() if need > most]


def smallest(graph: Graph, netlist: Netlist) -> dict[str, Shape]:
    """The shape of each matrix unit that takes the fewest multipliers."""
    return {cell.name: _shapes(graph, cell)[0] for cell in netlist.cells if _is_matrix(cell)}


def _is_matrix(cell: Cell) -> bool:
    return bool(cell.nodes) and cell.nodes[0].op.multiplies


def _shapes(graph: Graph, cell: Cell) -> list[Shape]:
    node = cell.nodes[0]
    values = [*(graph.values[name] for name in node.inputs), node.output]
    return node.op.shapes(values, {role: graph.params[key] for role, key in node.params.items()})


def widen(
    graph: Graph, netlist: Netlist, budget: Budget, rows: Mapping[str, float], plan: Plan
) -> Plan:
    """Give multipliers to the regions where they save most cycles, while the budget lasts."""
    refused: set[tuple[Region, int]] = set()
    regions = _regions(netlist)
    while True:
        steps = [
            step
            for region, cells in regions.items()
            for step in _steps(graph, netlist, plan, region, cells, rows)
            if (step.region, step.interval) not in refused
        ]
        if not steps:
            return plan
        best = max(steps, key=lambda step: step.gain)
        units, _ = place(graph, netlist, best.plan)
        if budget.exceeded(total_cost(units)):
            refused.add((best.region, best.interval))
        else:
            plan = best.plan


Region = tuple[int, int]
"""Scope and level: the units that work at the same time."""


@dataclass(frozen=True)
class Step:
    """One region made faster: cycles saved per multiplier added."""

    region: Region
    interval: int
    plan: Plan
    gain: float


def _regions(netlist: Netlist) -> dict[Region, list[Cell]]:
    regions: dict[Region, list[Cell]] = {}
    for cell in netlist.cells:
        if _is_matrix(cell):
            regions.setdefault((cell.scope, cell.level), []).append(cell)
    return regions


def _steps(
    graph: Graph,
    netlist: Netlist,
    plan: Plan,
    region: Region,
    cells: list[Cell],
    rows: Mapping[str, float],
) -> list[Step]:
    """Every faster interval of a region, its slower matrix units brought to it."""
    layers = 1 if region[0] == OUTER else netlist.layers[region[0]]
    work = layers * max(count_rows(graph, cell.value.space, rows) for cell in cells)
    now = {cell.name: plan.shapes[cell.name] for cell in cells}
    slowest = max(shape[0] for shape in now.values())
    intervals = {shape[0] for cell in cells for shape in _shapes(graph, cell)}
    steps = []
    for interval in sorted(intervals):
        if interval >= slowest:
            break
        shapes = {cell.name: _shape_for(graph, cell, now[cell.name], interval) for cell in cells}
        reached = max(shape[0] for shape in shapes.values())
        added = sum(s[1] * s[2] - now[name][1] * now[name][2] for name, s in shapes.items())
        if reached < slowest:
            gain = work * (slowest - reached) / max(added, 1)
            faster = replace(plan, shapes=plan.shapes | shapes)
            steps.append(Step(region, interval, faster, gain))
    return steps


def _shape_for(graph: Graph, cell: Cell, now: Shape, interval: int) -> Shape:
    """The smallest shape of a matrix unit that is at least as fast as `interval`."""
    if now[0] <= interval:
        return now
    shapes = _shapes(graph, cell)
    return next((shape for shape in shapes if shape[0] <= interval), shapes[-1])


def total_cost(units: Iterable[Unit]) -> Cost:
    """Resources of all units."""
    return sum((unit.cost for unit in units), Cost(interval=0, latency=0))
