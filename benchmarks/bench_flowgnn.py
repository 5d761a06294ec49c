"""FlowGNN's six models: accuracy, equality, cycles, resources, speed. Prints and writes tables.

Run it as `python -m benchmarks.bench_flowgnn --data molhiv.npz`; everything takes hours, so
`--models`, `--tables`, `--graphs` and `--skip` choose a part of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from benchmarks.figures import STEPS, Case, Record, Store, build, sources_key
from benchmarks.flowgnn_page import SETUPS, accuracies, tables, write_page
from benchmarks.models import MODELS
from benchmarks.workloads import Workload, check_data, hep, molhiv, parser_with_data
from gengnn.errors import GengnnError
from gengnn.report.tables import console_for

PAGE = Path(__file__).parents[1] / "docs" / "flowgnn.md"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = parser_with_data(__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--tables", nargs="+", choices=SETUPS, default=list(SETUPS))
    parser.add_argument("--graphs", type=int, help="only so many test graphs, and no page in docs/")
    parser.add_argument("--skip", nargs="+", choices=STEPS, default=[], help="not to be measured")
    parser.add_argument("--out", type=Path, default=Path("build") / "flowgnn", help="the designs")
    parser.add_argument("--page", type=Path, help="the page to write")
    told = parser.parse_args()
    check_data(parser, told)
    sample = f"-{told.graphs}" if told.graphs else ""
    told.figures = told.out / f"figures{sample}.json"
    told.page = told.page or (told.out / f"flowgnn{sample}.md" if sample else PAGE)
    return told


def run(name: str, case: Case, store: Store, steps: Sequence[str]) -> None:
    """Build a case and take these steps; every figure is told and kept at once."""
    built, figures = build(case)
    store.begin(name, sources_key(case.folder))
    tell(name, "build", store, figures)
    for step in steps:
        if step != "accuracy" or case.workload.valid:
            tell(name, step, store, STEPS[step](built))


def tell(name: str, step: str, store: Store, figures: dict[str, float]) -> None:
    """Keep the figures of a step, and say them on stderr."""
    store.put(name, step, figures)
    told = ", ".join(f"{key} {value:.6g}" for key, value in figures.items())
    print(f"{name} {step}: {told}", file=sys.stderr, flush=True)


def known(store: Store) -> dict[str, dict[str, Record]]:
    """All records, by table and model."""
    names = {setup: {model: f"{model}-{setup}" for model in MODELS} for setup in SETUPS}
    return {
        setup: {m: store.records[name] for m, name in cases.items() if name in store.records}
        for setup, cases in names.items()
    }


def main() -> int:
    """Measure, print the tables and write the page; 1 if a case failed."""
    told = arguments()
    loaders: dict[str, Callable[[], Workload]] = {"molhiv": lambda: molhiv(told.data), "hep": hep}
    load = cache(lambda name: loaders[name]())
    store, failures = Store(told.figures), 0
    for table in told.tables:
        setup = SETUPS[table]
        for model in told.models:
            workload, name = load(setup.workload), f"{model}-{table}"
            graphs = workload.test[: told.graphs]
            try:
                case = Case(model, workload, graphs, setup.options, told.out / name)
                run(name, case, store, [step for step in setup.steps if step not in told.skip])
            except GengnnError as error:
                print(f"{name} failed: {error}", file=sys.stderr, flush=True)
                failures += 1
    show(known(store), told.page)
    return 1 if failures else 0


def show(records: dict[str, dict[str, Record]], page: Path) -> None:
    """Print the tables and write the page."""
    console = console_for(sys.stdout)
    scored = {model: r for model, r in records["molhiv"].items() if "accuracy" in r}
    if scored:
        console.print(accuracies(scored))
    for setup, found in records.items():
        if found:
            for table in tables(setup, records):
                console.print(table)
    write_page(page, records)


if __name__ == "__main__":
    sys.exit(main())
