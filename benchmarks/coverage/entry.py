"""What a row of the coverage table is made of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

NODE, OUT, EDGE, POINT, RELATIONS = 6, 4, 3, 3, 3
"""Features of nodes, of results and of edges; coordinates of a point; kinds of edges."""


@dataclass(frozen=True)
class Variant:
    """One choice of a class's options.

    `build` makes the module with its initial parameters. `takes` names the graph attributes
    (graphs.py) that its forward takes, by the names of the arguments: `x edge_index`, or
    `x=color edge_index` for an argument that is called otherwise. `export` holds further arguments
    of `gengnn.export`.
    """

    options: str
    build: Callable[[], nn.Module]
    takes: str
    export: Mapping[str, Any] = field(default_factory=dict)

    @property
    def attributes(self) -> dict[str, str]:
        """The attribute that each argument of forward is given."""
        pairs = (word.partition("=") for word in self.takes.split())
        return {name: attribute or name for name, _, attribute in pairs}

    @property
    def name(self) -> str:
        """Arguments and options, as the table shows them."""
        return ", ".join([*self.attributes, *([self.options] if self.options else [])])

    @property
    def label(self) -> str:
        """The options, or the arguments where there are none."""
        return self.options or ", ".join(self.attributes)


@dataclass(frozen=True)
class Row:
    """A class of PyG (or a ready model) with the variants that are tried.

    A row without variants says in `excluded` why nothing can be tried.
    """

    name: str
    variants: tuple[Variant, ...] = ()
    excluded: str = ""


def each(
    make: Callable[..., nn.Module],
    takes: str,
    *choices: Mapping[str, Any],
    spaces: Mapping[str, str | int] | None = None,
) -> tuple[Variant, ...]:
    """A variant for each choice of keyword arguments of `make`; `spaces` is for the export."""
    export = {"spaces": spaces} if spaces else {}
    return tuple(
        Variant(
            ", ".join(f"{key}={told(value)}" for key, value in choice.items()),
            _bound(make, choice),
            takes,
            export,
        )
        for choice in choices or ({},)
    )


def one(options: str, build: Callable[[], nn.Module], takes: str) -> tuple[Variant, ...]:
    """A variant with options that are not plain arguments."""
    return (Variant(options, build, takes),)


def _bound(make: Callable[..., nn.Module], choice: Mapping[str, Any]) -> Callable[[], nn.Module]:
    return lambda: make(**choice)


def told(value: object) -> str:
    """An option as the table shows it."""
    return value.__name__ if callable(value) else str(value)


def slug(text: str) -> str:
    """A file name made from any text; other texts give other names."""
    letters = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    return f"{letters}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def mlp(inputs: int, outputs: int, hidden: int = 8) -> nn.Sequential:
    """Two layers."""
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))
