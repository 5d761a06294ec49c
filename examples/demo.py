"""The whole flow on FreeSolv: train, export, build, C-simulation, RTL simulation, synthesis."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from freesolv import FreeSolvGINE, load_freesolv, split, train

import gengnn
from gengnn.report.tables import console_for, print_report

OUT = Path("build") / "freesolv"
"""Where the project is written."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Tell what runs, and how long it took."""
    print(f"{what} ...", end=" ", flush=True)
    start = time.monotonic()
    yield
    print(f"{time.monotonic() - start:.1f} s")


def main() -> None:
    """Run every stage once and print the report; differing values are an error."""
    graphs = load_freesolv()
    kept, held_out = split(graphs)
    model = FreeSolvGINE()
    with step(f"training a GINE on {len(kept)} molecules of FreeSolv"):
        train(model, kept)
    OUT.parent.mkdir(exist_ok=True)
    archive = OUT.parent / "freesolv.pt"
    with step(f"exporting it to {archive}"):
        gengnn.export(model, kept[0], archive)
    with step(f"building {OUT} for xcu50"):
        project = gengnn.build(archive, part="xcu50", data=kept, out=OUT)
    with step(f"comparing float and fixed point on {len(held_out)} held-out molecules"):
        project.compare(held_out, metric="rmse")
    with step(f"C-simulation of all {len(graphs)} molecules"):
        project.csim(graphs)
    with step(f"RTL simulation of the {len(held_out)} held-out molecules"):
        project.cosim(held_out)
    with step("synthesis with Yosys"):
        project.synth("yosys")
    print()
    print_report(project.report, console_for(sys.stdout))
    wrong = sum(check["mismatches"] for check in project.report["checks"].values())
    if wrong:
        sys.exit(f"error: {wrong} values differ from the integer reference")


if __name__ == "__main__":
    main()
