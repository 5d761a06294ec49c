"""Cycles of whole tops: they follow the graph, overlap, and are what the estimate says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gengnn.design import Design, Unit
from gengnn.passes.estimate import Work, estimate, estimate_interval
from gengnn.reference import Sample
from gengnn.simulate.cosim import Drive, cosim
from tests.rtl_top.designs import Project, apart, doubled, folded, queued, shared, streamed

pytestmark = pytest.mark.slow

BACK_TO_BACK = Drive(one_at_a_time=False)

ALONE = {
    "x": np.zeros((1, 2), dtype=np.int64),
    "src": np.zeros(0, dtype=np.int64),
    "dst": np.zeros(0, dtype=np.int64),
    "edge_attr": np.zeros((0, 1), dtype=np.int64),
}
"""A graph of one node."""


@pytest.fixture(scope="module")
def gine(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return folded(tmp_path_factory.mktemp("gine"))


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return streamed(tmp_path_factory.mktemp("stream"))


def cycles(project: Project, samples: list[Sample]) -> list[int]:
    found = cosim(project.design, project.folder, samples)
    assert found.mismatches == 0
    return found.cycles


def latency(design: Design) -> int:
    """Cycles of one row through every unit in turn, as often as its layer is passed."""

    def layers(unit: Unit) -> int:
        return design.loops[unit.loop] if unit.loop >= 0 else 1

    return sum(layers(unit) * (unit.cost.latency + unit.cost.interval) for unit in design.units)


def test_twice_the_limits_change_no_cycle(gine: Project, tmp_path: Path) -> None:
    larger = doubled(tmp_path)
    assert larger.design.layouts[0].max_rows == 2 * gine.design.layouts[0].max_rows
    assert cycles(larger, gine.samples) == cycles(gine, gine.samples)


def test_a_node_alone_takes_no_longer_than_the_pipeline(gine: Project) -> None:
    assert cycles(gine, [ALONE])[0] <= latency(gine.design)


def test_the_estimate_is_what_the_simulation_takes(gine: Project) -> None:
    """At most 5 % off on average, 10 % for each graph."""
    estimates = np.array([estimate(gine.design, sample) for sample in gine.samples])
    errors = estimates / np.array(cycles(gine, gine.samples)) - 1
    assert abs(errors.mean()) <= 0.05
    assert np.abs(errors).max() <= 0.10


@pytest.mark.parametrize("build", [queued, shared])
def test_the_estimate_knows_who_waits(build: Callable[[Path], Project], tmp_path: Path) -> None:
    """At most 3 cycles off."""
    project = build(tmp_path)
    told = [estimate(project.design, sample) for sample in project.samples]
    errors = np.array(told) - cycles(project, project.samples)
    assert np.abs(errors).max() <= 3


def test_rows_of_two_sums_do_not_wait_for_each_other(tmp_path: Path) -> None:
    """At most 3 cycles and 3 % off what would be so if neither had to do with the other."""
    project = apart(tmp_path)
    told = np.array([estimate(project.design, sample) for sample in project.samples])
    errors = told - cycles(project, project.samples)
    assert (np.abs(errors) <= 0.03 * told + 3).all()


def test_graphs_on_their_way_overlap(gine: Project, stream: Project) -> None:
    alone = float(np.mean(cycles(gine, gine.samples)))
    intervals = {}
    for name, project in (("latency", gine), ("throughput", stream)):
        found = cosim(project.design, project.folder, gine.samples, drive=BACK_TO_BACK)
        assert found.mismatches == 0
        assert found.interval is not None
        intervals[name] = found.interval
    assert intervals["throughput"] < intervals["latency"] < alone


def interval(project: Project, samples: list[Sample]) -> float:
    """Simulated cycles between results over those estimated."""
    found = cosim(project.design, project.folder, samples, drive=BACK_TO_BACK)
    works = [Work.of(project.design.graph, sample) for sample in samples]
    assert found.interval is not None
    return found.interval / estimate_interval(project.design, works)


@pytest.mark.parametrize("number", [1, 4])
def test_the_interval_of_equal_graphs_is_what_was_estimated(stream: Project, number: int) -> None:
    """At most 5 % off; graph 1 is bound by its nodes, graph 4 by its edges."""
    assert abs(interval(stream, [stream.samples[number]] * 20) - 1) <= 0.05


def test_unequal_graphs_wait_for_each_other(stream: Project) -> None:
    """Of 1 to 19 nodes and 0 to 49 edges: at most 30 % longer than estimated without waiting."""
    assert 1 <= interval(stream, stream.samples) <= 1.3


def test_one_graph_at_a_time_has_no_interval(gine: Project) -> None:
    assert cosim(gine.design, gine.folder, gine.samples[:2]).interval is None
