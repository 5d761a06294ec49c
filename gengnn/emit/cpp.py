"""C++ text: names, comments, literals and lines that fit in 100 columns."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

COLUMNS = 100
"""The longest line of generated code."""


def identifier(name: str) -> str:
    """`name` with everything that C++ does not take in an identifier made an underscore."""
    return re.sub(r"\W", "_", name, flags=re.ASCII)


def one_line(text: str) -> str:
    """`text` without anything that could end or continue a line comment."""
    return "".join(c if c.isprintable() and c != "\\" else " " for c in text)


def comment(text: str, indent: int = 0) -> str:
    """`text` as line comments."""
    start = " " * indent + "// "
    return textwrap.fill(
        one_line(text),
        COLUMNS,
        initial_indent=start,
        subsequent_indent=start,
        break_on_hyphens=False,
    )


def listing(head: str, items: Sequence[str], tail: str, indent: int) -> str:
    """`head` item, item, ... `tail`, broken between items where a line would be too long."""
    one_line = " " * indent + head + ", ".join(items) + tail
    if len(one_line) <= COLUMNS:
        return one_line
    lines, start = [" " * indent + head], " " * (indent + 4)
    lines.append(start)
    for number, item in enumerate(items):
        piece = item + (tail if number == len(items) - 1 else ",")
        if len(lines[-1]) + len(piece) + 1 > COLUMNS:
            lines.append(start)
        lines[-1] += piece if lines[-1] == start else " " + piece
    return "\n".join(line.rstrip() for line in lines)


def integer_type(value: int) -> str:
    """The C type of a compile-time integer."""
    if -(1 << 31) < value < 1 << 31:
        return "int"
    return "long long" if value < 1 << 63 else "unsigned long long"


def literal(value: int) -> str:
    """An integer as a C literal of `integer_type`."""
    suffix = {"int": "", "long long": "LL", "unsigned long long": "ULL"}
    return f"{value}{suffix[integer_type(value)]}"


def table(name: str, values: Sequence[int]) -> list[str]:
    """A member function that gives value i: C++14 has no array members without a definition."""
    return [
        f"  static constexpr int {name}(int i) {{",
        *listing("constexpr int values[] = {", [str(v) for v in values], "};", 4).splitlines(),
        "    return values[i];",
        "  }",
    ]


def code_type(width: int) -> str:
    """The narrowest C type that holds signed codes of `width` bits."""
    known = ((8, "signed char"), (16, "short"), (32, "int"))
    return next((name for bits, name in known if width <= bits), "long long")
