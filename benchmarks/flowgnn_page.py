"""The tables of FlowGNN's six models, for the terminal and as docs/flowgnn.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from benchmarks.figures import PART, STEPS, Figures, Record
from benchmarks.workloads import EPOCHS, HEP_CALIBRATION, HEP_TEST, MULTIPLIERS, SOURCE
from gengnn.parts import RESOURCES

COMMAND = "MOLHIV=molhiv.npz python -m benchmarks.bench_flowgnn"

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
    """One table: graphs and budget, in words and as options of `gengnn.build`.

    Designs that are optimised for throughput are measured with graphs back to back only, and shown
    beside those of another setup.
    """

    title: str
    workload: str
    options: Mapping[str, float | str]
    beside: str = ""

    @property
    def is_steady(self) -> bool:
        """Whether it is about throughput."""
        return self.options.get("optimize") == "throughput"

    @property
    def steps(self) -> tuple[str, ...]:
        """What is measured."""
        return ("overlap", "synth") if self.is_steady else tuple(STEPS)


SETUPS = {
    "molhiv": Setup(
        f"ogbg-molhiv, at most {MULTIPLIERS:,} multipliers", "molhiv", {"multipliers": MULTIPLIERS}
    ),
    "molhiv-free": Setup(f"ogbg-molhiv, 80 % of {PART}", "molhiv", {"utilization": 0.8}),
    "molhiv-throughput": Setup(
        f"ogbg-molhiv, at most {MULTIPLIERS:,} multipliers, `--optimize throughput`",
        "molhiv",
        {"multipliers": MULTIPLIERS, "optimize": "throughput"},
        beside="molhiv",
    ),
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


def rate(step: str) -> Cell:
    """Graphs per second at the clock that the design was asked for."""

    def form(record: Record) -> str:
        if step not in record:
            return MISSING
        return f"{record['build']['clock_mhz'] * 1e6 / record[step]['cycles']:,.0f}"

    return form


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
    "graphs/s": rate("rtl"),
    "back to back": rate("overlap"),
}

RESOURCE: Columns = {
    "multipliers": cell("build", lambda f: f"{f['dsp']:,.0f}"),
    **{name.upper(): used(name) for name in RESOURCES},
}

CHECKS: Columns = {
    "mismatches, C++": checked("csim"),
    "mismatches, RTL": checked("rtl"),
    "back to back": checked("overlap"),
    "build, s": cell("build", lambda f: f"{f['seconds']:.0f}"),
    "Verilator, s": cell("rtl", lambda f: f"{f['compile_seconds']:.0f}"),
    "RTL, s": cell("rtl", lambda f: f"{f['seconds']:.0f}"),
    "simulated graphs/s": cell("rtl", lambda f: f"{f['graphs'] / f['seconds']:.0f}"),
}

TABLES = {"Cycles": CYCLES, "Resources": RESOURCE, "Checks": CHECKS}
"""The tables of a setup."""

STEADY: Columns = {
    "cycles per graph": cell("overlap", lambda f: f"{f['cycles']:,.0f}"),
    "graphs/s": rate("overlap"),
    "latency mode, graphs/s": rate("beside rtl"),
    "latency mode, back to back": rate("beside overlap"),
    "mismatches, RTL": checked("overlap"),
    "build, s": CHECKS["build, s"],
}
"""The columns of designs that are optimised for throughput, beside those that are not."""

STEADY_TABLES = {"Throughput": STEADY, "Resources": RESOURCE}
"""The tables of a setup about throughput."""

Records = Mapping[str, Record]
"""What is known of each model in one setup."""


def tables(setup: str, known: Mapping[str, Records]) -> Iterator[Table]:
    """The tables of a setup, of all that is known of it and of the one beside it."""
    told = SETUPS[setup]
    others = known.get(told.beside, {})
    for title, columns in (STEADY_TABLES if told.is_steady else TABLES).items():
        table = Table("model", title=f"{title}: {told.title}", box=None)
        for name in columns:
            table.add_column(name, justify="right")
        for model, record in known[setup].items():
            both = record | {f"beside {step}": x for step, x in others.get(model, {}).items()}
            table.add_row(NAMES[model][0], *(show(both) for show in columns.values()))
        yield table


def accuracies(records: Records) -> Table:
    """Epochs and ROC-AUC of the models."""
    told = {name: NAMES[name] for name in records}
    table = Table("model", "shape", "epochs", *ACCURACY, title="ROC-AUC", box=None)
    for name, (title, shape) in told.items():
        figures = [show(records[name]) for show in ACCURACY.values()]
        table.add_row(title, shape, str(EPOCHS[name]), *figures)
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

The models of {SOURCE},
trained on ogbg-molhiv, built for {PART}, and simulated as RTL graph by graph.
`MOLHIV=molhiv.npz make bench` writes this page; below each title stands the command for its tables
alone, which leaves the others as they were.

- **FlowGNN**: mean cycles per graph of FlowGNN's own designs on an Alveo U50, by the result files
  in its repository.
- **bound**: the multiplications of the linear layers, mean per graph, / {MULTIPLIERS:,}, the DSP
  blocks of FlowGNN's GIN.
- **cycles**: RTL simulation with Verilator, mean per graph, from the first input beat to the last
  output beat, one graph at a time, 16-bit formats. **estimate**: what the compiler says
  beforehand; its **error** is that of each graph, relative to the simulated cycles.
- **graphs/s** at {{clock}} MHz, the clock asked for, of those cycles, and **back to back**: every
  graph sent as soon as the design takes it. Designs of `--optimize throughput` have a table of
  their own, back to back only, beside those for the fewest cycles of a graph (**latency mode**);
  both are one design where units for each layer by itself would not bring many more graphs.
- **multipliers**: what the compiler allots. **DSP** to **URAM**: Yosys, and in brackets the
  deviation of the compiler's estimate from it; the estimate alone where Yosys was not run.
- **mismatches**: outputs that differ from the integer reference, in C++, in RTL, and in RTL with
  graphs back to back.
- **build**: `gengnn build` without simulation. **Verilator**: compiling the design. **RTL**:
  simulating all graphs in {{cores}} processes and comparing them with the reference. Other
  measurements may have shared the {{cores}} cores.

"""

