"""The library modules that a generated RTL project instantiates, with their parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gengnn.errors import ToolError

INSTANCE = re.compile(
    r"^ *(?P<module>gg_\w+) (?:#\((?P<params>[^;]*?)\n *\) )?(?P<name>u_\w+) \(", re.MULTILINE
)
"""An instance of a library module as rtl/module.sv.j2 writes it."""

PARAMETER = re.compile(r"\.(\w+) *\(([^()]*)\),?$", re.MULTILINE)

WORD_BITS = 32
"""Bits of an entry of a table."""

MEMORY = "gg_memory"
"""The library's constant memory."""


@dataclass(frozen=True)
class Shape:
    """A library module with its parameters as text; `weight` is a guess of its size."""

    module: str
    params: tuple[tuple[str, str], ...]
    weight: int = field(default=0, compare=False)

    @property
    def is_memory(self) -> bool:
        """Whether it is a constant memory, mapped as a writable one without its contents."""
        return self.module == MEMORY

    @property
    def size(self) -> tuple[int, int]:
        """Width and depth of a memory."""
        told = dict(self.params)
        return int(told["Width"]), int(told["Depth"])

    def __str__(self) -> str:
        """Module and parameters on one line."""
        return " ".join((self.module, *(f"{name}={value}" for name, value in self.params)))


def shapes(texts: Iterable[str], weights: Mapping[str, int]) -> dict[str, list[Shape]]:
    """What stands for each unit in generated modules: its kernel, and its memories.

    `weights` guesses the size of units, by instance name.

    Raises:
        ToolError: an instance of a library module is not written as expected.
    """
    found: dict[str, list[Shape]] = {}
    memories: list[tuple[str, Shape]] = []
    for text in texts:
        for name, shape in _instances(text, weights):
            if shape.is_memory:
                memories.append((name, shape))
            else:
                found.setdefault(name, []).append(shape)
    for name, shape in memories:
        owners = [owner for owner in found if name.startswith(f"{owner}_")]
        found.setdefault(max(owners, key=len, default=name), []).append(shape)
    return found


def _instances(text: str, weights: Mapping[str, int]) -> Iterator[tuple[str, Shape]]:
    matches = list(INSTANCE.finditer(text))
    begun = re.findall(r"^ *(gg_\w+)\b", text, re.MULTILINE)
    if begun != [match["module"] for match in matches]:
        raise ToolError(f"cannot tell the instances of {', '.join(sorted(set(begun)))} apart")
    for match in matches:
        module, name = match["module"], match["name"]
        params = PARAMETER.findall(match["params"] or "")
        kept = tuple((key, _plain(value)) for key, value in params if key != "Init")
        yield name, Shape(module, kept, weights.get(name, 0))


def _plain(value: str) -> str:
    """A parameter's value without spaces, a table as one number: Yosys takes no more on a line."""
    words = [int(word) for word in re.findall(rf"{WORD_BITS}'d(\d+)", value)]
    if not value.startswith("{"):
        return value
    number = sum(word << WORD_BITS * place for place, word in enumerate(reversed(words)))
    return f"{WORD_BITS * len(words)}'h{number:x}"
