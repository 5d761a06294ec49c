"""Figures of one design, measured step by step: accuracy, mismatches, cycles, resources, speed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch_geometric.data import Data

import gengnn
from benchmarks.workloads import (
    MULTIPLIERS,
    Workload,
    float_pass,
    multiplications,
    timed,
    trained,
)
from gengnn.data import samples_of
from gengnn.metrics import Metric, measure
from gengnn.parts import RESOURCES
from gengnn.passes.estimate import estimate
from gengnn.simulate.cosim import Drive, compile_project, cosim

PART = "xcu50"

Figures = dict[str, float]
"""Numbers by name."""

Record = dict[str, Figures]
"""The figures of each step that was run on a design."""


@dataclass(frozen=True)
class Case:
    """A model, the graphs it runs on, and what its design may use: options of `gengnn.build`."""

    model: str
    workload: Workload
    graphs: list[Data]
    options: Mapping[str, float | str]
    folder: Path


@dataclass(frozen=True)
class Built:
    """A case with its design and its float model."""

    case: Case
    model: nn.Module
    project: gengnn.Project


def build(case: Case) -> tuple[Built, Figures]:
    """Compile a case; what the compiler says of it, and the bound that its multipliers set."""
    model, workload = trained(case.model), case.workload
    case.folder.parent.mkdir(parents=True, exist_ok=True)
    archive = case.folder.with_suffix(".pt")
    gengnn.export(model, workload.calibration[0], archive)
    asked = {"part": PART, **case.options, **workload.limits}
    seconds, project = timed(
        lambda: gengnn.build(archive, data=workload.calibration, out=case.folder, **asked)
    )
    cost = project.design.cost
    found = {name: getattr(cost, name) for name in RESOURCES}
    bound = multiplications(model, case.graphs) / MULTIPLIERS
    flowgnn = workload.flowgnn[case.model]
    return Built(case, model, project), {
        **found,
        "seconds": seconds,
        "clock_mhz": project.design.clock_mhz,
        "bound": bound,
        "flowgnn": flowgnn,
    }


def accuracy(built: Built) -> Figures:
    """ROC-AUC of the float model and of the fixed-point one."""
    graphs, valid = built.case.graphs, built.case.workload.valid
    fixed = built.project.predict(graphs)
    assert isinstance(fixed, torch.Tensor)
    return {
        "valid": auc(float_pass(built.model, valid), valid),
        "float": auc(float_pass(built.model, graphs), graphs),
        "fixed": auc(fixed, graphs),
    }


def auc(scores: torch.Tensor, graphs: list[Data]) -> float:
    """ROC-AUC of scores [graphs, 1] against the labels."""
    labels = torch.cat([graph.y.reshape(-1) for graph in graphs]).double().numpy()
    return measure(Metric.ROC_AUC, scores.double().numpy(), labels)


def csim(built: Built) -> Figures:
    """Values that the C++ computes differently from the reference."""
    found = built.project.csim(built.case.graphs)
    return {"graphs": len(built.case.graphs), "mismatches": found.mismatches}


def rtl(built: Built) -> Figures:
    """Mismatches, cycles and speed of the RTL, and how well the compiler foresaw the cycles."""
    design, folder = built.project.design, built.project.folder
    compile_s, _ = timed(lambda: compile_project(folder))
    samples = samples_of(design.graph, built.case.graphs)
    seconds, found = timed(lambda: cosim(design, folder, samples))
    cycles = np.array(found.cycles, dtype=np.float64)
    expected = np.array([estimate(design, sample) for sample in samples])
    error = np.abs(expected / cycles - 1)
    return {
        "graphs": len(samples),
        "mismatches": found.mismatches,
        "cycles": cycles.mean(),
        "least": cycles.min(),
        "most": cycles.max(),
        "estimate": expected.mean(),
        "mean_error": error.mean(),
        "worst_error": error.max(),
        "compile_seconds": compile_s,
        "seconds": seconds,
        "cores": os.cpu_count() or 1,
    }


def overlap(built: Built) -> Figures:
    """Mismatches, and cycles from answer to answer where graphs are sent as soon as taken."""
    design, folder = built.project.design, built.project.folder
    samples = samples_of(design.graph, built.case.graphs)
    found = cosim(design, folder, samples, drive=Drive(one_at_a_time=False))
    return {
        "graphs": len(samples),
        "mismatches": found.mismatches,
        "cycles": found.interval or float(np.mean(found.cycles)),
    }


def synth(built: Built) -> Figures:
    """Resources by Yosys."""
    found = built.project.synth("yosys")
    return {name: found[name] for name in RESOURCES}


STEPS: dict[str, Callable[[Built], Figures]] = {
    "accuracy": accuracy,
    "csim": csim,
    "rtl": rtl,
    "overlap": overlap,
    "synth": synth,
}
"""What is measured of a built design, in order."""


def sources_key(folder: Path) -> str:
    """A hash of all generated sources of a project: figures of other sources are stale."""
    digest = hashlib.sha256()
    places = sorted(path for back_end in ("hls", "rtl") for path in (folder / back_end).rglob("*"))
    for path in places:
        if path.is_file() and "build" not in path.relative_to(folder).parts:
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


class Store:
    """Records by the name of a case, in a JSON file."""

    def __init__(self, path: Path) -> None:
        """Read what is known."""
        self.path = path
        known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        self.keys: dict[str, str] = known.get("keys", {})
        self.records: dict[str, Record] = known.get("records", {})

    def begin(self, name: str, key: str) -> None:
        """Forget what is known of a case unless its sources are the same."""
        if self.keys.get(name) != key:
            self.records.pop(name, None)
        self.keys[name] = key

    def put(self, name: str, step: str, figures: Figures) -> None:
        """Keep the figures of a step, on the disk too."""
        self.records.setdefault(name, {})[step] = {key: float(x) for key, x in figures.items()}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"keys": self.keys, "records": self.records}, indent=1, sort_keys=True)
        self.path.write_text(text + "\n", encoding="utf-8")
