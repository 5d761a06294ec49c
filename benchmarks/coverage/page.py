"""docs/coverage.md: what happened to every row, from the stored results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch_geometric

from benchmarks.coverage.entry import Row, Variant
from benchmarks.coverage.registry import GROUPS, NEEDS_MORE
from benchmarks.coverage.runner import ROOT, Job, result_of
from benchmarks.coverage.stages import Compared, Result

PAGE = ROOT / "docs" / "coverage.md"

TITLES = {
    "conv": "Convolutions",
    "aggr": "Aggregations",
    "norm": "Normalisations",
    "models": "Ready models",
    "own": "Models of the literature that are no classes of PyG",
}

BASES = ("Aggregation",)
"""Classes of aggregations that compute nothing."""

HEAD = """\
# Coverage

What of PyG {pyg} compiles (torch {torch}), found out by running it: `make coverage` writes this
page. Support is per ATen operator, so a class that is not listed here compiles as soon as its
arithmetic does.

Each class is built with several choices of its options. A variant is exported, imported, quantised
to 16 bits from 160 calibration graphs, and run on 24 others in C++ (g++) and as RTL (Verilator;
every graph twice, the second time with pauses and back pressure): random graphs of 1 to 16 nodes
and 0 to 32 edges, graphs with isolated nodes, self-loops and duplicate edges, a hub, a single node,
no edges, and packets of up to 4 graphs where the model takes `batch`. A class counts when one of
its variants gets so far and none is a defect: no crash, no value that differs. "not run" marks what
the last run left out.

- **float error**: the imported graph against PyG's own module, both in float64, relative to the
  largest result of a graph; the bound is 1e-5. Every trained tensor is moved, and the results must
  follow.
- **16-bit error**: the fixed-point results against PyG's, the largest difference over all graphs
  relative to the largest result. It is large where the model itself magnifies small differences:
  PairNorm divides 0 by the root of 1e-5 on a graph of one node, a GMMConv with a narrow Gaussian
  takes the exponential of large negative numbers.
- **C++**, **RTL**: values that differ from the integer reference / values compared.

"""


NOT_RUN = "not run"
"""Stands for what the last run of the table did not come to."""


@dataclass(frozen=True)
class Tried:
    """A row and what happened to each of its variants."""

    row: Row
    results: tuple[tuple[Variant, Result], ...]

    def those(self, is_so: Callable[[Result], bool]) -> list[tuple[Variant, Result]]:
        """The variants whose result is such."""
        return [(variant, result) for variant, result in self.results if is_so(result)]

    @property
    def exact(self) -> list[tuple[Variant, Result]]:
        """Variants that compile with no value that differs."""
        return self.those(lambda result: result.is_exact)

    @property
    def refused(self) -> list[tuple[Variant, Result]]:
        """Variants that are refused with a reason."""
        return self.those(lambda result: result.status == "refused")

    @property
    def defects(self) -> list[tuple[Variant, Result]]:
        """Variants that crash, mean something else, or have values that differ."""
        return self.those(is_defect)

    def compiles(self, is_so: Callable[[Result], bool]) -> bool:
        """Whether a variant got so far, and none is a defect."""
        return bool(self.those(is_so)) and not self.defects


def is_defect(result: Result) -> bool:
    """Whether a result is neither fine as far as it was run nor a refusal."""
    differs = any(c is not None and c.mismatches for c in (result.csim, result.rtl))
    return differs or result.status not in {"ok", "refused", NOT_RUN}


def is_imported(result: Result) -> bool:
    """Whether the imported graph means what the module does."""
    return result.status == "ok" and has_passed(result, "float")


def is_equal_in_cpp(result: Result) -> bool:
    """Whether the C++ was run and nothing differs."""
    return result.csim is not None and not is_defect(result)


def write_page(path: Path = PAGE) -> None:
    """Write the page from what is stored."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(page()) + "\n", encoding="utf-8")


def page() -> Iterator[str]:
    """The lines of the page."""
    groups = {group: [tried(group, row) for row in rows] for group, rows in GROUPS.items()}
    yield HEAD.format(pyg=torch_geometric.__version__, torch=torch.__version__.split("+")[0])
    yield from tally(groups)
    for group, rows in groups.items():
        yield f"\n## {TITLES[group]}\n"
        yield from class_table(rows)
    yield "\n## Variants\n"
    for group, rows in groups.items():
        yield f"\n### {TITLES[group]}\n"
        yield from variant_table(rows)


def tried(group: str, row: Row) -> Tried:
    """A row with what is stored of its variants."""
    jobs: list[Job] = [(group, row, variant) for variant in row.variants]
    missing = Result(NOT_RUN)
    return Tried(row, tuple((job[2], result_of(job) or missing) for job in jobs))


