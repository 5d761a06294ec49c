"""The structural cells: what buffers, forks, merges and width changes take as parameters."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache

from gengnn.design import BACK, Stream
from gengnn.ops.base import SHALLOW_DEPTH, Cost, memory_cost, outlet_cost
from gengnn.ops.cost import address_bits, memory_bram18, memory_uram, row_parts
from gengnn.passes.netlist import Cell

SHALLOW = 2
"""Rows of a buffer that only cuts a path."""

ULTRA = 3
"""The `Style` of a buffer in UltraRAM."""

WORTH = 2
"""Blocks of RAMB18 that a block of UltraRAM must save."""


def cell_params(
    cell: Cell, lanes: int, beats: int, width: int, rows: int, layers: int
) -> dict[str, int]:
    """Parameters of a structural cell on a stream of `beats` beats of `lanes` lanes per row."""
    if cell.kind == "fifo":
        return {"Width": lanes * width, "Depth": cell.repeat * rows * beats + 1}
    if cell.kind == "replay":
        return {"Width": lanes * width, "Depth": rows * beats, "Repeat": cell.repeat}
    if cell.kind == "merge":
        return {"Width": lanes * width, "Iters": layers}
    if cell.kind == "turn":
        return {"Width": lanes * width, "Own": cell.repeat, "Iters": layers}
    ports = len(cell.mask)
    mask = sum(
        1 << (layer * ports + port)
        for layer in range(layers)
        for port, fed in enumerate(cell.mask)
        if fed >> layer & 1
    )
    return {"Width": lanes * width, "Ports": ports, "Iters": layers, "Mask": mask}


def in_ultra(params: dict[str, int]) -> dict[str, int]:
    """The parameters of a buffer of whole graphs, in UltraRAM where that saves enough blocks."""
    bits, depth = params["Width"] + 1, params["Depth"]
    is_worth = memory_bram18(bits, depth) >= WORTH * memory_uram(bits, depth)
    return params | {"Style": ULTRA} if is_worth else params


def cell_cost(kind: str, params: dict[str, int]) -> Cost:
    """Resources and latency of a structural cell."""
    bits = params["Width"]
    if kind == "fifo" and params["Depth"] == 1:
        return Cost(lut=bits + 3, ff=bits + 1 + row_parts(bits + 1), latency=0)
    if kind == "fifo" and params["Depth"] <= SHALLOW_DEPTH:
        return outlet_cost(bits)
    if kind == "fifo" and params.get("Style") == ULTRA:
        return Cost(uram=memory_uram(bits + 1, params["Depth"]), lut=70, ff=25, latency=2)
    if kind == "fifo":
        return memory_cost(bits + 1, params["Depth"]) + Cost(lut=70, ff=25, latency=2)
    if kind == "replay":  # five counters, four of them up and down or set
        count = address_bits(params["Depth"] + 1)
        memory = memory_cost(bits + 1, params["Depth"] + 1)
        return memory + Cost(lut=12 * count + 20, ff=5 * count + 5, latency=2)
    if kind in BACK:
        return Cost(lut=bits + 5 * row_parts(bits), ff=4 * row_parts(bits), latency=0)
    return Cost(lut=3 * params["Ports"] + 4, ff=params["Ports"] + 3, latency=0)


def fit_params(x: Stream, y: Stream) -> dict[str, int]:
    """Parameters of the cell that fills up rows, or leaves out what they have too much."""
    lanes = {"LanesX": x.lanes, "LanesY": y.lanes}
    return {**lanes, "BeatsX": x.beats, "BeatsY": y.beats, "Width": x.width}


def fit_cost(params: Mapping[str, int]) -> Cost:
    """Lanes that come late in a row are zero when they are not there."""
    beats = max(params["BeatsX"], params["BeatsY"])
    if beats == 1:
        return Cost(latency=0)
    kept = min(params["LanesX"], params["LanesY"]) * params["Width"]
    parts, count = row_parts(kept), address_bits(beats)
    return Cost(lut=kept + parts * (count + 2) + 4, ff=parts * count, latency=0)


def resize_params(lanes_x: int, lanes_y: int, width: int) -> dict[str, int]:
    """Parameters of the cell that changes the lanes per beat of a row."""
    middle = math.lcm(lanes_x, lanes_y)
    return {"LanesX": lanes_x, "LanesY": lanes_y, "Middle": middle, "Width": width}


def resize_cost(lanes_x: int, lanes_y: int, features: int, width: int) -> Cost:
    """A wider beat is collected, or handed out in parts, or the one and then the other."""
    middle = math.lcm(lanes_x, lanes_y)
    total = Cost(interval=max(features // lanes_x, features // lanes_y), latency=0)
    if middle > lanes_x:
        total += Cost(lut=8, ff=middle * width + 8, latency=middle // lanes_x)
    if middle > lanes_y:
        total += Cost(lut=middle * width + 8, ff=middle * width + 8)
    return total


@cache
def best_lanes(features: int, most: int) -> int:
    """The largest divisor of `features` that is at most `most`."""
    return max(d for d in range(1, min(features, most) + 1) if features % d == 0)


def is_held(guests: Iterable[int], lanes: int, features: int) -> bool:
    """Whether guests with so many features take no more beats of `lanes` lanes than a row."""
    return all(each // best_lanes(each, lanes) <= features // lanes for each in guests)


@cache
def fewest_lanes(features: int, beats: int) -> int:
    """The smallest divisor of `features` that takes at most `beats` beats per row."""
    return min(d for d in range(1, features + 1) if features % d == 0 and features // d <= beats)
