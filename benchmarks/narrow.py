"""Units made narrower without making any way through them shorter."""

from __future__ import annotations

import math
from collections.abc import Callable

from gengnn.ops.cost import CONSTANTS_DEPTH, LUTRAM_DEPTH
from gengnn.synth.shapes import Shape

LANES = 2
"""Lanes that are kept of units whose lanes have nothing to do with each other."""

BITS = 16
"""Bits that are kept of beats that are only passed on."""

TERMS = 5
"""Products that are kept of a sum; an adder tree has a register behind every level."""

Params = dict[str, int]


def narrowed(shape: Shape) -> Shape:
    """A unit with fewer lanes: what it does in each, its control and its depths stay."""
    told = dict(shape.params)
    told.pop("Init", None)
    numbers = {name: int(text) for name, text in told.items() if text.lstrip("-").isdigit()}
    change = CHANGES.get(shape.module, _fewer_lanes)
    told |= {name: str(number) for name, number in change(numbers).items()}
    return Shape(shape.module, tuple(sorted(told.items())))


def _same(_: Params) -> Params:
    return {}


def _fewer_lanes(params: Params) -> Params:
    return {name: min(n, LANES) for name, n in params.items() if name.startswith("Lanes")}


def _fewer_bits(params: Params) -> Params:
    return {"Width": min(params["Width"], BITS)}


def _one_kind_of_memory(params: Params) -> Params:
    """A constant memory is LUT RAM up to 64 words, and where it says so up to 128, or block RAM."""
    if params["Depth"] <= LUTRAM_DEPTH:
        return {"Width": BITS, "Depth": LUTRAM_DEPTH}
    return {"Width": BITS, "Depth": CONSTANTS_DEPTH if params.get("Style") else 1024}


def _in_proportion(*names: str) -> Callable[[Params], Params]:
    def change(params: Params) -> Params:
        common = math.gcd(*(params[name] for name in names))
        return {name: params[name] // common for name in names}

    return change


def _one_output(params: Params) -> Params:
    """One column of a matrix unit with as many steps and blocks."""
    terms = min(params["Parallel"], TERMS)
    steps = math.ceil(params["Features"] / params["Parallel"])
    is_whole = params["LanesX"] == params["Features"]
    return {
        "Parallel": terms,
        "Features": terms * steps,
        "LanesX": terms * steps if is_whole else terms,
        "LanesY": 1,
        "Outputs": params["Outputs"] // params["LanesY"],
    }


def _single_lanes(_: Params) -> Params:
    return {"LanesA": 1, "LanesB": 1}


UNCHANGED = ("gg_loader", "gg_loader_row", "gg_loader_feed", "gg_loader_check", "gg_lanes")
"""Modules that are measured as they are."""

CHANGES: dict[str, Callable[[Params], Params]] = {
    **dict.fromkeys(("gg_fifo", "gg_replay", "gg_merge", "gg_turn", "gg_fork"), _fewer_bits),
    **dict.fromkeys(UNCHANGED, _same),
    "gg_memory": _one_kind_of_memory,
    "gg_resize": _in_proportion("LanesX", "LanesY", "Middle"),
    "gg_reduce": _in_proportion("LanesX", "Lanes"),
    "gg_linear": _one_output,
    "gg_concat": _single_lanes,
}
"""What is peculiar to some modules."""
