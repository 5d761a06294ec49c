"""The search: a start is improved and never made worse, throughput is worth its own design."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import gengnn.passes.schedule as scheduling
from gengnn.ir import Graph
from gengnn.parts import part
from gengnn.passes.budget import Budget
from gengnn.passes.estimate import Work, estimate_interval, estimate_work, mean_cycles
from gengnn.passes.fold import fold
from gengnn.passes.goal import Optimize
from gengnn.passes.improve import Improve, parts, widened
from gengnn.passes.limits import limits
from gengnn.passes.parallel import Search
from gengnn.passes.plan import region_of
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.schedule import schedule, spread
from gengnn.passes.trial import Outcome, Trial
from gengnn.passes.wiring import Wiring
from tests.graphs import Builder, gine, make, molecules, virtual

ROWS = {"nodes": 12.0, "edges": 25.0, "graphs": 1.0}
BUDGETS = (20, 60, 150)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return quantize(fold(gine()), molecules(), Precision())


@pytest.fixture(scope="module")
def works(graph: Graph) -> list[Work]:
    return [Work.of(graph, sample) for sample in molecules(8)]


def searched(graph: Graph, works: list[Work], multipliers: int) -> tuple[Search, Trial, Outcome]:
    """A search, and the plan that it starts from."""
    netlist = Wiring(graph).build()
    trial = Trial(graph, netlist, Budget(part("xcu50"), multipliers=multipliers), "test", works)
    search = Search(graph, netlist, ROWS)
    return search, trial, trial.outcome(search.run(256, 0.25, trial.budget, trial))


@pytest.mark.parametrize("multipliers", BUDGETS)
def test_a_start_is_never_made_worse(graph: Graph, works: list[Work], multipliers: int) -> None:
    search, trial, start = searched(graph, works, multipliers)
    found = Improve(search, trial).run(start, 60)
    assert not start.is_better(found)
    assert trial.fits(found)


def test_the_local_search_saves_cycles(graph: Graph, works: list[Work]) -> None:
    saved = []
    for multipliers in BUDGETS:
        search, trial, start = searched(graph, works, multipliers)
        saved.append(1 - Improve(search, trial).run(start, 60).cycles / start.cycles)
    assert max(saved) > 0.03


def test_rows_stay_in_the_beats_in_which_they_come(graph: Graph, works: list[Work]) -> None:
    _, trial, start = searched(graph, works, 150)
    told = replace(start.plan, beats={}, own={"eps_0": 4})
    for plan, lanes in ((told, 2), (replace(told, keeps_beats=False), 8)):
        streams = trial.design(plan).streams
        assert streams["eps_0"].lanes == 2
        assert streams["in_0"].lanes == lanes


def test_narrow_rows_may_be_joined_in_front_of_what_takes_them(
    graph: Graph, works: list[Work]
) -> None:
    search, trial, start = searched(graph, works, 150)
    narrow = replace(start.plan, beats={}, own={"eps_0": 4})
    steps = {
        cell.name: Improve(search, trial).joined(cell)
        for cell in trial.netlist.cells
        if cell.name in {"eps_0", "in_0", "relu_0"}
    }
    joined = steps["in_0"](narrow)
    assert joined is not None
    assert joined.own == {"eps_0": 4, "in_0": 1}
    lanes = [trial.design(plan).streams["in_0"].lanes for plan in (narrow, joined)]
    assert lanes == [2, 8]
    assert [steps[name](joined) for name in ("eps_0", "in_0", "relu_0")] == [None] * 3


def test_a_sum_over_a_graph_hands_out_whole_rows(graph: Graph, works: list[Work]) -> None:
    """It waits for the last beat in any case; with graphs in flight it takes few lanes instead."""
    _, trial, start = searched(graph, works, 150)
    told = replace(start.plan, beats={}, own={"relu_0": 4})
    for plan, lanes in ((told, 8), (replace(told, keeps_beats=False), 2)):
        streams = trial.design(plan).streams
        assert streams["relu_0_to1"].lanes == 2
        assert streams["total"].lanes == lanes


def test_a_region_gets_whole_rows_but_for_what_multiplies(graph: Graph, works: list[Work]) -> None:
    _, trial, start = searched(graph, works, 150)
    cell = next(cell for cell in trial.netlist.cells if cell.name == "eps_0")
    key = (0, 0), "nodes"
    step = widened(key, [cell])
    narrow = replace(start.plan, beats={key: 4}, own={})
    wide = step(narrow)
    assert wide is not None
    assert (wide.beats, wide.own) == ({key: 1}, {"eps_0": 4})
    lanes = [trial.design(plan).streams["eps_0"].lanes for plan in (narrow, wide)]
    assert lanes == [2, 2]
    assert step(wide) is None


def test_trials_are_counted(graph: Graph, works: list[Work]) -> None:
    search, trial, start = searched(graph, works, 60)
    improve = Improve(search, trial)
    improve.run(start, 5)
    assert improve.left == 0


def test_polishing_pays_with_several_steps_of_one_unit(graph: Graph, works: list[Work]) -> None:
    search, trial, start = searched(graph, works, 16)
    improve = Improve(search, trial)
    found = improve.run(start, 500)
    assert improve.left > 0  # no single step and no exchange of single steps helps
    polished = improve.polish(found, 300)
    assert trial.fits(polished)
    assert polished.cycles < 0.95 * found.cycles


def test_a_polished_plan_must_save_enough(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    task = scheduling._Task(Budget(part("xcu50"), multipliers=16), ROWS, "test", molecules(8))
    worse = max(task.starts([graph], False), key=scheduling._Starts.promised)
    best, left = worse.best(500)
    plain, polished = scheduling._polished([best], left)
    assert plain == (best.outcome, worse.trial)
    assert polished[0].cycles < (1.0 - scheduling.POLISH_GAIN) * best.outcome.cycles
    monkeypatch.setattr(scheduling, "POLISH_GAIN", 0.5)
    assert scheduling._polished([best], left) == [plain]


def test_throughput_has_the_shorter_interval(graph: Graph) -> None:
    budget, samples = Budget(part("xcu50"), multipliers=200), molecules(8)
    designs = {goal: schedule(graph, budget, ROWS, "test", samples, goal) for goal in Optimize}
    intervals = {
        goal: estimate_interval(design, [Work.of(design.graph, sample) for sample in samples])
        for goal, design in designs.items()
    }
    assert intervals[Optimize.THROUGHPUT] < 0.8 * intervals[Optimize.LATENCY]
    assert designs[Optimize.THROUGHPUT].loops == ()
    assert all(design.cost.dsp <= 200 for design in designs.values())


def test_throughput_gives_up_the_fold_only_for_much(graph: Graph) -> None:
    """With few multipliers its design is that of latency; with many it takes 15 % less at least."""
    samples, few, many = molecules(8), Budget(part("xcu50"), multipliers=12), BUDGETS[1]
    one, same = (schedule(graph, few, ROWS, "test", samples, goal) for goal in Optimize)
    assert one.digest == same.digest
    assert one.loops == (3,)
    budget = replace(few, multipliers=many)
    one, apart = (schedule(graph, budget, ROWS, "test", samples, goal) for goal in Optimize)
    works = [Work.of(graph, sample) for sample in samples]
    assert (one.loops, apart.loops) == ((3,), ())
    assert estimate_interval(apart, works) < 0.85 * estimate_interval(one, works)


def test_throughput_keeps_the_fold_with_the_shortest_interval(
    graph: Graph, works: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With guests a single graph is slower here, and graphs follow one another sooner."""
    monkeypatch.setattr(scheduling, "APART_GAIN", 1.0)
    budget = Budget(part("xcu50"), multipliers=40)
    task = scheduling._Task(budget, ROWS, "test", molecules(8))
    folded = [(start.found[0], start.trial) for start in task.starts([graph], False)]
    designs = [trial.design(best.plan) for best, trial in folded]
    one, other = (mean_cycles(design, works) for design in designs)
    interval, shortest = (estimate_interval(design, works) for design in designs)
    assert one < other
    assert interval > shortest
    ((kept, _),) = task.apart([graph], folded)
    assert kept.cycles == shortest


