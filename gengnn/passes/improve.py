"""Improve: a local search that moves multipliers to where the estimate says they save cycles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from gengnn.design import OUTER
from gengnn.passes.cells import best_lanes, fewest_lanes
from gengnn.passes.netlist import Cell
from gengnn.passes.parallel import Group, Search, shape_for
from gengnn.passes.plan import Plan, Region, most_lanes, region_of
from gengnn.passes.trial import Outcome, Trial

EXCHANGES = 8
"""Moves over the budget that are paid for by others, in each round."""

OFFERS = 4
"""Moves that are tried for each step of such a payment."""

STEPS = 3
"""Steps that each offer is counted for when a plan is polished."""

NO_CELLS: frozenset[str] = frozenset()
"""The cells of a move that is about a whole region."""


@dataclass(frozen=True)
class Move:
    """One step of the choices for some cells.

    `apply` gives the plan after it, or None at the end of the range.
    """

    cells: frozenset[str]
    apply: Callable[[Plan], Plan | None]


@dataclass(frozen=True)
class Tried:
    """What a move that was not taken would have changed."""

    move: Move
    cycles: float
    dsp: int


class Improve:
    """Takes every single step that helps, then exchanges; at last also steps of many cells.

    An exchange is a step that saves cycles, for multipliers that others give up where that costs
    the fewest cycles.
    """

    def __init__(self, search: Search, trial: Trial) -> None:
        """Take what knows the shapes of the matrix units, and what tries plans."""
        self.search, self.trial, self.left = search, trial, 0
        self.known: dict[str, Outcome] = {}

    def run(self, start: Outcome, trials: int) -> Outcome:
        """The best plan found from `start` on with so many trials."""
        self.left = trials
        single = self._moves(start.plan)
        best = self._settled(start, single)
        return self._settled(best, [*self._wider_moves(start.plan), *single])

    def polish(self, found: Outcome, trials: int) -> Outcome:
        """The best plan from one of `run` on, with exchanges for several steps of one offer."""
        self.left = trials
        moves = [*self._wider_moves(found.plan), *self._moves(found.plan)]
        return self._settled(found, moves, STEPS)

    def _settled(self, best: Outcome, moves: Sequence[Move], steps: int = 1) -> Outcome:
        """The best plan found by these moves; each offer of an exchange may give so many steps."""
        while self.left > 0:
            best, tried = self._singly(best, moves)
            found = self._exchanged(best, tried, steps)
            if found is best:
                break
            best = found
        return best

    def attempt(self, plan: Plan) -> Outcome:
        """What a plan makes of the graph; one that was tried already is not counted again."""
        key = str(plan)
        if key not in self.known:
            self.left -= 1
            self.known[key] = self.trial.outcome(plan)
        return self.known[key]

    def _accepts(self, outcome: Outcome, best: Outcome) -> bool:
        return outcome.is_better(best) and self.trial.fits(outcome)

    def _singly(self, best: Outcome, moves: Sequence[Move]) -> tuple[Outcome, list[Tried]]:
        """All moves in turn, each repeated while it helps, until none does; and what they did."""
        tried: dict[int, Tried] = {}
        turn = failures = 0
        while self.left > 0 and failures < len(moves):
            place = turn % len(moves)
            plan = moves[place].apply(best.plan)
            outcome = self.attempt(plan) if plan else best
            if self._accepts(outcome, best):
                best, failures = outcome, 0
                continue
            turn, failures = turn + 1, failures + 1
            dsp = outcome.cost.dsp - best.cost.dsp
            tried[place] = Tried(moves[place], outcome.cycles - best.cycles, dsp)
        return best, list(tried.values())

    def _exchanged(self, best: Outcome, tried: Sequence[Tried], steps: int) -> Outcome:
        """The first promising exchange that helps, as often as it does, else `best`."""
        wanted = sorted((t for t in tried if t.cycles < 0), key=lambda t: t.cycles)
        offers = sorted((t for t in tried if t.dsp < 0), key=lambda t: t.cycles / -t.dsp)
        left = EXCHANGES
        for want in wanted:
            faster = want.move.cells & self.search.shapes.keys()
            others = [t for t in offers if not t.move.cells & faster and t.cycles < -want.cycles]
            room = self.trial.budget.dsp - best.cost.dsp - steps * sum(t.dsp for t in others)
            if want.dsp > room or not left:
                continue
            left -= 1
            moves, start = [t.move for t in others], best
            found = self._paid(best, want.move, moves)
            while found and self._accepts(found, best):
                best, found = found, self._paid(found, want.move, moves)
            if best is not start:
                break
        return best

    def _paid(self, best: Outcome, want: Move, offers: Sequence[Move]) -> Outcome | None:
        """What is left of `want` after as many offers as it takes to keep to the budget."""
        plan = want.apply(best.plan)
        now = self.attempt(plan) if plan else best
        while self.left > 0 and not self.trial.fits(now):
            cheaper = (
                plan
                for offer in offers
                if (plan := offer.apply(now.plan)) and self.trial.cost(plan).dsp < now.cost.dsp
            )
            tried = [self.attempt(plan) for plan in islice(cheaper, min(OFFERS, self.left))]
            if not tried:
                return None
            now = min(tried, key=lambda t: (t.cycles - now.cycles) / (now.cost.dsp - t.cost.dsp))
            if not now.is_better(best):
                return None
        return now

    def _moves(self, plan: Plan) -> list[Move]:
        """Steps both ways of every choice, those that free multipliers first."""
        moves, dividers = [], self._dividers(plan)
        for way in (1, -1):
            for cell in dividers:
                moves.append(Move(frozenset([cell.name]), _own_step([cell], _any_beats, way)))
            for key, features in self._spread().items():
                moves.append(Move(NO_CELLS, _beats_step(key, features, way)))
        for key in self._spread():
            moves.append(Move(NO_CELLS, widened(key, dividers)))
        for name in self.search.shapes:
            steps = [self._shape_step(name, way) for way in (-1, 1, 2)]
            if name in self.search.streamed:
                steps += [self._turned(name, is_slower) for is_slower in (False, True)]
            moves += [Move(frozenset([name]), step) for step in steps]
        for group, cells in self.search.groups.items():
            names = frozenset(cell.name for cell in cells)
            moves += [Move(names, step(group)) for step in (self._group_step, self._group_slowed)]
        return moves

    def _wider_moves(self, plan: Plan) -> list[Move]:
        """Steps of many cells, and of narrow rows back to the beats of their region."""
        joined = [Move(frozenset([cell.name]), self.joined(cell)) for cell in self._spreadable()]
        return [*self.joint_moves(plan), *joined]

    def joint_moves(self, plan: Plan) -> list[Move]:
        """Steps of the cells of a level together, of those that multiply, of all up to a level."""
        groups: dict[object, list[Cell]] = {}
        for cell in self._dividers(plan):
            groups.setdefault(("multipliers", cell.scope, cell.level), []).append(cell)
        every = self._spreadable()
        for scope, level in sorted({(cell.scope, cell.level) for cell in every}):
            before = [cell for cell in every if cell.scope == scope and cell.level <= level]
            groups["level", scope, level] = [cell for cell in before if cell.level == level]
            if scope != OUTER:
                groups["levels", scope, level] = before
        told = {key: wide for key, cells in groups.items() if (wide := _wide(cells))}
        return [
            Move(frozenset(cell.name for cell in cells), _own_step(cells, parts, way))
            for way in (1, -1)
            for cells in told.values()
        ]

    def _dividers(self, plan: Plan) -> list[Cell]:
        """Cells that have multipliers and are no matrix units."""
        costs = {unit.name: unit.cost.dsp for unit in self.trial.design(plan).units}
        return [
            cell
            for cell in self.search.netlist.cells
            if cell.kind == "op" and cell.name not in plan.shapes and costs[cell.name] > 1
        ]

    def _spreadable(self) -> list[Cell]:
        """Cells whose rows may take several beats."""
        return [
            cell
            for cell in self.search.netlist.cells
            if cell.name not in self.search.shapes
            and cell.kind in {"op", "merge"}
            and not (cell.nodes and cell.nodes[0].op.whole_rows)
        ]

    def _spread(self) -> dict[tuple[Region, str], list[int]]:
        """The regions and spaces whose rows may take several beats, and the features there are."""
        found: dict[tuple[Region, str], set[int]] = {}
        for cell in self._spreadable():
            space = cell.value.space
            if cell.nodes and cell.nodes[0].op.is_barrier:
                space = self.trial.graph.values[cell.nodes[0].inputs[0]].space
            found.setdefault((region_of(cell), space), set()).add(cell.value.features)
        return {key: sorted(features) for key, features in found.items()}

    def _group_step(self, group: Group) -> Callable[[Plan], Plan | None]:
        """All units of a group that are as slow as its slowest, one step faster."""
        names = [cell.name for cell in self.search.groups[group]]

        def step(plan: Plan) -> Plan | None:
            slowest = max(plan.shapes[name][0] for name in names)
            shapes = {name: self.search.shapes_of(plan, name) for name in names}
            faster = [shape[0] for each in shapes.values() for shape in each if shape[0] < slowest]
            if not faster:
                return None
            chosen = {
                name: shape_for(shapes[name], max(faster))
                for name in names
                if plan.shapes[name][0] == slowest
            }
            return replace(plan, shapes=plan.shapes | chosen)

        return step

    def _group_slowed(self, group: Group) -> Callable[[Plan], Plan | None]:
        """All units of a group as slow as the slowest of them one step slower."""
        names = [cell.name for cell in self.search.groups[group]]

        def step(plan: Plan) -> Plan | None:
            shapes = {name: self.search.shapes_of(plan, name) for name in names}
            places = {name: each.index(plan.shapes[name]) for name, each in shapes.items()}
            slower = [shapes[name][place - 1][0] for name, place in places.items() if place]
            if not slower:
                return None
            chosen = {name: shape_for(each, max(slower)) for name, each in shapes.items()}
            return replace(plan, shapes=plan.shapes | chosen)

        return step

    def _shape_step(self, name: str, way: int) -> Callable[[Plan], Plan | None]:
        def step(plan: Plan) -> Plan | None:
            shapes = self.search.shapes_of(plan, name)
            place = shapes.index(plan.shapes[name]) + way
            if not 0 <= place < len(shapes):
                return None
            return replace(plan, shapes=plan.shapes | {name: shapes[place]})

        return step

    def joined(self, cell: Cell) -> Callable[[Plan], Plan | None]:
        """A cell that goes on in the beats of a narrow operand takes those of its region."""

        def step(plan: Plan) -> Plan | None:
            if cell.name in plan.own:
                return None
            features = cell.value.features
            whole = best_lanes(features, most_lanes(plan, cell, cell.value.space, features))
            if self.trial.design(plan).streams[cell.name].lanes >= whole:
                return None
            return replace(plan, own=plan.own | {cell.name: _own_beats(plan, cell)})

        return step

    def _turned(self, name: str, is_slower: bool) -> Callable[[Plan], Plan | None]:
        """A unit for whole rows becomes one for beats as they come, or the other way round."""

        def step(plan: Plan) -> Plan | None:
            streamed = tuple(sorted({*plan.streamed} ^ {name}))
            other = replace(plan, streamed=streamed)
            shapes, now = self.search.shapes_of(other, name), plan.shapes[name][0]
            place = shapes.index(shape_for(shapes, now)) - is_slower
            return replace(other, shapes=plan.shapes | {name: shapes[max(place, 0)]})

        return step


def _wide(cells: Sequence[Cell]) -> list[Cell]:
    """Those with several lanes, if they are several."""
    found = [cell for cell in cells if cell.value.features > 1]
    return found if len(found) > 1 else []


def _own_beats(plan: Plan, cell: Cell) -> int:
    """The beats that a row of a cell takes."""
    value = cell.value
    most = most_lanes(plan, cell, value.space, value.features)
    return value.features // best_lanes(value.features, most)


def _own_step(
    cells: Sequence[Cell], ladder: Callable[[int, int], Sequence[int]], way: int
) -> Callable[[Plan], Plan | None]:
    """Rows of these cells in more beats or fewer, as a `ladder` of features and beats has them."""

    def step(plan: Plan) -> Plan | None:
        own = {}
        for cell in cells:
            now = _own_beats(plan, cell)
            beats = _next(ladder(cell.value.features, now), now, way)
            if beats is not None:
                own[cell.name] = beats
        return replace(plan, own=plan.own | own) if own else None

    return step


def _beats_step(
    key: tuple[Region, str], features: Sequence[int], way: int
) -> Callable[[Plan], Plan | None]:
    every = sorted({beats for each in features for beats in divisors(each)})

    def lanes(beats: int) -> list[int]:
        return [fewest_lanes(each, beats) for each in features]

    def step(plan: Plan) -> Plan | None:
        now = plan.beats.get(key, 1)
        ladder = [beats for beats in every if lanes(beats) != lanes(now)]
        beats = _next(ladder, now, way)
        return None if beats is None else replace(plan, beats=plan.beats | {key: beats})

    return step


def widened(key: tuple[Region, str], kept: Sequence[Cell]) -> Callable[[Plan], Plan | None]:
    """Whole rows in a region, but where there are multipliers: these keep the beats they have."""

    def step(plan: Plan) -> Plan | None:
        if plan.beats.get(key, 1) == 1:
            return None
        own = {cell.name: _own_beats(plan, cell) for cell in kept if region_of(cell) == key[0]}
        return replace(plan, beats=plan.beats | {key: 1}, own=own | plan.own)

    return step


def _next(ladder: Sequence[int], beats: int, way: int) -> int | None:
    """The next number of beats per row, more or fewer."""
    if way > 0:
        return next((other for other in ladder if other > beats), None)
    return next((other for other in reversed(ladder) if other < beats), None)


def divisors(features: int) -> list[int]:
    """How many beats a row of `features` may take."""
    return [beats for beats in range(1, features + 1) if features % beats == 0]


def _any_beats(features: int, _: int) -> list[int]:
    """All of them, however many the row takes now."""
    return divisors(features)


def parts(features: int, now: int) -> list[int]:
    """Those that a row in `now` beats takes when beats are joined, or cut."""
    return [beats for beats in divisors(features) if beats % now == 0 or now % beats == 0]
