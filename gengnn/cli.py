"""The command line: parsing, and what goes to the terminal."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from gengnn.emit.folder import check_mark
from gengnn.errors import ConfigError, GengnnError
from gengnn.metrics import Metric
from gengnn.passes.goal import Optimize
from gengnn.progress import shown_on
from gengnn.report import read_report
from gengnn.report.tables import console_for, print_report, unit_resources
from gengnn.synth import SynthTool

if TYPE_CHECKING:
    from gengnn.project import Project, Simulation

app = typer.Typer(
    name="gengnn",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Compile a trained PyTorch Geometric model into an FPGA accelerator.",
)


class Backend(StrEnum):
    """What a build writes."""

    HLS = "hls"
    RTL = "rtl"


Count = int | None

Folder = Annotated[Path, typer.Argument(metavar="BUILD", help="A folder that gengnn built.")]
Goal = Annotated[
    Optimize, typer.Option(help="Cycles of one graph, or from one result to the next.")
]
Graphs = Annotated[
    Path, typer.Option(help="A list of PyG Data, written with torch.save.", metavar="FILE")
]


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback on errors.")] = False,
) -> None:
    """Take the options that stand before a command; `main` reads --debug itself."""


@app.command()
def build(  # noqa: PLR0913, PLR0917 -- one argument per option
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="From gengnn.export.")],
    part: Annotated[str, typer.Option(help="The FPGA, e.g. xcu50.")],
    data: Graphs,
    clock_mhz: Annotated[float, typer.Option(min=1.0, help="The clock to aim at.")] = 300.0,
    precision: Annotated[
        str, typer.Option(help="auto, one format ('ap_fixed<16,6>'), or a .json by module path.")
    ] = "auto",
    max_nodes: Annotated[Count, typer.Option(min=1, help="Nodes of the largest graph.")] = None,
    max_edges: Annotated[Count, typer.Option(min=1, help="Edges of the largest graph.")] = None,
    max_graphs: Annotated[Count, typer.Option(min=1, help="Graphs in one packet.")] = None,
    most: Annotated[
        list[str] | None,
        typer.Option("--max", metavar="NAME=COUNT", help="The same for any node or edge type."),
    ] = None,
    utilization: Annotated[
        float, typer.Option(min=0.01, max=1.0, help="The share of the part to use.")
    ] = 0.7,
    multipliers: Annotated[
        int | None, typer.Option(min=1, help="At most so many multipliers.")
    ] = None,
    optimize: Goal = Optimize.LATENCY,
    backend: Annotated[str, typer.Option(help="hls, rtl or hls,rtl.")] = "hls,rtl",
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder to write.")] = Path("build"),
    dump: Annotated[
        Path | None, typer.Option(help="Write the graph as text after each pass here.")
    ] = None,
) -> None:
    """Compile MODEL into a folder of C++ and SystemVerilog."""
    backends = _backends(backend)
    from gengnn.project import build as build_project  # noqa: PLC0415 -- imports torch

    project = build_project(
        model,
        data=data,
        out=out,
        part=part,
        clock_mhz=clock_mhz,
        precision=_precision(precision),
        max_nodes=max_nodes,
        max_edges=max_edges,
        max_graphs=max_graphs,
        limits=_limits(most or []),
        utilization=utilization,
        optimize=optimize,
        multipliers=multipliers,
        backends=backends,
        dump=dump,
    )
    print_report(project.report, _stdout())


@app.command()
def csim(folder: Folder, data: Graphs) -> None:
    """Run the C++ and compare it with the reference."""
    project = _open(folder)
    _verdict("C-simulation", project.csim(data), project)


@app.command()
def cosim(
    folder: Folder,
    data: Graphs,
    waves: Annotated[bool, typer.Option("--waves", help="Keep the waveforms.")] = False,
    back_to_back: Annotated[
        bool, typer.Option("--back-to-back", help="Send graphs without a pause: throughput.")
    ] = False,
) -> None:
    """Simulate the RTL and compare it with the reference."""
    project = _open(folder)
    found = project.cosim(data, waves=waves, back_to_back=back_to_back)
    _verdict("RTL simulation", found, project)


@app.command()
def compare(
    folder: Folder,
    data: Graphs,
    metric: Annotated[Metric, typer.Option(help="What to measure, against the labels y.")],
) -> None:
    """Measure the fixed-point model against the float one."""
    project = _open(folder)
    project.compare(data, metric=metric.value)
    print_report(project.report, _stdout())


@app.command()
def synth(
    folder: Folder,
    tool: Annotated[SynthTool, typer.Option(help="Who counts.")] = SynthTool.YOSYS,
) -> None:
    """Count the resources with a synthesis tool."""
    project = _open(folder)
    figures = project.synth(tool.value)
    console = _stdout()
    if "units" in figures:
        console.print(unit_resources(figures["units"], console.is_terminal))
    print_report(project.report, console)


@app.command()
def report(folder: Folder) -> None:
    """Print what is known about a build."""
    check_mark(folder)
    print_report(read_report(folder), _stdout())


@app.command()
def doctor() -> None:
    """Tell which tools were found, and what others add."""
    from gengnn.doctor import diagnose  # noqa: PLC0415 -- only this command looks for tools

    table = Table("tool", "version", "where, or how to get it", "what it is for", box=None)
    for tool in diagnose():
        table.add_row(tool.name, tool.version or "not found", tool.place or tool.remedy, tool.adds)
    _stdout().print(table)


def main() -> None:
    """Run the command line; errors go to stderr, with a traceback only if --debug is given."""
    words = [word for word in sys.argv[1:] if word != "--debug"]
    try:
        with shown_on(console_for(sys.stderr)):
            sys.exit(app(words or ["--help"], prog_name="gengnn", standalone_mode=False))
    except (Exception, typer.Abort) as error:
        if "--debug" in sys.argv:
            raise
        print(f"error: {_message(error)}", file=sys.stderr)
        sys.exit(getattr(error, "exit_code", 1))


def _message(error: Exception) -> str:
    """What an error tells the user."""
    if isinstance(error, GengnnError):
        return str(error)
    if isinstance(error, typer.TyperException):
        return f"{error.format_message()}\n  gengnn --help lists the commands and their options"
    return (
        f"{type(error).__name__}: {error}\n"
        "  this is a defect of gengnn; --debug shows where it happened"
    )


def _stdout() -> Console:
    return console_for(sys.stdout)


def _open(folder: Path) -> Project:
    from gengnn.project import Project  # noqa: PLC0415 -- imports torch

    return Project.open(folder)


def _precision(given: str) -> str | dict[str, object]:
    """The option as it is, or the content of the JSON file that it names."""
    if not given.endswith(".json"):
        return given
    try:
        told = json.loads(Path(given).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read the precision file {given}: {error}") from error
    if not isinstance(told, dict):
        raise ConfigError(f"{given} must hold a JSON object: module path -> format")
    return told


def _limits(given: list[str]) -> dict[str, int]:
    """Options NAME=COUNT as a dictionary."""
    pairs = [entry.rpartition("=") for entry in given]
    for name, _, count in pairs:
        if not name or not count.isdecimal() or not int(count):
            raise typer.BadParameter(
                f"{name or count!r} is not NAME=COUNT, e.g. --max author=500", param_hint="--max"
            )
    return {name: int(count) for name, _, count in pairs}


def _backends(given: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(given.split(",")))
    unknown = [name for name in names if name not in list(Backend)]
    if unknown:
        raise typer.BadParameter(
            f"{', '.join(map(repr, unknown))} is not one of {', '.join(Backend)}",
            param_hint="--backend",
        )
    return names


def _verdict(what: str, found: Simulation, project: Project) -> None:
    """Print the report; values that differ from the reference are an error."""
    print_report(project.report, _stdout())
    if found.waves:
        _stdout().print(f"waves: {found.waves}")
    if found.mismatches:
        first = f"first in graph {found.graph}"
        if found.difference:
            first += f", {found.difference}"
        raise GengnnError(
            f"{what} differs from the reference in {found.mismatches} values\n  {first}"
        )