def test_no_graph_waits_long_for_the_row_of_another(graph: Graph) -> None:
    """What has one row per graph takes at most half of what the multipliers allow on average."""
    netlist = Wiring(graph).build()
    plain, search = Search(graph, netlist, ROWS), Search(graph, netlist, ROWS, 800)
    cells = [cell for cells in plain.groups.values() for cell in cells]
    work = sum(
        plain.rows[cell.value.space]
        * plain.layers(region_of(cell))
        * math.prod(plain.shapes[cell.name][0])
        for cell in cells
    )
    slowest = {name: shapes[0][0] for name, shapes in search.shapes.items()}
    assert (plain.shapes["head"][0][0], slowest.pop("head")) == (8, 4)
    assert 4 <= work / 800 / 2 < 8
    assert slowest == {cell.name: 128 for cell in cells if cell.value.space == "nodes"}


def test_throughput_computes_nothing_for_nobody() -> None:
    """A folded layer may compute what only other layers need; apart from them nobody reads it."""
    typed = quantize(fold(virtual()), molecules(8), Precision())
    budget, samples = Budget(part("xcu50"), multipliers=200), molecules(8)
    design = schedule(typed, budget, ROWS, "test", samples, Optimize.THROUGHPUT)
    read = {wire for unit in design.units for wire in unit.inputs.values()}
    read |= {field.stream for layout in design.results for field in layout.fields}
    assert not design.loops
    assert {wire for unit in design.units for wire in unit.outputs.values()} <= read


