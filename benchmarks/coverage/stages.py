"""One variant through the flow: what happened, stage after stage."""

from __future__ import annotations

import hashlib
import re
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import Data, HeteroData

import gengnn
from benchmarks.coverage.entry import Variant
from benchmarks.coverage.graphs import MAX_EDGES, MAX_GRAPHS, MAX_NODES, data_set
from benchmarks.coverage.measure import (
    DifferentError,
    Wanted,
    got,
    largest_error,
    overall_error,
    prepare,
    wanted,
)
from benchmarks.coverage.parameters import BOUND, check
from gengnn.data import samples_of
from gengnn.errors import (
    CapacityError,
    GengnnError,
    PrecisionError,
    ToolError,
    UnsupportedModelError,
)
from gengnn.frontend import load
from gengnn.passes.columns import split_columns
from gengnn.passes.fold import fold
from gengnn.passes.simplify import simplify
from gengnn.project import Project
from gengnn.reference import Sample
from gengnn.simulate.compare import expected_outputs
from gengnn.simulate.cosim import Drive, cosim
from gengnn.simulate.csim import csim

STAGES = ("import", "build", "csim", "rtl")
"""What can be asked for; each includes those before it."""

CALIBRATION, TEST = (1000, 96, 8), (2000, 16, 1)
"""First seed, number of random graphs, times that the odd ones come on top; of both data sets."""

LIMITS = {"nodes": MAX_NODES, "edges": MAX_EDGES, "graphs": MAX_GRAPHS}
"""The most rows of the usual spaces."""

MULTIPLIERS = (40, 80)
"""DSP blocks of a design: few, so that it compiles soon, and more for one that does not fit."""

PARAMETER_GRAPHS = 6
"""Graphs on which single trained tensors are moved, plus the odd ones."""

REFUSALS = (UnsupportedModelError, CapacityError, PrecisionError)
"""Errors that say that a model cannot be compiled; any other is a defect."""

PATIENCE = 50_000
"""Cycles without a beat after which a design hangs."""

REASON_LENGTH = 240
"""Characters of a reason that the table shows."""

PROPAGATE = re.compile(r"torch_geometric\.nn\.conv\.(\w+)_[A-Z]\w*_propagate_\w+\.py:\d+")
"""A file that PyG makes while it is loaded, with a random name."""


@dataclass(frozen=True)
class Compared:
    """Values compared with the reference, and how many of them differ."""

    mismatches: int
    values: int


@dataclass(frozen=True)
class Result:
    """What happened to a variant.

    `status` is "ok", "refused" (with a reason that gengnn gives), "wrong" (a result that is not
    PyG's, or a dropped parameter) or "crash" (anything else that is raised); `stage` is where.
    """

    status: str = "ok"
    stage: str = ""
    reason: str = ""
    note: str = ""
    float_error: float | None = None
    parameters: int = 0
    dropped: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    fixed_error: float | None = None
    csim: Compared | None = None
    rtl: Compared | None = None
    sources: str = ""
    asked: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, told: Mapping[str, object]) -> Result:
        """The result that was stored as JSON."""
        pairs = {name: Compared(**told[name]) for name in ("csim", "rtl") if told.get(name)}
        return cls(**{**told, **pairs})

    @property
    def is_exact(self) -> bool:
        """Both simulations ran, and nothing differs."""
        both = (self.csim, self.rtl)
        return self.status == "ok" and all(c is not None and not c.mismatches for c in both)


