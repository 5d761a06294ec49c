"""A project: the folder of a built design, and what can be done with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gengnn.compiler import Options, calibration, compile_model, evenly
from gengnn.data import check_limits, load_data, samples_of
from gengnn.design import Design
from gengnn.emit.folder import check_mark, check_output, mark, replacing, write_text
from gengnn.emit.hls import emit_hls
from gengnn.emit.rtl import emit_rtl
from gengnn.emit.templates import render
from gengnn.errors import ConfigError
from gengnn.frontend import load
from gengnn.ir import Kind, Value
from gengnn.metrics import Metric, as_matrix, labels_of, measure
from gengnn.passes.estimate import Work, estimate_interval, mean_cycles
from gengnn.predict import from_codes, predict, predict_float
from gengnn.progress import step
from gengnn.reference import Sample
from gengnn.report import (
    Accuracy,
    Check,
    Cycles,
    Interval,
    read_report,
    update_report,
    write_report,
)
from gengnn.report.first import first_report
from gengnn.simulate.compare import Difference
from gengnn.simulate.cosim import Drive, cosim
from gengnn.simulate.csim import csim
from gengnn.simulate.packets import GraphCodes
from gengnn.simulate.vectors import ship_vectors
from gengnn.store import load as load_stored
from gengnn.store import save
from gengnn.synth import SynthTool, synth

MODEL, DESIGN = "model.pt", "design"
"""The names of the model file and of the stored design inside the folder."""

SHIPPED_GRAPHS = 64
"""Graphs whose packets and answers are written for `make csim` and `make sim`."""

EMITTERS: dict[str, Callable[[Design, Path], None]] = {"hls": emit_hls, "rtl": emit_rtl}

Graphs = str | Path | Sequence[object]
"""A file of graphs, or PyG Data themselves."""

Outputs = Tensor | tuple[Tensor, ...]
"""One tensor [rows, *shape], graph after graph, or one per output of the model."""


@dataclass(frozen=True)
class Simulation:
    """What a simulator computed: outputs as floats, and how they compare with the reference.

    `mismatches` counts differing values, `graph` is the first graph that has one (else -1) and
    `difference` the first of its tensors inside the model, where the simulator traces them.
    `cycles` has one entry per graph, and none in C-simulation. `interval` is the mean of cycles
    from one result to the next, where graphs were sent back to back.
    """

    outputs: Outputs
    mismatches: int
    graph: int = -1
    difference: Difference | None = None
    cycles: tuple[int, ...] = ()
    waves: Path | None = None
    interval: float | None = None


@dataclass(frozen=True)
class Project:
    """A built design in its folder; every run adds its figures to report.json there."""

    folder: Path
    design: Design

    @classmethod
    def open(cls, folder: str | Path) -> Project:
        """The project that `build` wrote to `folder`.

        Raises:
            ConfigError: there is none, or another version of gengnn wrote it.
        """
        check_mark(Path(folder))
        return cls(Path(folder), load_stored(Path(folder) / DESIGN))

    @property
    def report(self) -> dict[str, Any]:
        """The dictionary of report.json."""
        return read_report(self.folder)

    def predict(self, graphs: Graphs) -> Outputs:
        """The outputs in fixed point, as floats, by the integer reference.

        Raises:
            DataError: a graph does not fit the model or the design's limits.
        """
        return _unwrap(self._predict(self._samples(load_data(graphs))))

    def csim(self, graphs: Graphs) -> Simulation:
        """Compile and run the C++, and compare it with the reference.

        Raises:
            DataError: a graph does not fit the model or the design's limits.
            ToolError: a tool is missing or failed.
        """
        samples = self._samples(load_data(graphs))
        self._predict(samples)
        with step(f"C-simulation of {len(samples)} graphs"):
            found = csim(self.design, self.folder, samples)
        update_report(self.folder, checks={"csim": asdict(Check(len(samples), found.mismatches))})
        outputs = self._floats(found.outputs)
        return Simulation(outputs, found.mismatches, found.graph, found.difference)

    def cosim(self, graphs: Graphs, waves: bool = False, back_to_back: bool = False) -> Simulation:
        """Simulate the RTL, and compare it with the reference.

        A graph is sent when the one before it is answered, for its latency; with `back_to_back`
        packets follow each other without a pause, for the interval between results.

        Raises:
            DataError: a graph does not fit the model or the design's limits.
            ToolError: a tool is missing or failed.
        """
        samples = self._samples(load_data(graphs))
        self._predict(samples)
        drive = Drive(one_at_a_time=not back_to_back)
        with step(f"RTL simulation of {len(samples)} graphs"):
            found = cosim(self.design, self.folder, samples, waves=waves, drive=drive)
        update_report(self.folder, checks={"rtl": asdict(Check(len(samples), found.mismatches))})
        if back_to_back:
            news = {
                "estimated_interval": interval_of(self.design, samples),
                "rtl_interval": asdict(Interval(found.interval, len(samples))),
            }
            update_report(self.folder, throughput=news)
        else:
            latency = {
                "estimated_cycles": self._estimate(samples),
                "rtl_cycles": asdict(Cycles.of(found.cycles)),
            }
            update_report(self.folder, latency=latency)
        return Simulation(
            self._floats(found.outputs),
            found.mismatches,
            found.graph,
            cycles=tuple(found.cycles),
            waves=found.waves,
            interval=found.interval,
        )

    def compare(self, graphs: Graphs, metric: str = "pearson") -> Accuracy:
        """Measure the float model and the fixed-point one, against the labels y of the graphs.

        "pearson" is the correlation with the float model's own outputs, and needs no labels.

        Raises:
            ConfigError: there is no such metric.
            DataError: a graph has no y, or it does not fit the outputs.
        """
        if metric not in list(Metric):
            raise ConfigError(f"unknown metric {metric!r}\n  expected {', '.join(Metric)}")
        data = load_data(graphs)
        samples = self._samples(data)
        fixed = as_matrix(self._predict(samples)[0])
        with step("float model"):
            model = load(self.folder / MODEL)
            real = as_matrix(predict_float(model, samples_of(model, data)).outputs[0])
        target = real if metric == Metric.PEARSON else labels_of(data)
        is_class = self._first_output().kind is Kind.INDEX
        found = Accuracy(
            metric=metric,
            float=measure(Metric(metric), real, target, is_class),
            fixed=measure(Metric(metric), fixed, target, is_class),
        )
        update_report(self.folder, accuracy=asdict(found))
        return found

    def synth(self, tool: str = "yosys") -> dict[str, Any]:
        """Count the resources of the design with a synthesis tool.

        Raises:
            ConfigError: there is no such tool.
            ToolError: the tool is missing or failed.
        """
        if tool not in list(SynthTool):
            raise ConfigError(f"unknown tool {tool!r}\n  expected {', '.join(SynthTool)}")
        found = synth(self.design, self.folder, SynthTool(tool))
        update_report(self.folder, resources={tool: found})
        return found

    def _first_output(self) -> Value:
        return self.design.graph.values[self.design.graph.outputs[0]]

    def _samples(self, data: Sequence[object]) -> list[Sample]:
        samples = samples_of(self.design.graph, data)
        check_limits(self.design.graph, samples)
        return samples

    def _predict(self, samples: Sequence[Sample]) -> tuple[Tensor, ...]:
        """The reference's outputs; its saturations go into the report."""
        with step(f"integer reference of {len(samples)} graphs"):
            found = predict(self.design.graph, samples)
        counts = {name: 0 for name in self.report["formats"]} | dict(found.saturations)
        update_report(self.folder, formats={name: {"saturations": n} for name, n in counts.items()})
        return found.outputs

    def _floats(self, graphs: Sequence[GraphCodes]) -> Outputs:
        """Codes [rows, lanes] of each graph as the model's outputs; refused graphs have none."""
        outputs = []
        for name in self.design.graph.outputs:
            value = self.design.graph.values[name]
            parts = [codes[name] for codes in graphs if name in codes]
            joined = np.concatenate(parts) if parts else np.zeros((0, value.features))
            outputs.append(from_codes(value, torch.from_numpy(joined)).reshape(-1, *value.shape))
        return _unwrap(tuple(outputs))

    def _estimate(self, samples: Sequence[Sample]) -> float:
        """Mean of the cycles that the cost model expects of each graph."""
        return mean_cycles(self.design, [Work.of(self.design.graph, each) for each in samples])


