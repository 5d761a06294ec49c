"""Resources by Yosys: each distinct unit and memory of a design mapped once, times its count."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from gengnn import tools
from gengnn.emit.folder import write_text
from gengnn.emit.templates import render
from gengnn.errors import ToolError
from gengnn.ops.cost import address_bits
from gengnn.progress import step
from gengnn.synth.cells import Resources, count
from gengnn.synth.shapes import Shape

PROCESSES = 2
"""Yosys runs at a time; a large matrix unit takes 2 GB."""

BATCH = 8
"""Shapes per Yosys run, which shares the 2 s that reading the cell libraries takes."""


@dataclass(frozen=True)
class Figures:
    """What Yosys counted: in total, and for each unit with its memories."""

    total: Resources
    units: Mapping[str, Resources]


def synthesise(
    units: Mapping[str, Sequence[Shape]], sources: Sequence[Path], family: str, folder: Path
) -> Figures:
    """Map every distinct shape with `synth_xilinx -family` and add up.

    Scripts, logs and a cache of the figures stay in `folder`; a shape found in the cache is not
    mapped again.

    Raises:
        ToolError: Yosys is missing or failed, or left logic unmapped.
    """
    folder.mkdir(exist_ok=True)
    cache = _Cache(folder / "cache.json", sources, family)
    wanted = dict.fromkeys(shape for each in units.values() for shape in each)
    batches = deal([shape for shape in wanted if shape not in cache])
    with step("Yosys synthesis", len(batches)) as advance:
        for done in _run_all(batches, sources, family, folder):
            cache.add(done)
            advance()
    figures = {name: _sum(cache[shape] for shape in each) for name, each in units.items()}
    return Figures(_sum(figures.values()), figures)


def deal(todo: Sequence[Shape]) -> list[list[Shape]]:
    """Split shapes into batches of about equal weight, a whole number of rounds."""
    rounds = math.ceil(len(todo) / (BATCH * PROCESSES))
    batches: list[list[Shape]] = [[] for _ in range(min(len(todo), rounds * PROCESSES))]
    weights = [0] * len(batches)
    for shape in sorted(todo, key=lambda shape: shape.weight, reverse=True):
        lightest = weights.index(min(weights))
        batches[lightest].append(shape)
        weights[lightest] += shape.weight + 1
    return batches


def _run_all(
    batches: Sequence[list[Shape]], sources: Sequence[Path], family: str, folder: Path
) -> Iterable[dict[Shape, Resources]]:
    with ThreadPoolExecutor(min(PROCESSES, os.cpu_count() or 1)) as pool:
        jobs = [
            pool.submit(_run, batch, sources, family, folder / f"batch{number}")
            for number, batch in enumerate(batches)
        ]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _run(
    batch: list[Shape], sources: Sequence[Path], family: str, stem: Path
) -> dict[Shape, Resources]:
    """Map one batch; `stem` names its files."""
    yosys = tools.yosys()
    if yosys is None:
        raise ToolError("Yosys was not found\n  pip install 'gengnn[synth]'")
    names = {shape: f"shape{number}" for number, shape in enumerate(batch)}
    wrapper, script, stat = (stem.with_suffix(end) for end in (".sv", ".ys", ".json"))
    write_text(wrapper, _wrapper(names))
    text = render(
        "rtl/synth_units.ys.j2",
        sources=[path.resolve() for path in sources],
        wrapper=wrapper.name,
        family=family,
        stat=stat.name,
    )
    write_text(script, text)
    tools.run([*yosys, script.name], stem.with_suffix(".log").resolve(), cwd=stem.parent)
    told = json.loads(stat.read_text(encoding="utf-8"))
    return {shape: count(told, name) for shape, name in names.items()}


def _wrapper(names: Mapping[Shape, str]) -> str:
    units = [
        {"name": name, "module": shape.module, "params": shape.params}
        for shape, name in names.items()
        if not shape.is_memory
    ]
    memories = [
        {"name": name, "params": shape.params, "width": width, "addr_bits": address_bits(depth)}
        for shape, name in names.items()
        if shape.is_memory
        for width, depth in [shape.size]
    ]
    return render("rtl/synth_units.sv.j2", units=units, memories=memories)


def _sum(resources: Iterable[Resources]) -> Resources:
    return sum(resources, Resources())


class _Cache:
    """Figures by shape, kept in a JSON file; other sources or another family have other keys."""

    def __init__(self, path: Path, sources: Sequence[Path], family: str) -> None:
        self.path = path
        digest = hashlib.sha256(family.encode())
        for source in sources:
            digest.update(source.read_bytes())
        self.version = digest.hexdigest()
        self.entries = self._read()

    def _read(self) -> dict[str, dict[str, int]]:
        try:
            stored = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        is_current = isinstance(stored, dict) and stored.get("version") == self.version
        return dict(stored["shapes"]) if is_current else {}

    def __contains__(self, shape: Shape) -> bool:
        return str(shape) in self.entries

    def __getitem__(self, shape: Shape) -> Resources:
        return Resources(**self.entries[str(shape)])

    def add(self, figures: Mapping[Shape, Resources]) -> None:
        self.entries |= {str(shape): asdict(found) for shape, found in figures.items()}
        stored = {"version": self.version, "shapes": self.entries}
        write_text(self.path, json.dumps(stored, indent=1, sort_keys=True) + "\n")
