"""Schedule: choose the parallelism of every unit under the part's budget."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from gengnn.design import Design
from gengnn.errors import CapacityError
from gengnn.ir import Graph
from gengnn.passes.estimate import estimate
from gengnn.passes.layout import bus_width, input_layout, packet_spaces, result_layout
from gengnn.passes.netlist import Netlist
from gengnn.passes.parallel import Budget, Search
from gengnn.passes.place import Plan, place
from gengnn.passes.wiring import Wiring
from gengnn.reference import Sample

WIDEST = (256, 128, 64, 32, 16, 8, 4, 2, 1)
"""Lanes per beat to try, widest first."""

SLACKS = (0.0, 0.25, 0.5, 1.0)
"""Shares of a region's time to try for all but its matrix units."""


def schedule(
    graph: Graph,
    budget: Budget,
    rows: Mapping[str, float],
    name: str,
    typical: Sequence[Sample] = (),
) -> Design:
    """Turn a quantised graph into a design.

    Args:
        graph: quantised, with limits and folded layers.
        budget: part, clock and limits.
        rows: rows of each base space in a typical graph; the estimate that is minimised.
        name: what the design is called in the generated code.
        typical: graphs whose estimated cycles decide between plans.

    Raises:
        CapacityError: not even the least parallel design fits.
    """
    netlist = Wiring(graph).build()
    designs, refused = [], []
    for slack in SLACKS:
        search = Search(graph, netlist, budget, rows, slack)
        for widest in WIDEST:
            plan, cost = search.run(widest)
            refused = budget.exceeded(cost)
            if not refused:
                designs.append((_design(graph, netlist, budget, plan, name), plan))
                break
    if designs:
        _, plan = min(designs, key=lambda entry: _mean_cycles(entry[0], typical))
        design = _design(graph, netlist, budget, plan, name, with_memories=True)
        return replace(design, digest=_digest(design))
    raise CapacityError(
        f"the model does not fit {budget.part.name} at {budget.utilization:.0%} of its resources\n"
        f"  the smallest design needs {'; '.join(refused)}\n"
        "  choose a larger --part, raise --utilization, lower --max-nodes or --max-edges, or give "
        "fewer bits with --precision"
    )


def _mean_cycles(design: Design, typical: Sequence[Sample]) -> float:
    """Estimated cycles of a typical graph; resources decide where none is known."""
    if not typical:
        return design.cost.dsp
    return float(np.mean([estimate(design, sample) for sample in typical]))


def _design(
    graph: Graph,
    netlist: Netlist,
    budget: Budget,
    plan: Plan,
    name: str,
    with_memories: bool = False,
) -> Design:
    units, streams = place(graph, netlist, plan, with_memories)
    layouts = tuple(input_layout(graph, netlist, space) for space in packet_spaces(graph))
    results = tuple(
        result_layout(graph, streams[wire], value)
        for wire, value in zip(netlist.outputs, graph.outputs, strict=True)
    )
    return Design(
        name,
        budget.part.name,
        budget.clock_mhz,
        graph,
        streams,
        units,
        netlist.layers,
        layouts,
        results,
        bus_width((*layouts, *results)),
    )


def _digest(design: Design) -> str:
    """A hash of everything that determines the generated files."""
    digest = hashlib.sha256(str(design.graph).encode())
    for unit in design.units:
        digest.update(repr((unit.name, unit.kernel, sorted(unit.params.items()))).encode())
        for memory in unit.memories:
            digest.update(memory.codes.tobytes())
    digest.update(repr((design.part, design.clock_mhz, design.layouts, design.results)).encode())
    return digest.hexdigest()[:16]


__all__ = ["Budget", "schedule"]
