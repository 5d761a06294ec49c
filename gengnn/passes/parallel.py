"""Parallel: how many multipliers each matrix unit gets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gengnn.design import Unit
from gengnn.ir import Graph
from gengnn.ops.base import Cost, Shape
from gengnn.parts import Part
from gengnn.passes.estimate import count_rows
from gengnn.passes.netlist import OUTER, Cell, Netlist
from gengnn.passes.place import Plan, Region, place, region_of


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


LONE_BEATS = 4
"""Beats, at the most, of the rows of a space with one row per graph: nothing hides them."""


Group = tuple[Region, str]
"""The matrix units of one region whose results live in one space: rows pass them in a row."""


@dataclass(frozen=True)
class Step:
    """One group made faster: cycles saved per multiplier added."""

    group: Group
    plan: Plan
    added: int
    gain: float


class Search:
    """Gives multipliers to the groups where they save most cycles, while the budget lasts.

    The rows of a typical graph pass the matrix units of a group one after another: each row waits
    for the slowest unit, and the last one for every unit. Everything else in the region may take
    `slack` of that time: narrower beats need fewer multipliers and less wiring, and cost a few
    cycles of latency.
    """

    def __init__(
        self,
        graph: Graph,
        netlist: Netlist,
        budget: Budget,
        rows: Mapping[str, float],
        slack: float,
    ) -> None:
        """Take the netlist of `graph` and the rows of each base space in a typical graph."""
        self.graph, self.netlist, self.budget, self.slack = graph, netlist, budget, slack
        self.rows = {space: count_rows(graph, space, rows) for space in graph.spaces}
        self.groups: dict[Group, list[Cell]] = {}
        for cell in netlist.cells:
            if cell.nodes and cell.nodes[0].op.multiplies:
                self.groups.setdefault((region_of(cell), cell.value.space), []).append(cell)
        self.shapes = {
            cell.name: self._shapes(cell) for cells in self.groups.values() for cell in cells
        }

    def _shapes(self, cell: Cell) -> list[Shape]:
        node = cell.nodes[0]
        values = [*(self.graph.values[name] for name in node.inputs), node.output]
        params = {role: self.graph.params[key] for role, key in node.params.items()}
        return node.op.shapes(values, params)

    def run(self, widest: int) -> tuple[Plan, Cost]:
        """The fastest plan found with beats of at most `widest` lanes, and what it takes.

        It is the smallest one if not even that keeps to the budget.
        """
        plan = Plan(widest, {name: shapes[0] for name, shapes in self.shapes.items()})
        for group in self.groups:
            plan = self._paced(plan, group)
        cost, refused = self._cost(plan), set[tuple[Group, float]]()
        while not self.budget.exceeded(cost):
            steps = [
                step
                for group in self.groups
                for step in self._steps(plan, group)
                if (step.group, self._time(step.plan, group)) not in refused
                and cost.dsp + step.added <= self.budget.dsp
            ]
            if not steps:
                break
            best = max(steps, key=lambda step: step.gain)
            needed = self._cost(best.plan)
            if self.budget.exceeded(needed):
                refused.add((best.group, self._time(best.plan, best.group)))
            else:
                plan, cost = best.plan, needed
        return plan, cost

    def _cost(self, plan: Plan) -> Cost:
        return total_cost(place(self.graph, self.netlist, plan)[0])

    def _time(self, plan: Plan, group: Group) -> float:
        """Cycles that the rows of a typical graph need for the matrix units of a group."""
        intervals = [plan.shapes[cell.name][0] for cell in self.groups[group]]
        return max(self.rows[group[1]] - 1.0, 0.0) * max(intervals) + sum(intervals)

    def _paced(self, plan: Plan, group: Group) -> Plan:
        """The plan with beats as narrow as the time of the group's region allows."""
        region = group[0]
        time = max(self._time(plan, other) for other in self.groups if other[0] == region)
        beats = {
            (region, space): max(
                1, int(self.slack * min(time / max(count, 1.0), LONE_BEATS * count))
            )
            for space, count in self.rows.items()
        }
        return replace(plan, beats=plan.beats | beats)

    def _steps(self, plan: Plan, group: Group) -> list[Step]:
        """Every shorter interval of a group, its slower matrix units brought to it."""
        cells = self.groups[group]
        scope = group[0][0]
        layers = 1 if scope == OUTER else self.netlist.layers[scope]
        now = self._time(plan, group)
        slowest = max(plan.shapes[cell.name][0] for cell in cells)
        steps = []
        for interval in sorted({shape[0] for cell in cells for shape in self.shapes[cell.name]}):
            if interval >= slowest:
                break
            shapes = {cell.name: self._shape_for(cell, interval) for cell in cells}
            added = sum(
                math.prod(shape[1:]) - math.prod(plan.shapes[name][1:])
                for name, shape in shapes.items()
            )
            faster = replace(plan, shapes=plan.shapes | shapes)
            saved = now - self._time(faster, group)
            if saved > 0:
                gain = layers * saved / max(added, 1)
                steps.append(Step(group, self._paced(faster, group), added, gain))
        return steps

    def _shape_for(self, cell: Cell, interval: int) -> Shape:
        """The smallest shape of a matrix unit that needs at most `interval`, else the fastest."""
        shapes = self.shapes[cell.name]
        return next((shape for shape in shapes if shape[0] <= interval), shapes[-1])


def total_cost(units: Iterable[Unit]) -> Cost:
    """Resources of all units."""
    return sum((unit.cost for unit in units), Cost(interval=0, latency=0))
