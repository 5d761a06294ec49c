"""The tables of FlowGNN's six models, for the terminal and as docs/flowgnn.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from benchmarks.figures import PART, Figures, Record
from benchmarks.workloads import CALIBRATION, EPOCHS, HEP_TEST, MULTIPLIERS, SOURCE
from gengnn.parts import RESOURCES

COMMAND = "python -m benchmarks.bench_flowgnn"

NAMES = {
    "gcn": ("GCN", "5 x 100, bond embeddings, BatchNorm, head 100-1"),
    "gin": ("GIN", "5 x (100-200-100), bond embeddings, trained eps, head 100-1"),
    "gin_vn": ("GIN-VN", "the GIN with a trained virtual node"),
    "gat": ("GAT", "5 x (4 heads x 16), skip projections, head 16-1"),
    "pna": ("PNA", "4 x 80, four aggregators, three scalers, head 80-40-20-1"),
    "dgn": ("DGN", "4 x 100, mean and derivative along an eigenvector, head 100-50-25-1"),
}
"""How each model is called, and its shape."""

MISSING = "not run"


@dataclass(frozen=True)
class Setup:
    """One table: graphs and budget, in words and as options of `gengnn.build`."""

    title: str
    workload: str
    options: Mapping[str, float]


SETUPS = {
    "molhiv": Setup(
        f"ogbg-molhiv, at most {MULTIPLIERS:,} multipliers", "molhiv", {"multipliers": MULTIPLIERS}
    ),
    "molhiv-free": Setup(f"ogbg-molhiv, 80 % of {PART}", "molhiv", {"utilization": 0.8}),
    "hep": Setup(
        f"Shape of hep10k, at most {MULTIPLIERS:,} multipliers", "hep", {"multipliers": MULTIPLIERS}
    ),
}
"""The tables by name."""

Cell = Callable[[Record], str]
Columns = Mapping[str, Cell]


def cell(step: str, form: Callable[[Figures], str]) -> Cell:
    """What a column shows of a step, if it was run."""
    return lambda record: form(record[step]) if step in record else MISSING


def checked(step: str) -> Cell:
    """How many values differ, in how many graphs."""
    return cell(step, lambda f: f"{f['mismatches']:,.0f} in {f['graphs']:,.0f} graphs")


def used(resource: str) -> Cell:
    """A resource by Yosys, with the deviation of the compiler's estimate from it."""

    def form(record: Record) -> str:
        if "synth" not in record:
            return f"({record['build'][resource]:,.0f})"
        found, estimate = record["synth"][resource], record["build"][resource]
        off = f" ({estimate / found - 1:+.1%})" if found else ""
        return f"{found:,.0f}{off}"

    return form


ACCURACY: Columns = {
    "valid, float": cell("accuracy", lambda f: f"{f['valid']:.4f}"),
    "test, float": cell("accuracy", lambda f: f"{f['float']:.4f}"),
    "test, fixed point": cell("accuracy", lambda f: f"{f['fixed']:.4f}"),
}

CYCLES: Columns = {
    "FlowGNN": cell("build", lambda f: f"{f['flowgnn']:,.0f}"),
    "bound": cell("build", lambda f: f"{f['bound']:,.0f}"),
    "cycles": cell("rtl", lambda f: f"{f['cycles']:,.0f}"),
    "least, most": cell("rtl", lambda f: f"{f['least']:,.0f}, {f['most']:,.0f}"),
    "FlowGNN / cycles": lambda r: (
        f"{r['build']['flowgnn'] / r['rtl']['cycles']:.2f}" if "rtl" in r else MISSING
    ),
    "estimate": cell("rtl", lambda f: f"{f['estimate']:,.0f}"),
    "error, mean": cell("rtl", lambda f: f"{f['mean_error']:.1%}"),
    "error, worst": cell("rtl", lambda f: f"{f['worst_error']:.1%}"),
    "mismatches, C++": checked("csim"),
    "mismatches, RTL": checked("rtl"),
}

RESOURCE: Columns = {
    "multipliers": cell("build", lambda f: f"{f['dsp']:,.0f}"),
    **{name.upper(): used(name) for name in RESOURCES},
    "build, s": cell("build", lambda f: f"{f['seconds']:.0f}"),
    "Verilator, s": cell("rtl", lambda f: f"{f['compile_seconds']:.0f}"),
    "RTL, s": cell("rtl", lambda f: f"{f['seconds']:.0f}"),
    "RTL graphs/s": cell("rtl", lambda f: f"{f['graphs'] / f['seconds']:.0f}"),
}

Records = Mapping[str, Record]
"""What is known of each model in one setup."""


