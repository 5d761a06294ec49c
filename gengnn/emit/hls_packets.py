"""HLS: the rows of packets and answers as configuration structs and loader calls."""

from __future__ import annotations

from dataclasses import dataclass

from gengnn.design import Design, Field, RowLayout
from gengnn.emit.cpp import comment, identifier, listing
from gengnn.emit.hls_units import HlsUnits


@dataclass(frozen=True)
class FieldText:
    """The configuration struct of a packet field."""

    config: str
    comment: str
    offset: int
    lanes: int
    width: int
    bound: int
    target: int | str


@dataclass(frozen=True)
class LayoutText:
    """The configuration struct of the rows of a space, and the stream that brings them."""

    config: str
    space: str
    rows: str
    depth: int
    bits: int
    max_rows: int
    bus_beats: int
    checked: str
    sent: str


@dataclass(frozen=True)
class ResultText:
    """The configuration struct of a result."""

    config: str
    comment: str
    beats: int
    bus_beats: int


def fields(design: Design) -> list[FieldText]:
    """Every field of every layout; a ROWS stream is a field without lanes."""
    places = {layout.space: place for place, layout in enumerate(design.layouts)}
    found = []
    for layout in design.layouts:
        for entry, offset in layout.placed:
            target = places[entry.target] if entry.target else NO_SPACE
            found.append(_field(layout, entry, offset, target))
        if layout.rows_stream:
            told = comment(f"one beat per row of {layout.space}")
            found.append(FieldText(_rows_config(layout), told, 0, 0, 1, 0, NO_SPACE))
    return found


NO_SPACE = "gg::NO_SPACE"
"""The target of a field whose codes are not bounded by the rows of a space."""


def layouts(design: Design) -> list[LayoutText]:
    """The rows of every input space, in the order of the packet."""
    return [_layout(design, layout) for layout in design.layouts]


def all_layouts(design: Design) -> str:
    """The list of the layouts."""
    configs = [text.config for text in layouts(design)]
    return listing("using Layouts = gg::Layouts<", configs, ">;", 2)


def receiver(design: Design) -> str:
    """The call that takes a packet."""
    spaces = [_rows(layout) for layout in design.layouts]
    head = "gg::receive<Packet::Bus>("
    return listing(head, ["Packet::Layouts()", "s_axis", "status", *spaces], ");", 2)


def results(design: Design) -> list[ResultText]:
    """The results in the order of the answer."""
    texts = []
    for number, layout in enumerate(design.results):
        entry = layout.fields[0]
        beats = design.streams[entry.stream].beats
        told = comment(_told(layout, entry))
        texts.append(ResultText(f"result_{number}", told, beats, layout.beats(design.tdata)))
    return texts


def senders(design: Design, units: HlsUnits) -> list[str]:
    """The calls that let the rows of each space into the machine."""
    calls = []
    for layout in design.layouts:
        streams = [units.variable(entry.stream) for entry in layout.fields if entry.stream]
        if layout.rows_stream:
            streams.append(units.variable(layout.rows_stream))
        head = f"gg::send<{_layout_config(layout)}>("
        calls.append(listing(head, [_rows(layout), *streams], ");", 2))
    return calls


def writer(design: Design, units: HlsUnits) -> str:
    """The call that answers."""
    configs = ", ".join(["Packet", *(text.config for text in results(design))])
    streams = [units.variable(layout.fields[0].stream) for layout in design.results]
    return listing(f"gg::respond<{configs}>(", ["status", "m_axis", *streams], ");", 2)


def _field(layout: RowLayout, entry: Field, offset: int, target: int | str) -> FieldText:
    rule = ""
    if entry.target or entry.bound:
        rule = f", below {entry.bound or 'the rows of ' + entry.target}"
    told = comment(_told(layout, entry) + rule)
    config = _field_config(entry)
    return FieldText(config, told, offset, entry.lanes, entry.width, entry.bound, target)


def _layout(design: Design, layout: RowLayout) -> LayoutText:
    checked = [_field_config(entry) for entry in layout.fields if entry.target or entry.bound]
    sent = [_field_config(entry) for entry in layout.fields if entry.stream]
    if layout.rows_stream:
        sent.append(_rows_config(layout))
    bus_beats = layout.beats(design.tdata)
    return LayoutText(
        _layout_config(layout),
        layout.space,
        _rows(layout),
        1 + layout.max_rows * (bus_beats > 0),
        layout.bits,
        layout.max_rows,
        bus_beats,
        listing("using Checked = gg::Fields<", checked, ">;", 2),
        listing("using Sent = gg::Fields<", sent, ">;", 2),
    )


def _told(layout: RowLayout, entry: Field) -> str:
    return f"{entry.value}: {entry.lanes} x {entry.width} bits per row of {layout.space}"


def _field_config(entry: Field) -> str:
    return f"field_{identifier(entry.value)}"


def _layout_config(layout: RowLayout) -> str:
    return f"{identifier(layout.space)}_rows"


def _rows_config(layout: RowLayout) -> str:
    return f"every_row_of_{identifier(layout.space)}"


def _rows(layout: RowLayout) -> str:
    return f"rows_of_{identifier(layout.space)}"
