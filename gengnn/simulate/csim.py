"""C-simulation: compiles the HLS project with g++, runs it and compares it with the reference."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from gengnn import tools
from gengnn.design import Design
from gengnn.emit.cpp import identifier
from gengnn.emit.hls import FOLDER
from gengnn.errors import ToolError
from gengnn.reference import Sample
from gengnn.simulate.beats import Codes, Packets, read_packets, write_packets
from gengnn.simulate.compare import (
    Difference,
    Trace,
    count_mismatches,
    expected_outputs,
    first_difference,
)
from gengnn.simulate.packets import (
    GraphCodes,
    pack_requests,
    request_rows,
    sample_codes,
    unpack_responses,
)

CHUNK = 64
"""Packets that are worth a process of their own."""


@dataclass(frozen=True)
class CsimResult:
    """What C-simulation answered: per graph the output codes [rows, lanes] and the status.

    `mismatches` counts codes that differ from the reference; `difference` is the first of them
    inside the model and `graph` where it was found.
    """

    outputs: list[GraphCodes]
    status: list[int]
    mismatches: int
    graph: int = -1
    difference: Difference | None = None


def csim(design: Design, folder: Path, samples: Sequence[Sample]) -> CsimResult:
    """Run the project in `folder` on `samples` and compare it with the reference.

    Raises:
        ToolError: there is no compiler, the project does not compile, or the program failed.
        DataError: a sample lacks an input.
    """
    if not samples:
        return CsimResult([], [], 0)
    codes = sample_codes(design.graph, samples)
    answers = run_packets(design, folder, pack_requests(design, codes))
    responses = unpack_responses(design, answers, request_rows(design, codes))
    counts = count_mismatches(expected_outputs(design.graph, samples), responses)
    wrong = next((graph for graph, count in enumerate(counts) if count), -1)
    difference = None
    if wrong >= 0:
        difference = first_difference(design, samples[wrong], trace(design, folder, samples[wrong]))
    return CsimResult(
        [response.outputs for response in responses],
        [response.status for response in responses],
        sum(counts),
        wrong,
        difference,
    )


def run_packets(design: Design, folder: Path, requests: Packets) -> Packets:
    """The answers to any packets, well formed or not, in order.

    Raises:
        ToolError: there is no compiler, the project does not compile, or the program failed.
    """
    program = compile_project(folder)
    workers = max(1, min(os.cpu_count() or 1, requests.count // CHUNK))
    parts = [list(map(int, part)) for part in np.array_split(np.arange(requests.count), workers)]
    with _workspace() as work, ThreadPoolExecutor(workers) as pool:
        jobs = [
            pool.submit(_run, design, program, requests.select(part), work / f"part{number}")
            for number, part in enumerate(parts)
        ]
        answers = [job.result() for job in jobs]
    return Packets(
        np.concatenate([answer.data for answer in answers]),
        np.concatenate([[0], np.cumsum(np.concatenate([np.diff(a.starts) for a in answers]))]),
    )


def trace(design: Design, folder: Path, sample: Sample) -> Trace:
    """Everything that the streams of the project carry for one sample."""
    program = compile_project(folder)
    request = pack_requests(design, sample_codes(design.graph, [sample]))
    with _workspace() as work:
        log = work / "trace.txt"
        _run(design, program, request, work / "traced", ("--trace", str(log)))
        text = log.read_text(encoding="ascii")
    return parse_trace(design, text)


def compile_project(folder: Path) -> Path:
    """The program of the project in `folder`, compiled unless it was before from the same text.

    Raises:
        ToolError: make or the compiler is missing, or the project does not compile.
    """
    project = (folder / FOLDER).resolve()
    if not (project / "Makefile").is_file():
        raise ToolError(f"there is no HLS project in {folder}\n  build it with --backend hls")
    program, key = project / "build" / "csim", project / "build" / "csim.key"
    told = _content_key(project)
    if program.is_file() and key.is_file() and key.read_text(encoding="ascii") == told:
        return program
    for name in ("make", "g++"):
        if shutil.which(name) is None:
            raise ToolError(f"C-simulation needs {name}, which is not on PATH\n  install it")
    program.parent.mkdir(exist_ok=True)
    command = ["make", "-B", "-j2", "build/csim"]
    tools.run(command, program.with_name("compile.log"), cwd=project)
    key.write_text(told, encoding="ascii")
    return program


def _content_key(project: Path) -> str:
    """A hash of the compiler and of everything it reads."""
    digest = hashlib.sha256((tools.output(["g++", "--version"]) or "").encode())
    for place in ("src", "lib", "csim"):
        for path in sorted((project / place).rglob("*")):
            if path.is_file():
                digest.update(str(path.relative_to(project)).encode() + path.read_bytes())
    return digest.hexdigest()


@contextmanager
def _workspace() -> Iterator[Path]:
    with TemporaryDirectory(prefix="gengnn-csim-") as name:
        yield Path(name)


def _run(
    design: Design, program: Path, requests: Packets, work: Path, options: Sequence[str] = ()
) -> Packets:
    work.mkdir()
    write_packets(work / "packets.txt", requests)
    log = program.with_name(f"{work.name}.log")
    tools.run([program, work / "packets.txt", work / "responses.txt", *options], log)
    answers = read_packets(work / "responses.txt", design.tdata)
    if answers.count != requests.count:
        raise ToolError(
            f"C-simulation gave {answers.count} answers to {requests.count} packets\n  log: {log}"
        )
    return answers


def parse_trace(design: Design, text: str) -> dict[str, list[Codes]]:
    """Streams by name from lines `name code code ...` and `name end`."""
    names = {identifier(name): name for name in design.streams}
    beats: dict[str, list[list[int]]] = {}
    found: dict[str, list[Codes]] = {}
    for line in text.splitlines():
        told, *codes = line.split()
        name = names.get(told)
        if name is None:
            continue
        if codes == ["end"]:
            stream = design.streams[name]
            rows = np.array(beats.pop(name, []), dtype=np.int64)
            found.setdefault(name, []).append(rows.reshape(-1, stream.lanes * stream.beats))
        else:
            beats.setdefault(name, []).append([int(code) for code in codes])
    return found
