"""Runs the coverage table: `python -m benchmarks.coverage --help`."""

from __future__ import annotations

import argparse
import os
import sys
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")
warnings.filterwarnings("ignore", message="`torch.jit.script` is deprecated")

from benchmarks.coverage.page import write_page  # noqa: E402
from benchmarks.coverage.registry import variants  # noqa: E402
from benchmarks.coverage.runner import Job, is_known, run_all, sources_key  # noqa: E402
from benchmarks.coverage.stages import STAGES, Result  # noqa: E402


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a row, or one of the groups")
    parser.add_argument("--stage", choices=STAGES, default="rtl", help="the last stage to run")
    parser.add_argument("--jobs", type=int, default=2, help="variants at a time")
    parser.add_argument("--again", action="store_true", help="forget what is known")
    return parser.parse_args()


def tell(job: Job, result: Result) -> None:
    """One line on a variant that ended."""
    group, row, variant = job
    seconds = sum(result.seconds.values())
    said = f"{result.stage}: {result.reason}" if result.reason else figures(result)
    print(
        f"{group}.{row.name} [{variant.name}] {result.status}, {seconds:.1f} s, {said}", flush=True
    )


def figures(result: Result) -> str:
    """What was measured of a variant that is fine so far."""
    told = [f"float {result.float_error:.1e}"] if result.float_error is not None else []
    told += [f"fixed {result.fixed_error:.1e}"] if result.fixed_error is not None else []
    pairs = (("C++", result.csim), ("RTL", result.rtl))
    told += [f"{name} {c.mismatches}/{c.values}" for name, c in pairs if c]
    return ", ".join(told)


def main() -> int:
    """Try what is not known yet."""
    told = arguments()
    jobs = list(variants(told.only))
    if not jobs:
        print(f"error: no row or group {told.only}", file=sys.stderr)
        return 2
    key = sources_key()
    todo = [job for job in jobs if told.again or not is_known(job, told.stage, key)]
    print(f"{len(jobs)} variants, {len(jobs) - len(todo)} of them known", flush=True)
    run_all(todo, told.stage, told.jobs, tell)
    if not told.only and told.stage == STAGES[-1]:
        write_page()
    return 0


if __name__ == "__main__":
    sys.exit(main())
