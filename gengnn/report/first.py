"""The report of a design that has been built and not yet simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gengnn.design import Design
from gengnn.ir import Graph, Kind
from gengnn.parts import RESOURCES, part
from gengnn.report import Cycles, Format, Function, Report


def first_report(
    design: Design, estimated_cycles: float, saturations: Mapping[str, int]
) -> dict[str, Any]:
    """The report of a design that has been built and not yet simulated.

    `saturations` are those of the calibration data, by tensor; `estimated_cycles` is for a
    graph of its average size.
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
        latency={"estimated_cycles": estimated_cycles, "rtl_cycles": asdict(Cycles())},
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
