"""SystemVerilog text: literals, declarations, and instances with aligned named ports."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gengnn.emit.cpp import COLUMNS
from gengnn.ops.base import Setting

INDENT = 2
"""Columns that the body of a module stands in from the left."""

WORD_BITS = 32
"""Bits of a plain number."""


@dataclass(frozen=True)
class Instance:
    """One instance of a module; parameters and ports are lines `.Name  (value)`."""

    module: str
    name: str
    params: tuple[str, ...]
    ports: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A paragraph of a module: a comment, declarations, instances, assignments."""

    comment: str
    declarations: tuple[str, ...] = ()
    instances: tuple[Instance, ...] = ()
    assigns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Module:
    """A generated module."""

    name: str
    comment: str
    ports: tuple[str, ...]
    declarations: tuple[str, ...]
    sections: tuple[Section, ...]


def literal(value: int) -> str:
    """A parameter value: sized hexadecimal where a plain number would not fit."""
    if abs(value) < 1 << (WORD_BITS - 1):
        return str(value)
    return f"{WORD_BITS if value < 1 << WORD_BITS else 2 * WORD_BITS}'h{value:x}"


def setting(value: Setting) -> str:
    """A parameter value; a table is a vector of words, entry 0 in the low bits."""
    if isinstance(value, int):
        return literal(value)
    words = ", ".join(f"{WORD_BITS}'d{entry}" for entry in reversed(value))
    start = " " * (3 * INDENT)
    lines = textwrap.wrap(words, COLUMNS, initial_indent=start, subsequent_indent=start)
    return "{\n" + "\n".join(lines) + f"\n{' ' * (2 * INDENT)}}}"


def instance(
    module: str, name: str, params: Mapping[str, Setting | str], ports: Mapping[str, str]
) -> Instance:
    """An instance; `params` are numbers, tables, or text that is taken as it is."""
    told = {
        key: value if isinstance(value, str) else setting(value) for key, value in params.items()
    }
    return Instance(module, name, connections(told), connections(ports))


def connections(pins: Mapping[str, str]) -> tuple[str, ...]:
    """Lines `.name (value)`, the values aligned."""
    width = max(map(len, pins), default=0)
    return tuple(f".{name:<{width}}({value})" for name, value in pins.items())


def concat(signals: Sequence[str]) -> str:
    """Signals side by side, the first in the lowest bits; a line each if they are long."""
    if len(signals) == 1:
        return signals[0]
    items = list(reversed(signals))
    one_line = "{" + ", ".join(items) + "}"
    if len(one_line) <= COLUMNS - len("    .status_valid(|),"):
        return one_line
    return "{\n" + ",\n".join(f"      {item}" for item in items) + "\n    }"


def logic(bits: int) -> str:
    """The type of a signal."""
    return "logic" if bits == 1 else f"logic [{bits - 1}:0]"


def ports(signals: Sequence[tuple[str, str, int]]) -> tuple[str, ...]:
    """Port declarations of (direction, name, bits), in columns."""
    width = max(len(logic(bits)) for _, _, bits in signals)
    return tuple(f"{way:<6} {logic(bits):<{width}} {name}" for way, name, bits in signals)


def declare(signals: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """Declarations of (name, bits), those of one width together, single bits first."""
    by_width: dict[int, list[str]] = {}
    for name, bits in signals:
        by_width.setdefault(bits, []).append(name)
    lines: list[str] = []
    for bits in sorted(by_width, key=lambda bits: bits != 1):
        text = f"{logic(bits)} {', '.join(by_width[bits])};"
        first, *more = textwrap.wrap(text, COLUMNS - 3 * INDENT)
        lines += [first, *(f"    {line}" for line in more)]
    return tuple(lines)


def part(signal: str, offset: int, bits: int, of: int) -> str:
    """`bits` bits of a signal of `of` bits, from bit `offset` on."""
    if bits == of:
        return signal
    return f"{signal}[{offset}]" if bits == 1 else f"{signal}[{offset + bits - 1}:{offset}]"