def cycles(setup: str, records: Records) -> Table:
    """Cycles, estimates and mismatches of the models."""
    return _table(f"Cycles per graph: {SETUPS[setup].title}", CYCLES, records)


def resources(setup: str, records: Records) -> Table:
    """Resources of the designs and seconds that they took."""
    return _table(f"Resources and seconds: {SETUPS[setup].title}", RESOURCE, records)


def accuracies(records: Records) -> Table:
    """Epochs and ROC-AUC of the models."""
    told = {name: NAMES[name] for name in records}
    table = Table("model", "shape", "epochs", *ACCURACY, title="ROC-AUC", box=None)
    for name, (title, shape) in told.items():
        figures = [show(records[name]) for show in ACCURACY.values()]
        table.add_row(title, shape, str(EPOCHS[name]), *figures)
    return table


def _table(title: str, columns: Columns, records: Records) -> Table:
    table = Table("model", title=title, title_justify="left", box=None)
    for name in columns:
        table.add_column(name, justify="right")
    for model, record in records.items():
        table.add_row(NAMES[model][0], *(show(record) for show in columns.values()))
    return table


def markdown(table: Table) -> Iterator[str]:
    """The lines of a table in Markdown."""
    yield _line([str(column.header) for column in table.columns])
    yield _line(["---:" if column.justify == "right" else "---" for column in table.columns])
    for row in zip(*(column.cells for column in table.columns), strict=True):
        yield _line([str(entry) for entry in row])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


HEAD = f"""\
# FlowGNN's six models

The models of {SOURCE}, trained on ogbg-molhiv, built for {PART}, and simulated as RTL for every
graph: `MOLHIV=molhiv.npz make bench` writes this page, or

    MOLHIV=molhiv.npz {COMMAND}

Below each title stands the command for its tables alone. Another run leaves the figures of other
tables as they were, unless the sources that the compiler generates have changed since.

- **FlowGNN**: mean cycles per graph of FlowGNN's own designs on an Alveo U50, by the result files
  in its repository.
- **bound**: the multiplications of the linear layers, mean per graph, / {MULTIPLIERS:,}, the DSP
  blocks of FlowGNN's GIN.
- **cycles**: RTL simulation with Verilator, mean per graph, from the first input beat to the last
  output beat, one graph at a time, 16-bit formats. **estimate**: what the compiler says
  beforehand; its **error** is that of each graph, relative to the simulated cycles.
- **mismatches**: outputs that differ from the integer reference.
- **DSP** to **URAM**: Yosys, and in brackets the deviation of the compiler's estimate from it;
  the estimate alone where Yosys was not run. **multipliers** is what the compiler allots.
- **build**: `gengnn build` without simulation; **Verilator**: compiling the design; **RTL**:
  simulating all graphs on {{cores}} cores and comparing them with the reference.

"""

WORKLOADS = {
    "molhiv": "The test graphs: 25.3 nodes and 55.6 directed edges on average; max_nodes 256, "
    "max_edges 512.",
    "hep": f"{HEP_TEST} random graphs of `benchmarks/hep.py`, 34 to 64 nodes, each with edges from "
    f"its 16 nearest: 49 nodes and 785 edges on average, as in hep10k, on which FlowGNN's figures "
    f"were measured. Node and edge features are random categories, formats come from "
    f"{CALIBRATION:,} other such graphs; max_nodes 64, max_edges 1024.",
}
"""What is said of the graphs."""


def page(known: Mapping[str, Records]) -> str:
    """docs/flowgnn.md: all that is known, by setup and model."""
    runs = [r["rtl"] for records in known.values() for r in records.values() if "rtl" in r]
    lines = [HEAD.format(cores=f"{runs[0]['cores']:.0f}" if runs else "no")]
    scored = {model: r for model, r in known.get("molhiv", {}).items() if "accuracy" in r}
    if scored:
        lines += ["## Accuracy", "", _trained(), "", *markdown(accuracies(scored)), ""]
    for name, records in known.items():
        if records:
            setup = SETUPS[name]
            lines += [f"## {setup.title}", "", f"    {COMMAND} --tables {name}", ""]
            lines += [WORKLOADS[setup.workload], "", *markdown(cycles(name, records)), ""]
            lines += [*markdown(resources(name, records)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _trained() -> str:
    return (
        "ROC-AUC of the weights in `benchmarks/weights`, which\n"
        "`python -m benchmarks.train_molhiv --data molhiv.npz --model MODEL --epochs EPOCHS` makes "
        "on two\ncores; the epoch that was best on the validation graphs is kept."
    )


def write_page(path: Path, known: Mapping[str, Records]) -> None:
    """Write the page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(known), encoding="utf-8")