def tally(groups: dict[str, list[Tried]]) -> Iterator[str]:
    """How many classes of each kind compile."""
    convs = [t for t in groups["conv"] if t.row.name not in NEEDS_MORE]
    kinds = {
        "convolutions that need neither cuGraph, dgNN, pyg-lib nor neighbour search": convs,
        "aggregations": [t for t in groups["aggr"] if t.row.name not in BASES],
        "normalisations": groups["norm"],
        "ready models": [t for t in groups["models"] if t.row.variants],
        "models that are no classes of PyG": groups["own"],
    }
    yield (
        "| | classes | float meaning equal | C++ equal | RTL equal | some option refused | refused "
        "| defects |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for kind, rows in kinds.items():
        counts = [
            len(rows),
            sum(t.compiles(is_imported) for t in rows),
            sum(t.compiles(is_equal_in_cpp) for t in rows),
            sum(t.compiles(lambda result: result.is_exact) for t in rows),
            sum(bool(t.refused) and t.compiles(is_imported) for t in rows),
            sum(len(t.refused) == len(t.results) for t in rows),
            sum(bool(t.defects) for t in rows),
        ]
        yield f"| {kind} | " + " | ".join(map(str, counts)) + " |"


def class_table(rows: Sequence[Tried]) -> Iterator[str]:
    """One line per class: the worst of its variants."""
    yield (
        "| class | variants | exported | imported | float error | 16-bit error | C++ | RTL "
        "| refused, or why not tried |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|---|"
    for entry in rows:
        yield f"| {entry.row.name} | " + " | ".join(_cells(entry)) + " |"


def _cells(entry: Tried) -> list[str]:
    results = [result for _, result in entry.results]
    if not results:
        return ["", "", "", "", "", "", "", f"not tried: {entry.row.excluded}"]
    exported = sum(has_passed(r, "export") for r in results)
    imported = sum(has_passed(r, "load") for r in results)
    return [
        str(len(results)),
        _part(exported, len(results)),
        _part(imported, len(results)),
        _largest([r.float_error for r in results]),
        _largest([r.fixed_error for r in results]),
        _sum([r.csim for r in results]),
        _sum([r.rtl for r in results]),
        _reasons(entry),
    ]


ORDER = ("start", "construct", "export", "load", "float", "parameters", "build", "predict")


def has_passed(result: Result, stage: str) -> bool:
    """Whether a variant got beyond a stage."""
    if result.status == "ok" or result.stage not in ORDER:
        return True
    return ORDER.index(result.stage) > ORDER.index(stage)


def _part(count: int, whole: int) -> str:
    if count == whole:
        return "yes"
    return f"{count} of {whole}" if count else "no"


def _largest(errors: Sequence[float | None]) -> str:
    known = [error for error in errors if error is not None]
    return f"{max(known):.0e}" if known else ""


def _sum(compared: Sequence[Compared | None]) -> str:
    known = [entry for entry in compared if entry is not None]
    if not known:
        return ""
    return f"{sum(c.mismatches for c in known):,} / {sum(c.values for c in known):,}"


def _reasons(entry: Tried) -> str:
    """Defects first, then refusals; those of equal reason once."""
    told: dict[str, list[str]] = {}
    for variant, result in entry.defects:
        said = f"**{result.status}** in {result.stage}: {result.reason}"
        told.setdefault(said, []).append(variant.label)
    for variant, result in entry.refused:
        told.setdefault(result.reason, []).append(variant.label)
    whole = len(entry.results)
    return "<br>".join(
        escape(reason if len(names) == whole else f"{'; '.join(names)}: {reason}")
        for reason, names in told.items()
    )


def variant_table(rows: Sequence[Tried]) -> Iterator[str]:
    """One line per variant."""
    yield "| class | arguments, options | parameters | float error | 16-bit error | C++ | RTL |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    for entry in rows:
        for variant, result in entry.results:
            yield variant_line(entry.row, variant, result)


def variant_line(row: Row, variant: Variant, result: Result) -> str:
    """The line of one variant."""
    cells = [
        row.name,
        escape(variant.name),
        str(result.parameters) if has_passed(result, "parameters") else "",
        _largest([result.float_error]),
        _largest([result.fixed_error]),
        _sum([result.csim]) or _status(result),
        _sum([result.rtl]) or _status(result),
    ]
    return "| " + " | ".join(cells) + " |"


def _status(result: Result) -> str:
    """What stands for a comparison that was not made."""
    return NOT_RUN if result.status == "ok" else result.status


def escape(text: str) -> str:
    """Text that a cell of a table can hold."""
    return text.replace("|", "\\|").replace("*", "\\*").replace("\\*\\*", "**").replace("_", "\\_")
