"""Parallel: how many multipliers each matrix unit gets."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gengnn.design import OUTER
from gengnn.ir import Graph, Node, Value
from gengnn.ops.base import Shape
from gengnn.passes.budget import Budget
from gengnn.passes.cells import is_held
from gengnn.passes.estimate import count_rows
from gengnn.passes.netlist import Cell, Netlist
from gengnn.passes.place import parameters
from gengnn.passes.plan import Plan, Region, region_of
from gengnn.passes.trial import Trial

LONE_BEATS = 4
"""Beats, at the most, of the rows of a space with one row per graph: nothing hides them."""

LONE_SHARE = 0.5
"""The share of a graph's least time that a row by itself may take where graphs follow one another.

A small graph would wait for the row of the one before it.
"""

LEADS = 4
"""Faster levels of the largest group that are tried at the cost of all others."""

Group = tuple[Region, str]
"""The matrix units of one region whose results live in one space: rows pass them in a row."""

NO_LEAD: Mapping[Group, int] = {}
"""No group is told its level."""


@dataclass(frozen=True)
class Level:
    """One speed of a group: a shape for each of its units, their multipliers, cycles per layer.

    The units `streamed` take the beats of a row as they come.
    """

    shapes: Mapping[str, Shape]
    streamed: frozenset[str]
    multipliers: int
    time: float


class Step(NamedTuple):
    """One group at a faster level, and the levels of all groups behind that step."""

    faster: tuple[Group, int]
    state: Mapping[Group, int]


class Search:
    """Gives multipliers to the groups where they save most cycles, while the budget lasts.

    The rows of a typical graph pass the matrix units of a group one after another: each row waits
    for the slowest unit, and the last one for every unit. Everything else in the region may take
    a share (`slack`) of that time: narrower beats need fewer multipliers and less wiring, and
    cost a few cycles of latency.
    """

    def __init__(
        self, graph: Graph, netlist: Netlist, rows: Mapping[str, float], multipliers: int = 0
    ) -> None:
        """Take the netlist of `graph` and the rows of each base space in a typical graph.

        Where graphs follow one another, also how many `multipliers` there are for them.
        """
        self.graph, self.netlist = graph, netlist
        self.rows = {space: count_rows(graph, space, rows) for space in graph.spaces}
        self.groups: dict[Group, list[Cell]] = {}
        for cell in netlist.cells:
            if cell.nodes and cell.nodes[0].op.multiplies:
                self.groups.setdefault((region_of(cell), cell.value.space), []).append(cell)
        cells = [cell for cells in self.groups.values() for cell in cells]
        every = {cell.name: self._shapes(cell) for cell in cells}
        work = sum(self._work(cell) * math.prod(every[cell.name][0]) for cell in cells)
        most = LONE_SHARE * work / multipliers if multipliers else math.inf
        self.shapes = {cell.name: self._quick(cell, every[cell.name], most) for cell in cells}
        streamed = {cell.name: self._quick(cell, self._streamed(cell), most) for cell in cells}
        self.streamed = {name: told for name, told in streamed.items() if told}
        self.levels = {group: self._levels(group) for group in self.groups}

    def _quick(self, cell: Cell, shapes: Sequence[Shape], most: float) -> Sequence[Shape]:
        """The shapes that take at most so long for the only row of a graph; all of other units."""
        if self.rows[cell.value.space] > 1.0:
            return shapes
        within = [shape for shape in shapes if self._work(cell) * shape[0] <= most]
        return within or shapes[-1:]

    def _shapes(self, cell: Cell) -> list[Shape]:
        """The shapes of a unit; each of its guests' results fits into a row of its own."""
        node, features = cell.nodes[0], cell.value.features
        told = [guest.output.features for guest in cell.guests]
        shapes = node.op.shapes(self._values(node), parameters(self.graph, node))
        return [shape for shape in shapes if is_held(told, shape[2], features)]

    def _streamed(self, cell: Cell) -> list[Shape]:
        """The shapes of a unit that takes beats as they come; none where there is none.

        Guests come in whole rows.
        """
        node = cell.nodes[0]
        told = None if cell.guests else node.op.streamed(parameters(self.graph, node))
        return told[0].shapes(self._values(node), told[1]) if told else []

    def _values(self, node: Node) -> list[Value]:
        """The inputs and, last, the output."""
        return [*(self.graph.values[name] for name in node.inputs), node.output]

    def shapes_of(self, plan: Plan, name: str) -> Sequence[Shape]:
        """The shapes of a matrix unit as the plan has it."""
        return self.streamed[name] if name in plan.streamed else self.shapes[name]

    def _levels(self, group: Group) -> list[Level]:
        """The speeds of a group, slowest first: all its units as fast as one of them can be.

        A lone row passes two units at a time: the second takes the results of the first as they
        come.
        """
        shapes = {cell.name: self.shapes[cell.name] for cell in self.groups[group]}
        count = max(self.rows[group[1]] - 1.0, 0.0)
        second = list(shapes)[1::2] if count == 0.0 else []
        streamed = frozenset(name for name in second if name in self.streamed)
        shapes |= {name: self.streamed[name] for name in streamed}
        intervals = {shape[0] for each in shapes.values() for shape in each}
        levels = []
        for interval in sorted(intervals, reverse=True):
            chosen = {name: shape_for(each, interval) for name, each in shapes.items()}
            taken = [shape[0] for name, shape in chosen.items() if name not in streamed]
            slowest = max(shape[0] for shape in chosen.values())
            size = sum(math.prod(shape[1:]) for shape in chosen.values())
            levels.append(Level(chosen, streamed, size, count * slowest + sum(taken)))
        return levels

    def layers(self, region: Region) -> int:
        """How often a region works on each graph."""
        return 1 if region[0] == OUTER else self.netlist.layers[region[0]]

    def leads(self, plan: Plan) -> list[dict[Group, int]]:
        """The next faster levels of the group that has most multipliers."""
        sizes = {
            group: sum(math.prod(plan.shapes[cell.name][1:]) for cell in cells)
            for group, cells in self.groups.items()
        }
        group = max(sizes, key=lambda each: sizes[each], default=None)
        if group is None:
            return []
        levels = enumerate(self.levels[group])
        faster = [place for place, level in levels if level.multipliers > sizes[group]]
        return [{group: place} for place in faster[:LEADS]]

    def run(
        self,
        widest: int,
        slack: float,
        budget: Budget,
        trial: Trial,
        lead: Mapping[Group, int] = NO_LEAD,
    ) -> Plan:
        """The fastest plan found with beats of at most `widest` lanes.

        `lead` has the levels of groups that are told. It is the smallest plan if not even that
        keeps to the budget.
        """
        state: Mapping[Group, int] = {group: lead.get(group, 0) for group in self.groups}
        refused = set[tuple[Group, int]]()

        def plan(state: Mapping[Group, int]) -> Plan:
            return self._plan(widest, slack, state)

        def is_too_much(state: Mapping[Group, int]) -> bool:
            return bool(budget.exceeded(trial.cost(plan(state))))

        while not is_too_much(state):
            room = budget.dsp - trial.cost(plan(state)).dsp
            path = list(self._path(state, room, refused, lead))
            count = bisect_left(path, True, key=lambda step: is_too_much(step.state))
            if count < len(path):
                refused.add(path[count].faster)
            elif not path:
                break
            if count:
                state = path[count - 1].state
        return plan(state)

    def _path(
        self,
        state: Mapping[Group, int],
        room: int,
        refused: Collection[tuple[Group, int]],
        lead: Collection[Group],
    ) -> Iterator[Step]:
        """The steps to faster levels for at most `room` multipliers, the best one first each time.

        All but the matrix units is taken to cost as much as before.
        """
        while True:
            steps = [
                (gain, group, level)
                for group in self.groups
                for level, gain in self._steps(group, state[group], room)
                if group not in lead and (group, level) not in refused
            ]
            if not steps:
                return
            _, group, level = max(steps, key=lambda step: step[0])
            levels = self.levels[group]
            room -= levels[level].multipliers - levels[state[group]].multipliers
            state = {**state, group: level}
            yield Step((group, level), state)

    def paced(self, widest: int, slack: float, budget: Budget, trial: Trial) -> Plan:
        """The plan that takes graphs in the quickest succession, at the same limits.

        Every matrix unit is as slow as that allows, and everything else in a share (`slack`) of
        the time.
        """
        paces = sorted(
            {
                self._work(cell) * shape[0]
                for cells in self.groups.values()
                for cell in cells
                for shape in self.shapes[cell.name]
            }
        )
        low, high = 0, len(paces) - 1
        while low < high:
            middle = (low + high) // 2
            plan = self._at_pace(paces[middle], widest, slack)
            if budget.exceeded(trial.cost(plan)):
                low = middle + 1
            else:
                high = middle
        return self._at_pace(paces[high] if paces else 1.0, widest, slack)

    def _work(self, cell: Cell) -> float:
        """Rows of a typical graph that pass a cell, in all layers."""
        return self.rows[cell.value.space] * self.layers(region_of(cell))

    def _at_pace(self, pace: float, widest: int, slack: float) -> Plan:
        """The smallest units that are done with a graph in `pace` cycles."""
        shapes = {
            cell.name: shape_for(self.shapes[cell.name], int(pace / max(self._work(cell), 1.0)))
            for cells in self.groups.values()
            for cell in cells
        }
        regions = {region_of(cell) for cell in self.netlist.cells}
        beats = {
            (region, space): max(1, int(slack * pace / max(count * self.layers(region), 1.0)))
            for region in regions
            for space, count in self.rows.items()
        }
        return Plan(widest, shapes, beats, keeps_beats=False)  # wide rows leave the next ones room

    def _steps(self, group: Group, now: int, room: int) -> Iterator[tuple[int, float]]:
        """Faster levels for at most `room` multipliers more, and the cycles each of these saves."""
        levels, layers = self.levels[group], self.layers(group[0])
        for place in range(now + 1, len(levels)):
            added = levels[place].multipliers - levels[now].multipliers
            if added > room:
                return
            saved = levels[now].time - levels[place].time
            if saved > 0:
                yield place, layers * saved / max(added, 1)

    def _plan(self, widest: int, slack: float, state: Mapping[Group, int]) -> Plan:
        """The plan with beats as narrow as the time of each group's region allows."""
        shapes: dict[str, Shape] = {}
        streamed: set[str] = set()
        times: dict[Region, float] = {}
        for group, place in state.items():
            level = self.levels[group][place]
            shapes.update(level.shapes)
            streamed |= level.streamed
            times[group[0]] = max(times.get(group[0], 0.0), level.time)
        beats = {
            (region, space): max(1, int(slack * min(time / max(count, 1.0), LONE_BEATS * count)))
            for region, time in times.items()
            for space, count in self.rows.items()
        }
        return Plan(widest, shapes, beats, streamed=tuple(sorted(streamed)))


def shape_for(shapes: Sequence[Shape], interval: int) -> Shape:
    """The smallest shape that needs at most `interval`, else the fastest."""
    return next((shape for shape in shapes if shape[0] <= interval), shapes[-1])