class Trial:
    """A variant on its way; `record` is called with the result so far after every stage.

    `seen` has simulations of other runs without a mismatch, by a hash of all they depend on.
    """

    def __init__(
        self,
        variant: Variant,
        folder: Path,
        seen: MutableMapping[str, Compared],
        record: Callable[[Result], None],
    ) -> None:
        self.variant, self.folder, self.seen, self.record = variant, folder, seen, record
        self.result = Result()
        self.names = list(variant.attributes)
        self.archive = folder / "model.pt"

    def run(self, last: str) -> Result:
        """All stages up to `last`."""
        steps = [self.construct, self.export, self.load, self.float, self.parameters]
        steps += [self.build, self.predict] if last != "import" else []
        steps += [self.csim] if last in {"csim", "rtl"} else []
        steps += [self.rtl] if last == "rtl" else []
        self.folder.mkdir(parents=True, exist_ok=True)
        for step in steps:
            self._try(step)
            self.record(self.result)
            if self.result.status != "ok":
                break
        return self.result

    def _try(self, step: Callable[[], None]) -> None:
        name, start = step.__name__, time.perf_counter()
        self.set(stage=name)
        try:
            step()
        except REFUSALS as error:
            self.set(status="refused", reason=reason_of(error))
        except DifferentError as error:
            self.set(status="wrong", reason=str(error))
        except Exception as error:  # a defect of gengnn, which must not stop the others
            self.set(status="crash", reason=crash_of(error))
        seconds = dict(self.result.seconds) | {name: round(time.perf_counter() - start, 2)}
        self.set(seconds=seconds)

    def set(self, **fields: object) -> None:
        """Change the result."""
        self.result = replace(self.result, **fields)

    def construct(self) -> None:
        """The module with its parameters, the graphs, and what it computes of them."""
        torch.manual_seed(1)
        self.module = prepare(self.variant.build())
        attributes = self.variant.attributes
        self.calibration = wanted(self.module, data_set(attributes, *CALIBRATION), self.names)
        self.test = wanted(self.module, data_set(attributes, *TEST), self.names)
        self.set(note=self.test.refused or self.calibration.refused)
        if not self.test.graphs or not self.calibration.graphs:
            self.set(status="refused", reason=f"PyG itself fails: {self.result.note}")

    def export(self) -> None:
        """The model file."""
        largest = max(self.calibration.graphs, key=rows_of)
        gengnn.export(self.module, largest, self.archive, **self.variant.export)

    def load(self) -> None:
        """The float graph, and the same after the passes before quantisation."""
        self.graph = load(self.archive)
        self.final = fold(split_columns(simplify(self.graph)))

    def float(self) -> None:
        """The float meaning of both graphs against PyG."""
        errors = [
            largest_error(want, got(graph, want.graphs))
            for graph in (self.graph, self.final)
            for want in (self.calibration, self.test)
        ]
        self.set(float_error=max(errors))
        if not max(errors) <= BOUND:
            self.set(status="wrong", reason=f"the float meaning differs by {max(errors):.1e}")

    def parameters(self) -> None:
        """Every trained tensor."""
        first = TEST[1] - PARAMETER_GRAPHS
        want = Wanted(self.test.graphs[first:], self.test.outputs[first:])
        found = check(self.module, self.archive, want, self.names)
        self.set(parameters=found.tensors, dropped=found.dropped, idle=found.idle)
        if found.dropped:
            self.set(status="wrong", reason=f"dropped parameters: {', '.join(found.dropped)}")

    def build(self) -> None:
        """The project; spaces without a limit here are bounded by the hub graph."""
        limits = {space: rows for space, rows in LIMITS.items() if space in self.final.spaces}
        few, more = MULTIPLIERS
        try:
            self.project = self._built(limits, few)
        except CapacityError:
            self.project = self._built(limits, more)

    def _built(self, limits: Mapping[str, int], multipliers: int) -> Project:
        folder = self.folder / "project"
        graphs = self.calibration.graphs
        return gengnn.build(
            self.archive, data=graphs, out=folder, limits=limits, multipliers=multipliers
        )

    def predict(self) -> None:
        """The integer reference against PyG."""
        told = self.project.predict(self.test.graphs)
        results = told if isinstance(told, tuple) else (told,)
        flat = [x.reshape(len(x), -1).double() for x in results]
        self.set(fixed_error=overall_error(self.test, flat))
        graph = self.project.design.graph
        self.samples = samples_of(graph, self.test.graphs)
        self.expected = expected_outputs(graph, self.samples)
        self.values = sum(codes.size for each in self.expected for codes in each.values())

    def csim(self) -> None:
        """The C++ against the reference, unless the same C++ was compared before."""
        self._compare("csim", "hls", self._run_csim)

    def rtl(self) -> None:
        """The RTL against the reference, unless the same RTL was compared before."""
        self._compare("rtl", "rtl", self._run_rtl)

    def _compare(self, name: str, part: str, simulate: Callable[[], Compared]) -> None:
        key = f"{name}-{digest(self.folder / 'project' / part, self.samples)}"
        compared = self.seen[key] if key in self.seen else simulate()
        self.set(**{name: compared})
        if compared.mismatches:
            self.set(status="wrong", reason=f"{compared.mismatches} mismatches")
        else:
            self.seen[key] = compared

    def _run_csim(self) -> Compared:
        found = csim(self.project.design, self.project.folder, self.samples)
        if found.difference:
            self.set(note=str(found.difference))
        return Compared(found.mismatches, self.values)

    def _run_rtl(self) -> Compared:
        """Twice: one packet at a time, then all in a row with pauses and back pressure."""
        drives = (
            Drive(patience=PATIENCE),
            Drive(has_pauses=True, has_back_pressure=True, one_at_a_time=False, patience=PATIENCE),
        )
        design, folder = self.project.design, self.project.folder
        found = [cosim(design, folder, self.samples, drive=drive).mismatches for drive in drives]
        return Compared(sum(found), len(drives) * self.values)


def rows_of(data: Data | HeteroData) -> int:
    """Rows of all tensors of a graph."""
    return sum(x.shape[-1 if "index" in key else 0] for key, x in _tensors(data))


def _tensors(data: Data | HeteroData) -> Iterator[tuple[str, Tensor]]:
    for store in data.stores:
        for key, x in store.items():
            yield str(key), x


def digest(folder: Path, samples: list[Sample]) -> str:
    """A hash of emitted files and of the graphs that are simulated."""
    told = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "build" not in path.relative_to(folder).parts:
            told.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    for sample in samples:
        for name, array in sample.items():
            told.update(name.encode() + np.ascontiguousarray(array).tobytes())
    return told.hexdigest()


def reason_of(error: GengnnError) -> str:
    """A refusal in one line: the operators, where they are, why."""
    lines = [line.strip() for line in str(error).splitlines()]
    kept = [x for x in lines if not x.startswith(("gengnn has kernels for", "rewrite the model"))]
    if re.match(r"cannot compile \d+ parts of", kept[0]):
        kept = kept[1:]
    told = "; ".join(kept).removeprefix("cannot compile ")
    return _short(PROPAGATE.sub(r"\1.py", told))


def crash_of(error: Exception) -> str:
    """A defect in one line: what was raised, and where in gengnn."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "gengnn" in frame.filename] or frames
    place = f"{Path(own[-1].filename).name}:{own[-1].lineno}"
    lines = str(error).strip().splitlines() or [""]
    told = lines[0] if not isinstance(error, ToolError) else " ".join([lines[0], *lines[-3:]])
    return _short(f"{type(error).__name__} in {place}: {told}")


def _short(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= REASON_LENGTH else joined[: REASON_LENGTH - 3] + "..."