def test_a_graph_follows_no_sooner_than_it_is_loaded(graph: Graph, works: list[Work]) -> None:
    _, trial, start = searched(graph, works, 150)
    design = trial.design(start.plan)
    for work in works:
        loaded = 1 + sum(
            work.counts.get(rows.space, 1) * rows.beats(design.tdata) for rows in design.layouts
        )
        assert loaded < estimate_interval(design, [work]) <= estimate_work(design, work)


def test_limits_are_what_quick_units_would_save(graph: Graph, works: list[Work]) -> None:
    _, trial, start = searched(graph, works, 20)
    design = trial.design(start.plan)
    found = limits(design, works)
    assert found
    assert [limit.saved for limit in found] == sorted((x.saved for x in found), reverse=True)
    worst = found[0]
    units = tuple(
        replace(unit, cost=replace(unit.cost, interval=1)) if unit.name in worst.units else unit
        for unit in design.units
    )
    quick = mean_cycles(replace(design, units=units), works)
    assert worst.saved == mean_cycles(design, works) - quick
    assert worst.interval > 1
    assert {unit.cost.interval for unit in design.units if unit.name in worst.units} == {
        worst.interval
    }


def test_few_graphs_stand_for_all(graph: Graph) -> None:
    """The mean size of four is within a tenth of that of 36."""
    works = [Work.of(graph, sample) for sample in molecules(36)]
    sizes = [sum(work.counts.values()) for work in spread(works, 4)]
    assert sizes == sorted(sizes)
    assert len(sizes) == 4
    mean = np.mean([sum(work.counts.values()) for work in works])
    assert abs(np.mean(sizes) / mean - 1) <= 0.1


def test_a_plan_is_tried_once(graph: Graph, works: list[Work]) -> None:
    search, trial, start = searched(graph, works, 60)
    improve = Improve(search, trial)
    improve.left = 5
    first = improve.attempt(start.plan)
    assert improve.attempt(replace(start.plan)) is first
    assert improve.left == 4


