"""The structural cells: what buffers, forks, merges and width changes take as parameters."""

from __future__ import annotations

import math

from gengnn.ops.base import Cost, memory_bram18, memory_lut
from gengnn.passes.netlist import Cell

SHALLOW = 2
"""Rows of a buffer that only cuts a path."""


def cell_params(
    cell: Cell, lanes: int, beats: int, width: int, rows: int, layers: int
) -> dict[str, int]:
    """Parameters of a structural cell on a stream of `beats` beats of `lanes` lanes per row."""
    if cell.kind == "fifo":
        return {"Width": lanes * width, "Depth": rows * beats + 1}
    if cell.kind == "replay":
        return {"Width": lanes * width, "Depth": rows * beats, "Repeat": cell.repeat}
    if cell.kind == "merge":
        return {"Width": lanes * width, "Iters": layers}
    ports = len(cell.mask)
    mask = sum(
        1 << (layer * ports + port)
        for layer in range(layers)
        for port, fed in enumerate(cell.mask)
        if fed >> layer & 1
    )
    return {"Width": lanes * width, "Ports": ports, "Iters": layers, "Mask": mask}


def cell_cost(kind: str, params: dict[str, int]) -> Cost:
    """Resources and latency of a structural cell."""
    bits = params["Width"]
    if kind in {"fifo", "replay"}:
        depth = params["Depth"]
        return Cost(
            lut=memory_lut(bits, depth) + 4 * depth.bit_length() + 10,
            ff=bits + 3 * depth.bit_length(),
            bram18=memory_bram18(bits, depth),
            latency=2,
        )
    if kind == "merge":
        return Cost(lut=bits + 4, ff=bits + 4, latency=1)
    return Cost(lut=3 * params["Ports"] + 4, ff=bits + params["Ports"], latency=1)


def resize_params(lanes_x: int, lanes_y: int, features: int, width: int) -> dict[str, int]:
    """Parameters of the cell that changes the lanes per beat of a row."""
    return {"LanesX": lanes_x, "LanesY": lanes_y, "Features": features, "Width": width}


def resize_cost(lanes_x: int, lanes_y: int, features: int, width: int) -> Cost:
    """A row is collected and handed out again."""
    bits = features * width
    return Cost(
        lut=bits, ff=bits, interval=max(features // lanes_x, features // lanes_y), latency=2
    )


def best_lanes(features: int, most: int) -> int:
    """The largest divisor of `features` that is at most `most`."""
    return max(d for d in range(1, min(features, most) + 1) if features % d == 0)


def matrix_shapes(features: int, outputs: int) -> list[tuple[int, int, int]]:
    """Worthwhile (interval, parallel, lanes) of a matrix unit, slowest and smallest first.

    `interval` is the cycles per row. Whole rows come out at once while there is a multiplier
    for every output; smaller units work on a part of the outputs, one input a cycle.
    """
    blocks = [(features * (outputs // d), 1, d) for d in range(1, outputs) if outputs % d == 0]
    parallel = sorted({math.ceil(features / steps) for steps in range(1, features + 1)})
    return blocks + [(math.ceil(features / p), p, outputs) for p in parallel]
