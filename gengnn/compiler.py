"""The compiler: one flow from a model file to a design, each line a stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from gengnn.data import PLAIN, check_limits, samples_of
from gengnn.design import COUNT_BITS, Design
from gengnn.errors import ConfigError, DataError, PrecisionError
from gengnn.frontend import load
from gengnn.ir import Graph
from gengnn.parts import part
from gengnn.passes.apart import apart
from gengnn.passes.columns import split_columns
from gengnn.passes.copies import drop_copies
from gengnn.passes.fold import fold
from gengnn.passes.goal import Optimize
from gengnn.passes.lift import lift
from gengnn.passes.order import order_rows
from gengnn.passes.quantize import Precision, quantize
from gengnn.passes.schedule import Budget, schedule
from gengnn.passes.simplify import simplify
from gengnn.reference import Sample, row_counts

CALIBRATION_GRAPHS = 2048
"""Graphs that set the formats of inner tensors; inputs are checked on all."""


MOST_ROWS = (1 << COUNT_BITS) - 1
"""Rows that the header of a packet can tell."""

TYPICAL_GRAPHS = 16
"""Graphs whose estimated cycles decide between schedules."""


@dataclass(frozen=True)
class Options:
    """What a build is asked for; `limits` are the most rows of spaces by name."""

    part: str = "xcu50"
    clock_mhz: float = 300.0
    precision: str | Mapping[str, object] = "auto"
    max_nodes: int | None = None
    max_edges: int | None = None
    max_graphs: int | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    utilization: float = 0.7
    multipliers: int | None = None
    optimize: str = Optimize.LATENCY
    backends: tuple[str, ...] = ("hls", "rtl")
    dump: Path | None = None


@dataclass
class Dump:
    """Writes the graph as text after each pass, where a folder was asked for."""

    folder: Path | None
    count: int = 0

    def __call__(self, stage: str, graph: Graph) -> Graph:
        """Verify and record `graph`; returns it."""
        graph.verify()
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            name = f"{self.count:02d}_{stage}.txt"
            (self.folder / name).write_text(str(graph), encoding="utf-8")
            self.count += 1
        return graph


def compile_model(
    model: Path,
    data: Sequence[object],
    options: Options,
    progress: Callable[[str], None] = lambda _: None,
) -> Design:
    """Compile a model file into a design.

    Args:
        model: a `torch.export` archive.
        data: calibration graphs (PyG Data, or mappings by input name).
        options: part, clock, precision, limits.
        progress: called with the name of each stage.

    Raises:
        GengnnError: see the subclasses; nothing has been written.
    """
    record, target, formats = Dump(options.dump), budget(options), precision(options)
    goal = objective(options)
    progress("load")
    graph = record("load", load(model))
    graph = record("simplify", simplify(graph))
    graph = record("columns", split_columns(graph))
    samples = samples_of(graph, data)
    rows = mean_rows(graph, samples)
    typical = evenly(samples, TYPICAL_GRAPHS)
    other = record("apart", apart(graph))
    forms = [graph] if other is graph else [graph, other]
    for number, form in enumerate(forms):
        graph = record("lift", lift(form, rows))
        graph = record("order", order_rows(graph, typical))
        graph = record("fold", fold(graph))
        forms[number] = record("limit", set_limits(graph, samples, options))
    progress("quantize")
    quantized: list[Graph] = []
    for form in forms:
        with suppress(*[PrecisionError] * len(quantized)):  # the first form tells what is wrong
            graph = record("quantize", quantize(form, calibration(samples), formats))
            quantized.append(record("copies", drop_copies(graph)))
    progress("schedule")
    first, *others = quantized
    return schedule(first, target, rows, name_of(model), typical, goal, others)


def precision(options: Options) -> Precision:
    """The parsed precision option."""
    return Precision.parse(options.precision)


def objective(options: Options) -> Optimize:
    """What the schedule makes short.

    Raises:
        ConfigError: there is no such goal.
    """
    if options.optimize not in list(Optimize):
        expected = ", ".join(Optimize)
        raise ConfigError(f"cannot optimize for {options.optimize!r}\n  expected {expected}")
    return Optimize(options.optimize)


def budget(options: Options) -> Budget:
    """The part and the limits on its use."""
    return Budget(part(options.part), options.clock_mhz, options.utilization, options.multipliers)


def name_of(model: Path) -> str:
    """An identifier made from the file name."""
    letters = "".join(c if c.isalnum() else "_" for c in model.stem.lower())
    return letters if letters[:1].isalpha() else f"model_{letters}"


def calibration(samples: Sequence[Sample]) -> list[Sample]:
    """At most CALIBRATION_GRAPHS samples, evenly spread over the data."""
    return evenly(samples, CALIBRATION_GRAPHS)


def evenly(samples: Sequence[Sample], count: int) -> list[Sample]:
    """At most `count` samples, evenly spread over the data."""
    if len(samples) <= count:
        return list(samples)
    chosen = np.linspace(0, len(samples) - 1, count).round().astype(int)
    return [samples[position] for position in chosen]


def mean_rows(graph: Graph, samples: Sequence[Sample]) -> dict[str, float]:
    """Mean rows per graph of each base space."""
    counts = [row_counts(graph, sample) for sample in samples]
    return {space: float(np.mean([c[space] for c in counts])) for space in counts[0]}


def next_power(size: int) -> int:
    """The least power of two that is at least `size` and 1."""
    return 1 << (max(1, size) - 1).bit_length()


def set_limits(graph: Graph, samples: Sequence[Sample], options: Options) -> Graph:
    """Declare the most rows per graph: as asked, else the next power of two over the data.

    Raises:
        ConfigError: a limit is asked for a space that the model does not have.
        DataError: there is no data, or a graph exceeds the limits asked for.
    """
    if not samples:
        raise DataError("no graphs to calibrate on\n  give some with --data graphs.pt")
    counts = [row_counts(graph, sample) for sample in samples]
    asked = asked_limits(options, list(counts[0]))
    limits = {
        space: asked.get(space) or next_power(max(c[space] for c in counts)) for space in counts[0]
    }
    limited = replace(graph, limits=limits)
    check_limits(limited, samples)
    return limited


def asked_limits(options: Options, spaces: Sequence[str]) -> dict[str, int]:
    """The limits asked for, by space.

    Raises:
        ConfigError: one is no count of rows, or of a space that is not among `spaces`; the options
            of the plain spaces are no error where a model has only such spaces.
    """
    plain = dict(
        zip(PLAIN, (options.max_nodes, options.max_edges, options.max_graphs), strict=True)
    )
    told = {space: rows for space, rows in plain.items() if rows is not None}
    if set(PLAIN).issuperset(spaces):
        told = {space: rows for space, rows in told.items() if space in spaces}
    told |= options.limits
    for space, rows in told.items():
        if space not in spaces:
            raise ConfigError(
                f"a limit is asked for {space}, which the model does not have\n"
                f"  it has {', '.join(spaces)}; --max {spaces[0]}=COUNT sets a limit"
            )
        if not 0 < rows <= MOST_ROWS:
            raise ConfigError(f"the limit of {space} is {rows}, expected 1 to {MOST_ROWS:,}")
    return told