WORKLOADS = {
    "molhiv": """\
The test graphs: 25.3 nodes and 55.6 directed edges on average; max_nodes 256, max_edges 512.""",
    "hep": f"""\
{HEP_TEST} random graphs of `benchmarks/hep.py`: 34 to 64 nodes, each with edges from its 16
nearest, 49 nodes and 785 edges on average as in hep10k, on which FlowGNN's figures were measured.
Features are random categories, and the formats come from {HEP_CALIBRATION} other such graphs;
max_nodes 64, max_edges 1024.""",
}
"""What is said of the graphs."""

TRAINED = """\
ROC-AUC of the weights in `benchmarks/weights`. To train them again:
`python -m benchmarks.train_molhiv --data molhiv.npz --model MODEL --epochs EPOCHS`; the epoch that
is best on the validation graphs is kept."""


def page(known: Mapping[str, Records]) -> str:
    """docs/flowgnn.md: all that is known, by setup and model."""
    records = [record for found in known.values() for record in found.values()]
    clock = max((record["build"]["clock_mhz"] for record in records), default=0)
    cores = max((record["rtl"]["cores"] for record in records if "rtl" in record), default=1)
    lines = [HEAD.format(clock=f"{clock:g}", cores=f"{cores:g}")]
    scored = {model: r for model, r in known.get("molhiv", {}).items() if "accuracy" in r}
    if scored:
        lines += ["## Accuracy", "", TRAINED, "", *markdown(accuracies(scored)), ""]
    for name, found in known.items():
        if found:
            setup = SETUPS[name]
            lines += [f"## {setup.title}", "", f"    {COMMAND} --tables {name}", ""]
            lines += [WORKLOADS[setup.workload], ""]
            for table in tables(name, known):
                lines += [*markdown(table), ""]
    return "\n".join(lines).rstrip() + "\n"


def write_page(path: Path, known: Mapping[str, Records]) -> None:
    """Write the page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(known), encoding="utf-8")
