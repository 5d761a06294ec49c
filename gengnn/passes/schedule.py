"""Schedule: choose the parallelism of every unit under the part's budget."""

from __future__ import annotations

import gc
import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from gengnn.design import Design
from gengnn.errors import CapacityError
from gengnn.ir import Graph
from gengnn.passes.budget import Budget
from gengnn.passes.estimate import Work
from gengnn.passes.goal import Optimize
from gengnn.passes.guests import with_guests
from gengnn.passes.improve import Improve
from gengnn.passes.netlist import Netlist
from gengnn.passes.parallel import Search
from gengnn.passes.rewrite import drop_dead
from gengnn.passes.trial import Outcome, Trial
from gengnn.passes.wiring import Wiring
from gengnn.reference import Sample

WIDEST = (256, 128, 64, 32, 16, 8, 4, 2, 1)
"""Lanes per beat to try, widest first."""

SLACKS = (0.0, 0.12, 0.25, 0.5, 1.0)
"""Shares of a region's time to try for all but its matrix units."""

STEADY_SLACKS = (0.12, 0.25)
"""The same for throughput: what stands between matrix units must catch up with large graphs."""

TRIALS = 500
"""Plans that the local search tries."""

CELL_TRIALS = 60_000
"""The same times the cells of a large design."""

STEADY_SHARE = 0.2
"""The share of the trials for folded layers that get units of their own: each takes longer."""

APART_GAIN = 0.15
"""The share of the cycles between results that units of their own for all layers must save.

The estimate does not know how long a graph waits for a larger one in the layers before it.
"""

STARTS = 2
"""Netlists that are searched; the one that promises most first, with the most trials."""

MANY_LEFT = 0.2
"""The share of the trials that is worth a search of a second netlist."""

POLISH_GAIN = 0.005
"""The share of the cycles that polishing the best plan must save: it may take more logic."""

TIGHT = 0.75
"""The share of the block RAM from which on the buffers of whole graphs are tried in UltraRAM."""

FEW = (3, 2)
"""Graphs that decide each step of the local search, from the best first plan and from the next.

Other graphs lead to another plan.
"""

STEADY_FEW = (4, 4)
"""The same for throughput, where each waits for the one before it."""

