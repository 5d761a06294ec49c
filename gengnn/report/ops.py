"""The table of ops in the README, made from the registries."""

from __future__ import annotations

import gengnn.frontend.importer  # noqa: F401 -- registers the lowerings
from gengnn.ops import REGISTRY
from gengnn.ops.base import Op
from gengnn.ops.lowering import LOWERINGS


def op_table() -> str:
    """One row per op: its name, its meaning, the ATen operators that its file lowers."""
    rows = ["| op | meaning | ATen operators |", "|---|---|---|"]
    rows += [f"| {name} | {_meaning(op)} | {_operators(op)} |" for name, op in REGISTRY.items()]
    composed = _composed()
    rows.append(f"| (composed of these) | shapes, selections, reductions, sizes | {composed} |")
    return "\n".join(rows)


def _meaning(op: type[Op]) -> str:
    return (op.__doc__ or "").strip().split("\n", maxsplit=1)[0].rstrip(".;:")


def _operators(op: type[Op]) -> str:
    return _names({n for n, low in LOWERINGS.items() if low.__module__ == op.__module__})


def _composed() -> str:
    homes = {op.__module__ for op in REGISTRY.values()}
    return _names({name for name, low in LOWERINGS.items() if low.__module__ not in homes})


def _names(targets: set[str]) -> str:
    """Operator names without namespace, overload and in-place mark; gengnn's own left out."""
    known = (target.split(".") for target in targets)
    names = {parts[1].rstrip("_") for parts in known if parts[0] != "gengnn"}
    return ", ".join(f"`{name}`" for name in sorted(names)) or "-"
