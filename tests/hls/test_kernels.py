"""Every C++ kernel computes what the op's integer meaning says, code for code."""

from __future__ import annotations

import numpy as np
import pytest

from gengnn.design import Stream, Unit, unsigned
from gengnn.ops import REGISTRY
from gengnn.simulate.beats import Codes
from tests.hls.bench import run_units
from tests.ops.cases import Case, cases, cast_cases

CASES = {case.name: case for case in (*cases(), *cast_cases())}
SEED = 7


def unit_of(case: Case) -> Unit:
    site = case.site
    return Unit(
        case.name,
        case.op.kernel,
        case.op.kernel_params(site),
        {port: f"{case.name}_{port}" for port in case.op.ports},
        {"y": f"{case.name}_y"},
        case.op.memories(site),
        case.op.comment(site.inputs, site.output),
    )


def streams_of(case: Case) -> dict[str, Stream]:
    found = {}
    for port, value in zip((*case.op.ports, "y"), case.values, strict=True):
        lanes, name = case.site.lanes[port], f"{case.name}_{port}"
        beats = value.features // lanes
        found[name] = Stream(name, lanes, value.format.width, beats, not unsigned(value), 0)
    return found


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Codes]]:
    """What every unit put out on its stream `<case>_y`, graph by graph."""
    streams: dict[str, Stream] = {}
    stimuli: dict[str, list[Codes]] = {}
    units = []
    for name, case in CASES.items():
        streams |= streams_of(case)
        graphs = case.graphs(SEED)
        stimuli |= {f"{name}_{port}": [g[port] for g in graphs] for port in case.op.ports}
        units.append((unit_of(case), len(graphs)))
    return run_units(units, streams, stimuli, tmp_path_factory.mktemp("kernels"))


def test_every_op_has_a_case() -> None:
    assert {type(case.op) for case in CASES.values()} == set(REGISTRY.values())


@pytest.mark.parametrize("name", CASES)
def test_kernel_equals_integer_meaning(name: str, results: dict[str, list[Codes]]) -> None:
    case = CASES[name]
    graphs = case.graphs(SEED)
    answers = results[f"{name}_y"]
    assert len(answers) == len(graphs)
    for number, (graph, got) in enumerate(zip(graphs, answers, strict=True)):
        expected = case.expected(graph, number % case.site.iters)
        np.testing.assert_array_equal(
            got, expected, f"graph {number}: tests/hls/test_kernels.py -k {name}, seed {SEED}"
        )
