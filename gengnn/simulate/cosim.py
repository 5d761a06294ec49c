"""RTL simulation: compiles the RTL project with Verilator, runs it under cocotb, compares."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from gengnn import tools
from gengnn.design import Design
from gengnn.emit.rtl import FOLDER
from gengnn.errors import ToolError
from gengnn.reference import Sample
from gengnn.simulate.beats import Codes, Packets, join_packets, read_packets, write_packets
from gengnn.simulate.compare import count_mismatches, expected_outputs
from gengnn.simulate.packets import (
    GraphCodes,
    pack_requests,
    request_rows,
    sample_codes,
    unpack_responses,
)

CHUNK = 16
"""Packets that are worth a process of their own."""

HINT = "pip install 'gengnn[sim]'"
"""How to get everything that RTL simulation needs."""


@dataclass(frozen=True)
class Drive:
    """How packets are sent and answers taken.

    `has_pauses` and `has_back_pressure` put random idle cycles on either side, chosen by `seed`;
    with `one_at_a_time` a packet waits for the answer to the one before it. With `is_warm` the
    first packet is sent twice and answered once: right after a reset memories are still cleared.
    `patience` is how many cycles may pass without a beat before the design counts as hung.
    """

    has_pauses: bool = False
    has_back_pressure: bool = False
    one_at_a_time: bool = True
    is_warm: bool = True
    seed: int = 1
    patience: int = 1_000_000

    def plusargs(self) -> list[str]:
        """The options of the bench."""
        pattern = self.has_pauses + 2 * self.has_back_pressure
        single = ["+single"] if self.one_at_a_time else []
        told = {"pattern": pattern, "seed": self.seed, "patience": self.patience}
        return [*single, *(f"+{name}={value}" for name, value in told.items())]


@dataclass(frozen=True)
class Answers:
    """What the simulation answered.

    `cycles` [packets] from the first beat in to the last out; `intervals` [packets - 1, less where
    several processes share the packets] from one last beat out to the next.
    """

    packets: Packets
    cycles: Codes
    intervals: Codes


@dataclass(frozen=True)
class CosimResult:
    """What RTL simulation answered: per graph the output codes, the status, the cycles taken.

    `mismatches` counts codes that differ from the reference, in graph `graph` for the first
    time; `waves` is the file with the waveforms, if they were asked for. `interval` is the mean
    of cycles from one graph's last beat out to the next one's, if none waited for the one before.
    """

    outputs: list[GraphCodes]
    status: list[int]
    cycles: list[int]
    mismatches: int
    graph: int = -1
    waves: Path | None = None
    interval: float | None = None


def cosim(
    design: Design,
    folder: Path,
    samples: Sequence[Sample],
    *,
    waves: bool = False,
    drive: Drive = Drive(),
) -> CosimResult:
    """Run the project in `folder` on `samples` and compare it with the reference.

    Raises:
        ToolError: a tool is missing, the project does not compile, the simulation failed or hung.
        DataError: a sample lacks an input.
    """
    codes = sample_codes(design.graph, samples)
    answers = run_packets(design, folder, pack_requests(design, codes), waves=waves, drive=drive)
    responses = unpack_responses(design, answers.packets, request_rows(design, codes))
    counts = count_mismatches(expected_outputs(design.graph, samples), responses)
    return CosimResult(
        [response.outputs for response in responses],
        [response.status for response in responses],
        answers.cycles.tolist(),
        sum(counts),
        next((graph for graph, count in enumerate(counts) if count), -1),
        build_folder(folder, True) / "dump.vcd" if waves else None,
        None if drive.one_at_a_time else mean_interval(answers),
    )


def mean_interval(answers: Answers) -> float | None:
    """Mean cycles from one answer to the next; None where there is only one."""
    return float(answers.intervals.mean()) if answers.intervals.size else None


def run_packets(
    design: Design,
    folder: Path,
    requests: Packets,
    *,
    waves: bool = False,
    drive: Drive = Drive(),
) -> Answers:
    """The answers to any packets, well formed or not, in order.

    Raises:
        ToolError: a tool is missing, the project does not compile, the simulation failed or hung.
    """
    build = compile_project(folder, waves)
    workers = 1 if waves else max(1, min(os.cpu_count() or 1, requests.count // CHUNK))
    parts = [list(map(int, part)) for part in np.array_split(np.arange(requests.count), workers)]
    with TemporaryDirectory(prefix="gengnn-cosim-") as name, ThreadPoolExecutor(workers) as pool:
        places = [build if waves else Path(name) / f"part{k}" for k in range(workers)]
        jobs = [
            pool.submit(_run, build, design, requests.select(part), drive, place)
            for part, place in zip(parts, places, strict=True)
        ]
        found = [job.result() for job in jobs]
    beats = [part.packets.beats(k) for part in found for k in range(part.packets.count)]
    return Answers(
        join_packets(beats),
        np.concatenate([part.cycles for part in found]),
        np.concatenate([part.intervals for part in found]),
    )


def compile_project(folder: Path, waves: bool = False) -> Path:
    """The build folder of the project, compiled unless it was before from the same text.

    Raises:
        ToolError: a tool is missing, or the project does not compile.
    """
    project, build = (folder / FOLDER).resolve(), build_folder(folder, waves)
    if not (project / "filelist.f").is_file():
        raise ToolError(f"there is no RTL project in {folder}\n  build it with --backend rtl")
    _check_tools()
    program, key = build / "gg_bench", build / "key"
    told = _content_key(project)
    if program.is_file() and key.is_file() and key.read_text(encoding="ascii") == told:
        return build
    build.mkdir(exist_ok=True)
    key.unlink(missing_ok=True)
    _call(project, build, ["build", *(["--waves"] if waves else [])], build / "compile.log")
    key.write_text(told, encoding="ascii")
    return build


def build_folder(folder: Path, waves: bool) -> Path:
    """Where the compiled simulation is; with `waves` it can write dump.vcd there."""
    return (folder / FOLDER).resolve() / ("build_waves" if waves else "build")


def run_test(folder: Path, module: str, options: Sequence[str] = ()) -> None:
    """Run the cocotb tests of one module in the project's sim/; `options` are those of sim/run.py.

    Raises:
        ToolError: a tool is missing, the project does not compile, or a test failed.
    """
    build = compile_project(folder)
    with TemporaryDirectory(prefix="gengnn-cosim-") as work:
        words = ["test", module, "--work-dir", work, *options]
        _call(build.parent, build, words, build / f"{module}.log")


def _check_tools() -> None:
    """Everything that compiling and running needs is there."""
    found = {
        "verilator": tools.verilator(),
        "cocotb": tools.package_folder("cocotb"),
        "cocotbext-axi": tools.package_folder("cocotbext.axi"),
    }
    missing = [name for name, place in found.items() if place is None]
    if missing:
        raise ToolError(f"RTL simulation needs {', '.join(missing)}\n  {HINT}")
    for name in ("make", "g++"):
        if shutil.which(name) is None:
            raise ToolError(f"RTL simulation needs {name}, which is not on PATH\n  install it")


def _content_key(project: Path) -> str:
    """A hash of the tools, of the machine compiled for and of everything that is compiled."""
    compiler = (["g++", "--version"], ["g++", "-march=native", "-Q", "--help=target"])
    commands = ([tools.verilator() or "verilator", "--version"], *compiler)
    digest = hashlib.sha256("".join(tools.output(words) or "" for words in commands).encode())
    for place in (project, project / "lib", project / "sim"):
        for path in sorted(place.iterdir()):
            if path.suffix in {".sv", ".vlt", ".f"} or path.name == "run.py":
                digest.update(str(path.relative_to(project)).encode() + path.read_bytes())
    return digest.hexdigest()


def _call(project: Path, build: Path, words: Sequence[str], log: Path) -> None:
    command: list[str | Path] = [sys.executable, project / "sim" / "run.py", *words]
    tools.run([*command, "--build-dir", build], log, cwd=project)


def _run(build: Path, design: Design, requests: Packets, drive: Drive, work: Path) -> Answers:
    """One process of the simulation; its log stays in the build folder."""
    work.mkdir(exist_ok=True)
    files = {name: work / f"{name}.txt" for name in ("packets", "responses", "begins", "ends")}
    skipped = int(drive.is_warm and requests.count > 0)
    sent = requests.select([*[0] * skipped, *range(requests.count)])
    write_packets(files["packets"], sent)
    plusargs = [*drive.plusargs(), *(f"+{name}={path}" for name, path in files.items())]
    waves = ["--waves"] if work == build else []
    words = ["test", "test_packets", "--work-dir", str(work), *waves, *plusargs]
    log = build / f"{work.name}.log"
    _call(build.parent, build, words, log)
    answers = read_packets(files["responses"], design.tdata)
    if answers.count != sent.count:
        raise ToolError(
            f"RTL simulation gave {answers.count} answers to {sent.count} packets\n  log: {log}"
        )
    begins, ends = (_times(files[name])[skipped:] for name in ("begins", "ends"))
    kept = answers.select(range(skipped, sent.count))
    return Answers(kept, ends - begins + 1, np.diff(ends))


def _times(path: Path) -> Codes:
    return np.array(path.read_text(encoding="ascii").split(), dtype=np.int64)


__all__ = [
    "Answers",
    "CosimResult",
    "Drive",
    "build_folder",
    "compile_project",
    "cosim",
    "run_packets",
    "run_test",
]
