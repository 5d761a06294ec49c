"""The packet side of the top: the loader with its stores, and the writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gengnn.design import COUNT_BITS, WORD_BITS, Design, Field, RowLayout
from gengnn.emit.cpp import comment, identifier
from gengnn.emit.rtl_units import SIGNALS, stream_pins
from gengnn.emit.sv import Instance, Section, concat, declare, instance, part
from gengnn.ops.base import Setting

INTEGER_BITS = 32
"""Bits of the limits that the checks compare with."""

CLOCK = {"clk": "aclk", "rst_n": "aresetn"}
"""The connections that all units of the top share."""


IDLE = ("busy", "hold")
"""Signals of a space whose rows do not enter the machine."""


@dataclass(frozen=True)
class Rows:
    """One base space of the loader.

    `sinks` are the streams fed, each with its part of a row ("1'b0" for the rows themselves);
    `checks` the fields that are checked, each with its place in a row.
    """

    layout: RowLayout
    sinks: tuple[tuple[str, str], ...]
    checks: tuple[tuple[Field, int], ...]

    @property
    def stem(self) -> str:
        """What the signals of this space start with."""
        return f"load_{identifier(self.layout.space)}"

    @property
    def is_read(self) -> bool:
        """Whether a part of a row enters the machine."""
        return any(field.stream for field in self.layout.fields)

    @property
    def is_stored(self) -> bool:
        """Whether the data of its rows is looked at."""
        return self.is_read or bool(self.checks)

    def bad(self) -> list[str]:
        """The signals of the checks."""
        return [f"{self.stem}_is_bad{number}" for number in range(len(self.checks))]

    def bare(self) -> dict[str, str]:
        """Signals, and what they say: an index cannot be in range, as its target has no rows."""
        targets = sorted({field.target for field, _ in self.checks if field.target})
        return {
            f"{self.stem}_lacks_{identifier(target)}": (
                f"{self.stem}_count != '0 && {_count(target)} == '0"
            )
            for target in targets
        }

    def kept(self) -> str:
        """A row with zeros in place of indices out of range."""
        checked = {offset: number for number, (_, offset) in enumerate(self.checks)}
        parts = []
        for field, offset in self.layout.placed:
            number = checked.get(offset)
            row = part(f"{self.stem}_row", offset, field.bits, self.layout.bits)
            parts.append(row if number is None else f"{self.stem}_kept{number}")
        return concat(parts)


def _count(space: str) -> str:
    """The signal with the rows of a space."""
    return f"load_{identifier(space)}_count"


def loader(design: Design) -> list[Section]:
    """The loader, then for each base space what collects, checks and feeds its rows."""
    spaces = [_rows(layout) for layout in design.layouts]
    sections = [_control(design, spaces)]
    sections += [_space(design, rows) for rows in spaces if rows.is_stored or rows.sinks]
    return sections


def _rows(layout: RowLayout) -> Rows:
    sinks, checks = [], []
    stem = f"load_{identifier(layout.space)}"
    for field, offset in layout.placed:
        if field.stream:
            sinks.append((field.stream, part(f"{stem}_data", offset, field.bits, layout.bits)))
        if field.target or 0 < field.bound < 1 << field.width:
            checks.append((field, offset))
    if layout.rows_stream:
        sinks.append((layout.rows_stream, "1'b0"))
    return Rows(layout, tuple(sinks), tuple(checks))


def _control(design: Design, spaces: Sequence[Rows]) -> Section:
    """The unit that reads packets, and the one that keeps the status of each graph."""
    targets = {field.target for rows in spaces for field, _ in rows.checks}
    limits = tuple(rows.layout.max_rows for rows in spaces)
    beats = tuple(rows.layout.beats(design.tdata) for rows in spaces)
    params: dict[str, Setting] = {"Spaces": len(spaces), "TData": design.tdata}
    params |= {"MaxRows": limits, "Beats": beats}
    counts = [
        _used(f"{r.stem}_count", bool(r.sinks or r.bare()) or r.layout.space in targets)
        for r in spaces
    ]
    stores = [_used(f"{rows.stem}_store", rows.is_stored) for rows in spaces]
    busy = [f"{rows.stem}_busy" for rows in spaces]
    hold = [f"{rows.stem}_hold" for rows in spaces]
    checks = [signal for rows in spaces for signal in rows.bad()]
    bare = {name: told for rows in spaces for name, told in rows.bare().items()}
    blank = _used("load_blank", any(rows.is_stored for rows in spaces))
    pins = CLOCK | {f"s_{s}": f"s_axis_t{s}" for s in SIGNALS}
    pins |= {"s_data": part("s_axis_tdata", 0, _header_bits(design), design.tdata)}
    pins |= {"is_header": "load_is_header", "store": concat(stores), "blank": blank}
    pins |= {"counts": concat(counts), "is_bare": _any(list(bare)), "is_bad": _any(checks)}
    pins |= {f"status{end}": f"load_status{end}" for end in ("_valid", "_ready", "")}
    pins |= {"is_let_in": "load_is_let_in", "start": "load_start"}
    pins |= {"busy": concat(busy), "hold": concat(hold)}
    state = CLOCK | {"is_header": "load_is_header"}
    for port, end in (("x", "load"), ("y", "send")):
        state |= {f"{port}_{s}": f"{end}_status_{s}" for s in ("valid", "ready")}
        state |= {f"{port}_{s}": f"{end}_{s}" for s in ("status", "is_let_in")}
    state |= {"y_cycles": "send_cycles"}
    leftover = _leftover(design, spaces)
    signals = [(f"load_{s}", 1) for s in ("is_header", "start")]
    signals += [(f"{end}_status_{s}", 1) for end in ("load", "send") for s in ("valid", "ready")]
    signals += [(f"{end}_is_let_in", 1) for end in ("load", "send")]
    signals += [(name, 1) for name in (blank, *stores, *busy, *hold, *bare, *checks)]
    signals += [("unused_tdata", 1)] * len(leftover) + [(name, COUNT_BITS) for name in counts]
    signals += [("load_status", 8), ("send_status", 8), ("send_cycles", 32)]
    return Section(
        comment("Packets: checked and let in as they come.", 2),
        declare(signals),
        (
            instance("gg_loader", "u_loader", params, pins),
            instance("gg_status", "u_status", {}, state),
        ),
        (
            *(f"{name} = {told}" for name, told in bare.items()),
            *(f"{rows.stem}_{s} = 1'b0" for rows in spaces if not rows.sinks for s in IDLE),
            *leftover,
        ),
    )


def _any(signals: Sequence[str]) -> str:
    """Whether one of the signals is set."""
    return f"|{concat(signals)}" if signals else "1'b0"


def _used(signal: str, is_used: bool) -> str:
    """The name of a signal; one that nobody reads says so."""
    return signal if is_used else f"unused_{signal}"


def _header_bits(design: Design) -> int:
    """Bits of the bus that a header uses."""
    return min(design.tdata, WORD_BITS * design.header_words)


def _leftover(design: Design, spaces: Sequence[Rows]) -> list[str]:
    """Names the bus bits that nothing reads as unused."""
    rows = [min(rows.layout.bits, design.tdata) for rows in spaces if rows.is_stored]
    widest = max(_header_bits(design), *rows)
    if widest == design.tdata:
        return []
    return [f"unused_tdata = &s_axis_tdata[{design.tdata - 1}:{widest}]"]


def _space(design: Design, rows: Rows) -> Section:
    """The rows of one base space: collected, checked, and sent to every stream that wants them."""
    layout = rows.layout
    parts = [_row(design, rows)] if rows.is_stored else []
    if rows.sinks:
        parts.append(_feed(rows))
    names = ", ".join(field.value for field in layout.fields) or "no data"
    told = f"Rows of {layout.space}: {names}; {layout.bits} bits, at most {layout.max_rows} rows."
    return Section(
        comment(told, 2),
        tuple(line for part_ in parts for line in part_.declarations),
        tuple(unit for part_ in parts for unit in part_.instances),
        tuple(line for part_ in parts for line in part_.assigns),
    )


def _row(design: Design, rows: Rows) -> Section:
    """What collects the rows of a space, and the checks of their indices."""
    layout, stem = rows.layout, rows.stem
    word = part("s_axis_tdata", 0, min(layout.bits, design.tdata), design.tdata)
    params = {"Bits": layout.bits, "TData": design.tdata}
    pins = {"clk": "aclk", "clear": "load_is_header", "store": f"{stem}_store"}
    pins |= {"blank": "load_blank", "word": word, "hold": f"{stem}_hold"}
    pins |= {"row_valid": f"{stem}_row_valid", "row": f"{stem}_row"}
    signals = [(f"{stem}_row_valid", 1), (f"{stem}_row", layout.bits)]
    checks = list(enumerate(rows.checks))
    signals += [(f"{stem}_kept{number}", field.bits) for number, (field, _) in checks]
    assigns = []
    if not rows.sinks:
        signals.append((f"unused_{stem}_kept", 1))
        assigns.append(f"unused_{stem}_kept = &{rows.kept()}")
    return Section(
        "",
        declare(signals),
        (
            instance("gg_loader_row", f"u_{stem}_row", params, pins),
            *(_check(rows, number) for number, _ in checks),
        ),
        tuple(assigns),
    )


def _check(rows: Rows, number: int) -> Instance:
    field, offset = rows.checks[number]
    stem = rows.stem
    filler = f"{INTEGER_BITS - COUNT_BITS}'d0"
    pins = {"clk": "aclk", "clear": "load_is_header", "row_valid": f"{stem}_row_valid"}
    pins |= {"row": part(f"{stem}_row", offset, field.bits, rows.layout.bits)}
    target = f"{{{filler}, {_count(field.target)}}}"
    pins |= {"limit": target if field.target else f"32'd{field.bound}"}
    pins |= {"kept": f"{stem}_kept{number}", "is_bad": rows.bad()[number]}
    params = {"Lanes": field.lanes, "Width": field.width}
    return instance("gg_loader_check", f"u_{stem}_check{number}", params, pins)


def _feed(rows: Rows) -> Section:
    """Sends the rows to one stream, or through a fork to several."""
    stem, limit, bits = rows.stem, rows.layout.max_rows, rows.layout.bits
    wires = [identifier(stream) for stream, _ in rows.sinks]
    data = f"{stem}_data" if rows.is_read else f"unused_{stem}_data"
    pins = CLOCK | {"start": "load_start", "count": f"{stem}_count"}
    pins |= {s: f"{stem}_{s}" for s in IDLE}
    stored = {"row_valid": f"{stem}_row_valid", "row": rows.kept()}
    pins |= stored if rows.is_stored else {"row_valid": "1'b1", "row": "1'b0"}
    width = bits if rows.is_stored else 1
    signals = [(data, width)]
    control = SIGNALS[:3]
    source = wires[0]
    forks = []
    if len(wires) > 1:
        source = stem
        signals += [(f"{stem}_{s}", 1) for s in control] + [(f"unused_{stem}_copies", len(wires))]
        forks.append(_fork(stem, wires))
    pins |= {f"y_{s}": f"{source}_{s}" for s in control} | {"y_data": data}
    feed = instance("gg_loader_feed", f"u_{stem}_feed", {"Bits": width, "MaxRows": limit}, pins)
    sinks = zip(wires, (bits for _, bits in rows.sinks), strict=True)
    assigns = [f"{wire}_data = {bits}" for wire, bits in sinks]
    unread = _unread(rows)
    if unread:
        signals.append((f"unused_{stem}_data", 1))
        assigns.append(f"unused_{stem}_data = &{concat(unread)}")
    return Section("", declare(signals), (feed, *forks), tuple(assigns))


def _unread(rows: Rows) -> list[str]:
    """The parts of a row in the machine that no stream takes."""
    layout = rows.layout
    return [
        part(f"{rows.stem}_data", offset, field.bits, layout.bits)
        for field, offset in layout.placed
        if rows.is_read and not field.stream
    ]


def _fork(stem: str, wires: Sequence[str]) -> Instance:
    """Control only: the row itself stands there until everyone has taken it."""
    control = SIGNALS[:3]
    pins = CLOCK | {f"x_{s}": f"{stem}_{s}" for s in control} | {"x_data": "1'b0"}
    pins |= {f"y_{s}": concat([f"{wire}_{s}" for wire in wires]) for s in control}
    pins |= {"y_data": f"unused_{stem}_copies"}
    return instance("gg_fork", f"u_{stem}_fork", {"Width": 1, "Ports": len(wires)}, pins)


def writer(design: Design) -> Section:
    """Every result as bus words, and the unit that sends them in turn."""
    tdata, instances, signals = design.tdata, [], []
    stems = [f"send{number}" for number in range(len(design.results))]
    for stem, layout in zip(stems, design.results, strict=True):
        stream = design.streams[layout.fields[0].stream]
        pins = CLOCK | stream_pins("x", stream.name) | stream_pins("y", stem)
        params = {"Width": stream.bits, "Beats": stream.beats, "TData": tdata}
        instances.append(instance("gg_writer_rows", f"u_{stem}", params, pins))
        signals += [(f"{stem}_{s}", 1) for s in ("valid", "ready", "last")]
        signals.append((f"{stem}_data", tdata))
    pins = dict(CLOCK)
    for signal in SIGNALS:
        pins[f"x_{signal}"] = concat([f"{stem}_{signal}" for stem in stems])
    told = ("status_valid", "status_ready", "status", "is_let_in", "cycles")
    pins |= {s: f"send_{s}" for s in told}
    pins |= {f"m_{s}": f"m_axis_t{s}" for s in SIGNALS}
    params = {"Results": len(stems), "TData": tdata}
    instances.append(instance("gg_writer", "u_writer", params, pins))
    title = "Responses: the rows of each result in turn, then the status beat."
    keep = f"m_axis_tkeep = {{{tdata // 8}{{1'b1}}}}"
    return Section(comment(title, 2), declare(signals), tuple(instances), (keep,))
