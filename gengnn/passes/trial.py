"""Trial: what a plan would make of a graph, before it is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from gengnn.design import Design, Stream, Unit
from gengnn.ir import Graph
from gengnn.ops.base import Cost
from gengnn.ops.cost import CONSTANTS_DEPTH
from gengnn.passes.budget import Budget
from gengnn.passes.estimate import Work, estimate_interval, mean_cycles
from gengnn.passes.layout import bus_width, input_layout, packet_spaces, result_layout
from gengnn.passes.netlist import Netlist
from gengnn.passes.place import Memo, place
from gengnn.passes.plan import Plan
from gengnn.passes.recall import Recall

KEPT = 4
"""Plans whose units are kept: a plan is often asked for its resources, then for its cycles."""

Placed = tuple[tuple[Unit, ...], Mapping[str, Stream]]
"""The units and streams of a plan."""


@dataclass(frozen=True)
class Outcome:
    """A plan, the resources of its design, and the cycles that decide between plans."""

    plan: Plan
    cost: Cost
    cycles: float

    def is_better(self, other: Outcome) -> bool:
        """Fewer cycles, or as many with fewer multipliers."""
        return (self.cycles, self.cost.dsp) < (other.cycles, other.cost.dsp)


@dataclass
class Trial:
    """Designs of the plans of one netlist.

    `works` are the graphs whose cycles count: of each by itself, or with `is_steady` from one
    result to the next when they come without a pause.
    """

    graph: Graph
    netlist: Netlist
    budget: Budget
    name: str
    works: Sequence[Work]
    is_steady: bool = False
    memo: Memo = field(default_factory=Memo)
    recall: Recall = field(default_factory=Recall)
    placed: dict[str, Placed] = field(default_factory=dict)

    def spared(self) -> Trial:
        """The same with buffers of whole graphs in UltraRAM and short tables in LUTs."""
        has_uram = self.budget.part.uram > 0
        netlist = replace(self.netlist, is_deep=has_uram, lut_words=CONSTANTS_DEPTH)
        return replace(self, netlist=netlist, placed={})

    def cost(self, plan: Plan) -> Cost:
        """The resources of a plan."""
        units, _ = self._place(plan)
        return Cost.total(unit.cost for unit in units)

    def outcome(self, plan: Plan) -> Outcome:
        """The resources and the cycles of a plan."""
        design = self.design(plan)
        return Outcome(plan, design.cost, self.cycles(design))

    def cycles(self, design: Design) -> float:
        """Cycles of a typical graph; multipliers decide where none is known."""
        if not self.works:
            return -design.cost.dsp
        if self.is_steady:
            return estimate_interval(design, self.works, self.recall)
        return mean_cycles(design, self.works, self.recall)

    def fits(self, outcome: Outcome) -> bool:
        """Whether a plan keeps to the budget."""
        return not self.budget.exceeded(outcome.cost)

    def design(self, plan: Plan, with_memories: bool = False) -> Design:
        """The design of a plan; without the contents of its memories unless they are wanted."""
        graph, netlist = self.graph, self.netlist
        units, streams = self._place(plan, with_memories)
        layouts = tuple(input_layout(graph, netlist, space) for space in packet_spaces(graph))
        results = tuple(
            result_layout(graph, streams[wire], value)
            for wire, value in zip(netlist.outputs, graph.outputs, strict=True)
        )
        return Design(
            self.name,
            self.budget.part.name,
            self.budget.clock_mhz,
            graph,
            streams,
            units,
            netlist.layers,
            layouts,
            results,
            bus_width((*layouts, *results)),
        )

    def _place(self, plan: Plan, with_memories: bool = False) -> Placed:
        """The units and streams of a plan; those of the latest plans are known."""
        if with_memories:
            return place(self.graph, self.netlist, plan, with_memories, self.memo)
        key = str(plan)
        if key not in self.placed:
            if len(self.placed) == KEPT:
                del self.placed[next(iter(self.placed))]
            self.placed[key] = place(self.graph, self.netlist, plan, memo=self.memo)
        return self.placed[key]