Found = tuple[Outcome, Trial]
"""A plan and what tried it."""


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles of objects, which takes a seventh of the time of a schedule."""
    is_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_enabled:
            gc.enable()


@_uncollected()
def schedule(
    graph: Graph,
    budget: Budget,
    rows: Mapping[str, float],
    name: str,
    typical: Sequence[Sample] = (),
    optimize: Optimize = Optimize.LATENCY,
    others: Sequence[Graph] = (),
) -> Design:
    """Turn a quantised graph into a design.

    It also tries to let a loop's largest unit work for what comes behind the loop. For throughput
    every folded layer gets units of its own, so that graphs follow one another through the
    layers, where that promises much: else the design for latency is also the one for throughput.

    Args:
        graph: quantised, with limits and folded layers.
        budget: part, clock and limits.
        rows: rows of each base space in a typical graph; the estimate that is minimised.
        name: what the design is called in the generated code.
        typical: graphs whose estimated cycles decide between plans.
        optimize: what is minimised.
        others: graphs that compute the same in other ways; the one that promises most is taken.

    Raises:
        CapacityError: not even the least parallel design fits.
    """
    is_steady = optimize is Optimize.THROUGHPUT
    task = _Task(budget, rows, name, typical)
    starts = task.starts([graph, *others], is_steady and not graph.loops)
    found = _searched([start for start in starts if start.fits()])
    if is_steady and graph.loops:
        found = task.apart([graph, *others], found)
    if not found:
        raise _too_large(budget, starts[0].refused)
    best, trial = min(found, key=lambda entry: entry[0].cycles)
    design = trial.design(best.plan, with_memories=True)
    return replace(design, digest=_digest(design))


@dataclass(frozen=True)
class _Task:
    """What is to be scheduled, whatever the graph."""

    budget: Budget
    rows: Mapping[str, float]
    name: str
    typical: Sequence[Sample]

    def starts(self, graphs: Sequence[Graph], is_steady: bool) -> list[_Starts]:
        """First plans for graphs that compute the same, those that promise most first."""
        trials = _trials(graphs, self.typical, self.budget, self.name, is_steady)
        starts = [_Starts.of(trial, self.rows) for trial in trials]
        if not any(start.has_room for start in starts):
            starts += [_Starts.of(trial.spared(), self.rows) for trial in trials]
        return sorted(starts, key=_Starts.promised)

    def apart(self, graphs: Sequence[Graph], folded: Sequence[Found]) -> list[Found]:
        """The best folded plan, or one with units of its own for each layer if that is worth it."""
        steady = [(best.plan, replace(trial, is_steady=True)) for best, trial in folded]
        kept = [(trial.outcome(plan), trial) for plan, trial in steady]
        kept = [min(kept, key=lambda entry: entry[0].cycles)] if kept else []
        most = (1.0 - APART_GAIN) * kept[0][0].cycles if kept else math.inf
        starts = self.starts([drop_dead(replace(each, loops=())) for each in graphs], True)
        fitting = [start for start in starts if start.fits()]
        if fitting and fitting[0].whole().cycles < most:
            found = _searched(fitting, STEADY_SHARE)
            return [entry for entry in found if entry[0].cycles < most] or kept
        return kept


def _searched(starts: Sequence[_Starts], share: float = 1.0) -> list[Found]:
    """The best plans of the netlists that promise most: a second one where many trials are left.

    All that with a `share` of the trials.
    """
    found: list[_Best] = []
    left = int(share * TRIALS)
    for start in starts[:STARTS]:
        trials = int(share * start.trials)
        if found and left < MANY_LEFT * trials:
            break
        best, left = start.best(min(left, trials))
        found.append(best)
    return _polished(found, left)


def _polished(bests: Sequence[_Best], left: int) -> list[Found]:
    """The plans found, and the best one again if the trials `left` make it faster."""
    found = [(best.outcome, best.trial) for best in bests]
    best = min(bests, key=lambda each: each.outcome.cycles, default=None)
    if best and best.improve and left > 0:
        plan = best.improve.polish(best.few, left).plan
        polished = best.trial.outcome(plan)
        if polished.cycles < (1.0 - POLISH_GAIN) * best.outcome.cycles:
            found.append((polished, best.trial))
    return found


def _too_large(budget: Budget, refused: Sequence[str]) -> CapacityError:
    """What to tell about a model whose smallest design needs too much."""
    return CapacityError(
        f"the model does not fit {budget.part.name} at {budget.utilization:.0%} of its resources\n"
        f"  the smallest design needs {'; '.join(refused)}\n"
        "  choose a larger --part, raise --utilization, lower --max-nodes or --max-edges, or give "
        "fewer bits with --precision"
    )


def _trials(
    graphs: Sequence[Graph],
    typical: Sequence[Sample],
    budget: Budget,
    name: str,
    is_steady: bool,
) -> list[Trial]:
    """A trial of each netlist of graphs that compute the same."""
    found = []
    for graph in graphs:
        works = [Work.of(graph, sample) for sample in typical]
        found += [
            Trial(graph, netlist, budget, name, works, is_steady)
            for netlist in _netlists(graph, is_steady)
        ]
    return found


def _netlists(graph: Graph, is_steady: bool) -> list[Netlist]:
    """The plain netlist, and that with guests if there is one; these would keep the next graph."""
    plain = Wiring(graph, chained=is_steady).build()
    shared = None if is_steady else with_guests(graph, plain)
    return [plain, shared] if shared else [plain]


@dataclass(frozen=True)
class _Best:
    """The best plan of a netlist, on all graphs and on the `few` that `improve` looked at."""

    outcome: Outcome
    trial: Trial
    few: Outcome
    improve: Improve | None = None


@dataclass(frozen=True)
class _Starts:
    """Plans of one netlist that fit, best first on a few of the graphs.

    `refused` tells what is too much in the smallest one, if there are none.
    """

    search: Search
    trial: Trial
    found: Sequence[Outcome]
    refused: Sequence[str]

    @classmethod
    def of(cls, trial: Trial, rows: Mapping[str, float]) -> _Starts:
        """What a first look at the netlist of a trial finds."""
        multipliers = trial.budget.dsp if trial.is_steady else 0
        search = Search(trial.graph, trial.netlist, rows, multipliers)
        fitting, refused = _first(search, _on(trial, _few(trial)[0]))
        return cls(search, trial, sorted(fitting, key=lambda each: each.cycles), refused)

    @property
    def has_room(self) -> bool:
        """Whether the best plan leaves block RAM for a faster one."""
        most = TIGHT * self.trial.budget.bram18
        return bool(self.found) and self.found[0].cost.bram18 <= most

    def fits(self) -> bool:
        """Whether any plan does."""
        return bool(self.found)

    def promised(self) -> float:
        """Cycles of the best plan so far; without one, more than any."""
        return self.found[0].cycles if self.found else math.inf

    def whole(self) -> Outcome:
        """The best plan so far, on all graphs."""
        return self.trial.outcome(self.found[0].plan)

    @property
    def trials(self) -> int:
        """Plans that may be tried of this netlist."""
        return min(TRIALS, CELL_TRIALS // len(self.trial.netlist.cells))

    def best(self, most: int) -> tuple[_Best, int]:
        """The best plan of `most` trials, fewer of a large design, and how many are left."""
        if not self.trial.works:
            return _Best(self.found[0], self.trial, self.found[0]), most
        bests: list[_Best] = []
        trials = min(most, self.trials)
        for count, start in zip(_few(self.trial), self.found, strict=False):
            few = _on(self.trial, count)
            improve = Improve(self.search, few)
            found = improve.run(few.outcome(start.plan), trials * 2 // 3)
            bests.append(_Best(self.trial.outcome(found.plan), self.trial, found, improve))
            trials -= trials * 2 // 3 - improve.left
        return min(bests, key=lambda each: each.outcome.cycles), trials


def _few(trial: Trial) -> tuple[int, ...]:
    """How many graphs decide, from each start."""
    return STEADY_FEW if trial.is_steady else FEW


def _on(trial: Trial, count: int) -> Trial:
    """The same on so many graphs."""
    return replace(trial, works=spread(trial.works, count))


def _first(search: Search, trial: Trial) -> tuple[list[Outcome], list[str]]:
    """Plans that fit, one for each slack; and what is too much in the smallest one, if none.

    The best one again with more multipliers for the group that has most of them.
    """
    refused = list[str]()
    found: list[tuple[Outcome, float]] = []
    run = search.paced if trial.is_steady else search.run
    for slack in STEADY_SLACKS if trial.is_steady else SLACKS:
        for widest in WIDEST:
            outcome = trial.outcome(run(widest, slack, trial.budget, trial))
            refused = trial.budget.exceeded(outcome.cost)
            if not refused:
                found.append((outcome, slack))
                break
    if found and not trial.is_steady:
        best, slack = min(found, key=lambda entry: entry[0].cycles)
        for lead in search.leads(best.plan):
            plan = search.run(best.plan.widest, slack, trial.budget, trial, lead)
            found.append((trial.outcome(plan), slack))
    return [outcome for outcome, _ in found if trial.fits(outcome)], refused


def spread(works: Sequence[Work], count: int) -> list[Work]:
    """At most `count` graphs that stand for all: from the middle of equal shares by size."""
    order = sorted(works, key=lambda work: sum(work.counts.values()))
    if len(order) <= count:
        return order
    return [order[(2 * part + 1) * len(order) // (2 * count)] for part in range(count)]


def _digest(design: Design) -> str:
    """A hash of everything that determines the generated files."""
    digest = hashlib.sha256(str(design.graph).encode())
    for unit in design.units:
        digest.update(repr((unit.name, unit.kernel, sorted(unit.params.items()))).encode())
        for memory in unit.memories:
            digest.update(memory.codes.tobytes())
    digest.update(repr((design.part, design.clock_mhz, design.layouts, design.results)).encode())
    return digest.hexdigest()[:16]


__all__ = ["Budget", "schedule"]
