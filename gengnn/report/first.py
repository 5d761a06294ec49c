"""The report of a design that has been built and not yet simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from gengnn.design import Design
from gengnn.ir import Graph, Kind
from gengnn.parts import RESOURCES, part
from gengnn.passes.estimate import Work, estimate_interval, mean_cycles
from gengnn.passes.limits import limits
from gengnn.report import Cycles, Format, Function, Interval, Report


def first_report(
    design: Design, works: Sequence[Work], saturations: Mapping[str, int]
) -> dict[str, Any]:
    """The report of a design that has been built and not yet simulated.

    `saturations` are those of the calibration data, by tensor; `works` are the graphs
    whose mean is estimated.
    """
    formats = {
        value.name: Format(
            value.format.width, value.format.frac, value.format.signed,
            saturations.get(value.name, 0),
        )
        for value in design.graph.values.values()
        if value.kind is Kind.REAL
    }  # fmt: skip
    cost = asdict(design.cost)
    report = Report(
        model=design.name,
        part=part(design.part).key,
        part_name=design.part,
        clock_mhz=design.clock_mhz,
        limits=dict(design.graph.limits),
        formats=formats,
        functions=functions(design.graph),
        latency={
            "estimated_cycles": mean_cycles(design, works), "rtl_cycles": asdict(Cycles()),
        },
        throughput={
            "estimated_interval": estimate_interval(design, works),
            "rtl_interval": asdict(Interval()),
        },
        limits_of_latency=[asdict(limit) for limit in limits(design, works)],
        resources={
            "estimated": {name: cost[name] for name in RESOURCES}, "yosys": None, "vitis": None,
        },
    )  # fmt: skip
    return asdict(report)


def functions(graph: Graph) -> dict[str, Function]:
    """What a quantised graph computes approximately, by the tensors that it makes."""
    found = {}
    for node in graph.nodes:
        values = [*(graph.values[name] for name in node.inputs), node.output]
        told = node.op.approximation(values)
        if told is not None:
            inputs = " x ".join(str(v.format) for v in values[:-1] if v.kind is Kind.REAL)
            found[node.name] = Function(
                told.function, inputs, str(node.output.format), told.entries, told.error,
                str(node.source),
            )  # fmt: skip
    return found
