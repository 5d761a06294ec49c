"""The tables that `gengnn report`, `synth` and the demo print, each figure with its origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Table

from gengnn.parts import RESOURCES, part

Row = tuple[str, str, str]
"""Figure, value, how it was obtained."""

PLAIN_WIDTH = 120
"""Columns where the output is no terminal that says its own width."""

ORIGINS = {"estimated": "estimated (cost model)", "yosys": "Yosys synthesis", "vitis": "Vitis HLS"}
CHECKS = {"csim": ("C++", "C-simulation"), "rtl": ("RTL", "RTL simulation")}
REFERENCE = "integer reference"


def console_for(file: TextIO) -> Console:
    """A console on `file`: with colours and frames on a terminal, plain text elsewhere."""
    is_terminal = file.isatty()
    return Console(file=file, width=None if is_terminal else PLAIN_WIDTH, highlight=False)


def print_report(report: Mapping[str, Any], console: Console) -> None:
    """Print the summary of a report, its functions and its saturated tensors if there are any."""
    console.print(summary(report, console.is_terminal))
    if report.get("limits_of_latency"):
        console.print(limits(report, console.is_terminal))
    if report.get("functions"):
        console.print(functions(report, console.is_terminal))
    if any(entry["saturations"] for entry in report["formats"].values()):
        console.print(saturations(report, console.is_terminal))


def summary(report: Mapping[str, Any], framed: bool = False) -> Table:
    """One table: accuracy, mismatches, latency and resources."""
    title = f"{report['model']} on {report['part']} at {report['clock_mhz']:g} MHz"
    table = _table(title, framed, "figure", "value", "how it was obtained")
    for rows in (
        _accuracy(report),
        _checks(report),
        _latency(report),
        _throughput(report),
        _resources(report),
    ):
        for row in rows:
            table.add_row(*row)
    if report["resources"]["yosys"]:
        table.caption = part(report["part"]).note or None
    return table


def saturations(report: Mapping[str, Any], framed: bool = False) -> Table:
    """The tensors that had to be saturated, most often first."""
    table = _table("Saturated tensors in the last run", framed, "tensor", "format", "saturations")
    entries = sorted(report["formats"].items(), key=lambda item: -item[1]["saturations"])
    for name, entry in entries:
        if entry["saturations"]:
            integer = entry["width"] - entry["frac"]
            table.add_row(name, f"<{entry['width']},{integer}>", f"{entry['saturations']:,}")
    return table


def limits(report: Mapping[str, Any], framed: bool = False) -> Table:
    """The units that a graph waits for, the one that costs most cycles first."""
    total = report["latency"]["estimated_cycles"]
    title = "What limits the latency: cycles that a graph saves if the units take a row per cycle"
    table = _table(title, framed, "units", "cycles per row", "DSP", "saved", "what it is")
    for entry in report["limits_of_latency"]:
        saved = f"{entry['saved']:,.0f} ({entry['saved'] / total:.0%})"
        told = (str(entry["interval"]), str(entry["multipliers"]), saved)
        where = dict.fromkeys(what.split(": ")[0] for what in entry["what"])
        table.add_row("\n".join(entry["units"]), *told, "\n".join(where))
    return table


def functions(report: Mapping[str, Any], framed: bool = False) -> Table:
    """The functions that are computed approximately, the least accurate first."""
    title = "Functions, and their largest error before rounding in units of the last place"
    table = _table(title, framed, "function", "formats", "entries", "error", "where")
    places: dict[tuple[Any, ...], list[str]] = {}
    for entry in report["functions"].values():
        formats = f"{entry['inputs']} -> {entry['output']}"
        key = (-entry["error"], entry["function"], formats, entry["entries"])
        places.setdefault(key, []).append(entry["source"])
    for (error, name, formats, entries), sources in sorted(places.items()):
        more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
        told = str(entries) if entries else "-"
        table.add_row(name, formats, told, f"{-error:.2f}", sources[0] + more)
    return table


def unit_resources(units: Mapping[str, Mapping[str, int]], framed: bool = False) -> Table:
    """Resources of each unit, the largest first."""
    table = _table("Resources by unit (Yosys synthesis)", framed, "unit", *map(_upper, RESOURCES))
    for name, found in sorted(units.items(), key=lambda item: -item[1]["lut"]):
        table.add_row(name, *(f"{found[resource]:,}" for resource in RESOURCES))
    return table


def _table(title: str, framed: bool, *columns: str) -> Table:
    shape = box.ROUNDED if framed else None
    table = Table(
        title=title, title_justify="left", caption_justify="left", box=shape, pad_edge=framed
    )
    for number, column in enumerate(columns):
        is_number = number > 0 and not column.startswith("how")
        table.add_column(column, justify="right" if is_number else "left", overflow="fold")
    return table


def _accuracy(report: Mapping[str, Any]) -> Iterator[Row]:
    accuracy = report["accuracy"]
    if accuracy["metric"] is None:
        return
    name = accuracy["metric"].replace("_", "-")
    yield f"{name}, float", f"{accuracy['float']:.4f}", "float model"
    yield f"{name}, fixed point", f"{accuracy['fixed']:.4f}", REFERENCE


def _checks(report: Mapping[str, Any]) -> Iterator[Row]:
    for key, (name, origin) in CHECKS.items():
        check = report["checks"][key]
        if check["graphs"]:
            value = f"{check['mismatches']:,} in {check['graphs']:,} graphs"
            yield f"mismatches, {name}", value, f"{origin} against {REFERENCE}"
        else:
            yield f"mismatches, {name}", "not run", origin


def _latency(report: Mapping[str, Any]) -> Iterator[Row]:
    latency, mhz = report["latency"], report["clock_mhz"]
    estimate, simulated = latency["estimated_cycles"], latency["rtl_cycles"]
    yield "cycles per graph", f"{estimate:,.0f}", ORIGINS["estimated"]
    if simulated["graphs"]:
        origin = f"{CHECKS['rtl'][1]}, {simulated['graphs']:,} graphs"
        spread = f"{simulated['min']:,} to {simulated['max']:,}"
        yield "cycles per graph", f"{simulated['mean']:,.0f} ({spread})", origin
        yield (
            "microseconds per graph",
            f"{simulated['mean'] / mhz:.2f}",
            f"{origin}, at {mhz:g} MHz",
        )


def _throughput(report: Mapping[str, Any]) -> Iterator[Row]:
    """Graphs per second when they are sent back to back."""
    found, mhz = report["throughput"], report["clock_mhz"]
    rates = [(found["estimated_interval"], ORIGINS["estimated"])]
    simulated = found["rtl_interval"]
    if simulated["graphs"]:
        rates.append((simulated["mean"], f"{CHECKS['rtl'][1]}, {simulated['graphs']:,} graphs"))
    for interval, origin in rates:
        if interval:
            told = f"{mhz * 1e6 / interval:,.0f} (one in {interval:,.0f} cycles)"
            yield "graphs per second", told, f"{origin}, at {mhz:g} MHz"


def _resources(report: Mapping[str, Any]) -> Iterator[Row]:
    capacity = part(report["part"]).capacity
    for resource in RESOURCES:
        for key, origin in ORIGINS.items():
            found = report["resources"][key]
            if found:
                yield _upper(resource), _share(found[resource], capacity[resource]), origin
    for key in ("yosys", "vitis"):
        if not report["resources"][key]:
            yield "resources", "not run", ORIGINS[key]


def _share(used: int, available: int) -> str:
    share = f" ({used / available:.1%})" if available else ""
    return f"{used:,} of {available:,}{share}"


def _upper(resource: str) -> str:
    return resource.upper()