def interval_of(design: Design, samples: Sequence[Sample]) -> float:
    """Estimated mean cycles from one result to the next, graphs sent without a pause."""
    return estimate_interval(design, [Work.of(design.graph, sample) for sample in samples])


def build(model: str | Path, *, data: Graphs, out: str | Path = "build", **options: Any) -> Project:
    """Compile a model file and write the project folder `out`.

    Args:
        model: what `gengnn.export` wrote.
        data: calibration graphs; their sizes also set the limits that are not asked for.
        out: replaced if it is empty or a gengnn project, refused otherwise.
        options: the fields of `gengnn.compiler.Options`.

    Raises:
        GengnnError: see its subclasses; `out` is then as it was before.
    """
    place, source, asked = Path(out), Path(model), Options(**options)
    check_output(place)
    graphs = load_data(data)
    with step("compile"):
        design = compile_model(source, graphs, asked)
    samples = samples_of(design.graph, graphs)
    with step("write the project"), replacing(place) as draft:
        _write(draft, design, source, samples, asked)
    return Project(place, design)


def _write(
    folder: Path, design: Design, model: Path, samples: Sequence[Sample], asked: Options
) -> None:
    """Everything that a project folder holds."""
    backends = sorted(asked.backends)
    for backend in backends:
        EMITTERS[backend](design, folder)
    ship_vectors(design, folder, samples[:SHIPPED_GRAPHS])
    shutil.copyfile(model, folder / MODEL)
    save(design, folder / DESIGN)
    works = [Work.of(design.graph, sample) for sample in evenly(samples, SHIPPED_GRAPHS)]
    found = predict(design.graph, calibration(samples))
    write_report(folder, first_report(design, works, found.saturations))
    write_text(
        folder / "README.md", render("project/README.md.j2", design=design, backends=backends)
    )
    mark(folder, backends=backends, digest=design.digest)


def _unwrap(outputs: tuple[Tensor, ...]) -> Outputs:
    return outputs[0] if len(outputs) == 1 else outputs
