"""Schedule: choose the parallelism of every unit under the part's budget."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from gengnn.design import Design, Stream, Unit
from gengnn.errors import CapacityError
from gengnn.ir import Graph
from gengnn.passes.layout import bus_width, input_layout, packet_spaces, result_layout
from gengnn.passes.netlist import Netlist
from gengnn.passes.parallel import Budget, smallest, total_cost, widen
from gengnn.passes.place import Plan, place
from gengnn.passes.wiring import Wiring

WIDEST = (256, 128, 64, 32, 16, 8, 4, 2, 1)
"""Lanes per beat to try, widest first."""


def schedule(graph: Graph, budget: Budget, rows: Mapping[str, float], name: str) -> Design:
    """Turn a quantised graph into a design.

    Args:
        graph: quantised, with limits and folded layers.
        budget: part, clock and limits.
        rows: rows of each base space in a typical graph; the estimate that is minimised.
        name: what the design is called in the generated code.

    Raises:
        CapacityError: not even the least parallel design fits.
    """
    netlist = Wiring(graph).build()
    refused: list[str] = []
    for widest in WIDEST:
        plan = widen(graph, netlist, budget, rows, Plan(widest, smallest(graph, netlist)))
        units, streams = place(graph, netlist, plan)
        refused = budget.exceeded(total_cost(units))
        if not refused:
            units, streams = place(graph, netlist, plan, with_memories=True)
            return _design(graph, netlist, budget, units, streams, name)
    raise CapacityError(
        f"the model does not fit {budget.part.name} at {budget.utilization:.0%} of its resources\n"
        f"  the smallest design needs {'; '.join(refused)}\n"
        "  choose a larger --part, raise --utilization, lower --max-nodes or --max-edges, or give "
        "fewer bits with --precision"
    )


def _design(
    graph: Graph,
    netlist: Netlist,
    budget: Budget,
    units: tuple[Unit, ...],
    streams: Mapping[str, Stream],
    name: str,
) -> Design:
    layouts = tuple(input_layout(graph, netlist, space) for space in packet_spaces(graph))
    results = tuple(
        result_layout(graph, streams[wire], value)
        for wire, value in zip(netlist.outputs, graph.outputs, strict=True)
    )
    design = Design(
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
    return replace(design, digest=_digest(design))


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