@pytest.mark.parametrize("is_steady", [False, True])
def test_what_is_recalled_makes_no_difference(
    graph: Graph, works: list[Work], is_steady: bool
) -> None:
    """Units of many designs that take equal rows are told apart where their results differ.

    So they are where graphs follow one another.
    """
    search, trial, start = searched(graph, works, 150)
    trial = replace(trial, is_steady=is_steady)
    estimated = estimate_interval if is_steady else mean_cycles
    moves = Improve(search, trial).joint_moves(start.plan)
    plans = [start.plan, *(plan for move in moves if (plan := move.apply(start.plan))), start.plan]
    cycles = [trial.outcome(plan).cycles for plan in plans]
    assert cycles == [estimated(trial.design(plan), works) for plan in plans]
    assert len(set(cycles)) > 1


def test_cells_of_a_level_step_together(graph: Graph, works: list[Work]) -> None:
    """Beats are joined or cut: no row is collected only to be cut elsewhere."""
    search, trial, start = searched(graph, works, 150)
    moves = Improve(search, trial).joint_moves(start.plan)
    plans = [plan for move in moves if (plan := move.apply(start.plan))]
    assert plans
    known = {cell.name: cell for cell in search.netlist.cells}
    for plan in plans:
        assert len(plan.own) > 1
        assert len({known[name].scope for name in plan.own}) == 1
        assert trial.design(plan).units
    assert parts(80, 10) == [1, 2, 5, 10, 20, 40, 80]


def test_a_memo_changes_no_estimate(graph: Graph, works: list[Work]) -> None:
    """Every plan that a search tries has the cycles that it has without a memo."""
    search, trial, start = searched(graph, works, 100)
    improve = Improve(search, trial)
    improve.run(start, 60)
    assert len(improve.known) >= 60
    for outcome in improve.known.values():
        assert outcome.cycles == mean_cycles(trial.design(outcome.plan), works)


def test_a_lead_gives_the_largest_group_more_multipliers(graph: Graph, works: list[Work]) -> None:
    """The told group has the level that it was told, whatever is left for the others."""
    search, trial, start = searched(graph, works, 150)
    leads = search.leads(start.plan)
    assert leads
    for lead in leads:
        ((group, place),) = lead.items()
        level = search.levels[group][place]
        plan = search.run(256, 0.25, trial.budget, trial, lead)
        assert level.shapes.items() <= plan.shapes.items()
        assert level.multipliers > sum(
            math.prod(start.plan.shapes[name][1:]) for name in level.shapes
        )


def head() -> Graph:
    """Atoms are summed over a graph, and a row per graph passes two layers."""
    rng, build = np.random.default_rng(0), Builder()
    owner = build("owner", make("Owner"), "rows_nodes")
    column = build("column", make("Slice", 0, 1), "x")
    atoms = build("atoms", make("Embedding"), column, table=rng.normal(size=(5, 16)))
    pooled = build("pooled", make("Scatter", "sum"), atoms, owner, "rows_graphs")
    up = build("up", make("Linear"), pooled, weight=rng.normal(size=(32, 16)))
    act = build("act", make("Relu"), up)
    return build.graph(build("down", make("Linear"), act, weight=rng.normal(size=(16, 32))))


def test_a_lone_row_passes_matrix_units_in_pairs() -> None:
    """The second unit takes beats as they come, which is quicker than whole rows."""
    graph = quantize(head(), molecules(), Precision())
    works = [Work.of(graph, sample) for sample in molecules(4)]
    _, trial, start = searched(graph, works, 40)
    assert start.plan.streamed == ("down",)
    whole = replace(start.plan, streamed=(), shapes=start.plan.shapes | {"down": (32, 1, 16)})
    assert trial.outcome(whole).cost.dsp == start.cost.dsp
    assert start.cycles < trial.outcome(whole).cycles
