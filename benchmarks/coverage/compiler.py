"""A launcher for the C++ compiler: `OBJCACHE="python compiler.py FOLDER" make` uses it.

Verilator's own runtime is the same for every design and takes most of the time: its objects are
kept in FOLDER. What belongs to a design runs for some thousand cycles only and is not optimised.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

RUNTIME = "verilated"
"""How the names of the runtime's sources begin."""


def main(folder: Path, command: list[str]) -> int:
    """Run a compiler command, or copy what it made before."""
    source, target = Path(command[-1]), _target(command)
    if not source.name.startswith(RUNTIME) or target is None:
        quick = ["-O0" if word in {"-O2", "-Os"} else word for word in command]
        return subprocess.run(quick, check=False).returncode
    told = "\n".join(command).encode() + source.read_bytes()
    kept = folder / f"{hashlib.sha256(told).hexdigest()}.o"
    if not kept.is_file():
        status = subprocess.run(command, check=False).returncode
        if status:
            return status
        folder.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(f".{os.getpid()}")
        shutil.copyfile(target, draft)
        draft.replace(kept)
    shutil.copyfile(kept, target)
    return 0


def _target(command: list[str]) -> Path | None:
    """What a command that compiles one source writes."""
    if "-c" not in command or "-o" not in command:
        return None
    return Path(command[command.index("-o") + 1])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
