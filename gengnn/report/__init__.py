"""report.json: everything that is known about a built design, and how it became known."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gengnn.emit.folder import write_text
from gengnn.errors import ConfigError

FILE = "report.json"


@dataclass(frozen=True)
class Check:
    """How many graphs a simulator computed and how many values differed from the reference."""

    graphs: int = 0
    mismatches: int = 0


@dataclass(frozen=True)
class Cycles:
    """Cycles per graph over `graphs` simulated graphs; None before any was simulated."""

    min: int | None = None
    mean: float | None = None
    max: int | None = None
    graphs: int = 0

    @classmethod
    def of(cls, counts: Sequence[int]) -> Cycles:
        """The figures of graphs that took these cycles."""
        if not counts:
            return cls()
        return cls(min(counts), sum(counts) / len(counts), max(counts), len(counts))


@dataclass(frozen=True)
class Interval:
    """Mean cycles from one result to the next of `graphs` graphs that were sent back to back."""

    mean: float | None = None
    graphs: int = 0


@dataclass(frozen=True)
class Accuracy:
    """One metric on one data set: the user's float model against the fixed-point one."""

    metric: str | None = None
    fixed: float | None = None
    float: float | None = None  # last: the name hides the type from what follows


@dataclass(frozen=True)
class Format:
    """The format of a tensor, and how often a run had to saturate it."""

    width: int
    frac: int
    signed: bool
    saturations: int = 0


@dataclass(frozen=True)
class Function:
    """A function that is computed approximately: from which format to which, and where.

    `entries` of its table (0: it has none); `error` in steps of the output before rounding;
    `source` is the user's module and line.
    """

    function: str
    inputs: str
    output: str
    entries: int
    error: float
    source: str


@dataclass(frozen=True)
class Report:
    """What report.json holds; the field names are its keys.

    `part` is the short name, `part_name` the vendor's. `resources`, `latency` and `throughput`
    keep apart what was estimated, simulated and synthesised. An entry of `resources` is None
    until its tool ran. `limits_of_latency` are the units that a graph waits for.
    `functions` are by the tensors that they make.
    """

    model: str
    part: str
    part_name: str
    clock_mhz: float
    limits: Mapping[str, int]
    formats: Mapping[str, Format]
    latency: Mapping[str, Any]
    resources: Mapping[str, Mapping[str, Any] | None]
    throughput: Mapping[str, Any]
    limits_of_latency: Sequence[Mapping[str, Any]] = ()
    functions: Mapping[str, Function] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=lambda: {"csim": Check(), "rtl": Check()})
    accuracy: Accuracy = field(default_factory=Accuracy)


def write_report(folder: Path, report: Mapping[str, Any]) -> None:
    """Write report.json: sorted keys, so that equal reports are equal files."""
    write_text(folder / FILE, json.dumps(report, indent=2, sort_keys=True) + "\n")


def update_report(folder: Path, **news: Mapping[str, Any]) -> None:
    """Put new entries into report.json, keeping what stands beside them."""
    write_report(folder, _merge(read_report(folder), news))


def _merge(old: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    """`old` with `news` in it, dictionaries merged key by key."""
    merged = dict(old)
    for key, new in news.items():
        known = merged.get(key)
        both = isinstance(known, Mapping) and isinstance(new, Mapping)
        merged[key] = _merge(known or {}, new) if both else new
    return merged


def read_report(folder: Path) -> dict[str, Any]:
    """The dictionary of the report.json in `folder`.

    Raises:
        ConfigError: there is none, or it is damaged.
    """
    path = folder / FILE
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")).items())
    except (OSError, ValueError, AttributeError) as error:
        raise ConfigError(f"cannot read {path}: {error}\n  build the project again") from error
