"""Quantise: a fixed-point format for every tensor, from calibration data and interval bounds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray

from gengnn.errors import PrecisionError
from gengnn.fixed import FixedType, quantize_real, unsigned_bits
from gengnn.ir import Graph, Kind, Node, Param, Value
from gengnn.ops.base import Exact, Interval, fit_type
from gengnn.passes.rewrite import live
from gengnn.passes.ties import Ties, tie_values, twins
from gengnn.passes.widths import is_wide, wide, wide_values
from gengnn.reference import (
    Sample,
    batches,
    exact_of,
    fits_carrier,
    port_limits,
    row_counts,
    run_real,
)

MARGIN = 3.0
"""Headroom over the largest value that calibration saw."""

GRAPH_MARGIN = 8.0
"""The same for values with one row per graph, whose tails are known from far fewer rows."""

INDEX_BITS = 16
"""Width of an integer input that no table and no space bounds."""


@dataclass(frozen=True)
class Precision:
    """What the user asked of the formats.

    `width` is the width of automatic formats. `fixed` is one format for all. `outputs` and
    `weights` override the results and the parameters of nodes under a module path.
    """

    width: int = 16
    fixed: FixedType | None = None
    outputs: Mapping[str, FixedType] = field(default_factory=dict)
    weights: Mapping[str, FixedType] = field(default_factory=dict)

    @classmethod
    def parse(cls, given: str | Mapping[str, object]) -> Precision:
        """Read "auto", a format, or a mapping from module paths to formats.

        A mapping's values are formats or {"output": format, "weight": format}; the key
        "default" is the format of all others.

        Raises:
            PrecisionError: a format or an entry cannot be understood.
        """
        if isinstance(given, str):
            return cls() if given == "auto" else cls(fixed=FixedType.parse(given))
        outputs: dict[str, FixedType] = {}
        weights: dict[str, FixedType] = {}
        for path, entry in given.items():
            parts: Mapping[str, object] = entry if isinstance(entry, Mapping) else {"output": entry}
            unknown = set(parts) - {"output", "weight"}
            if unknown or not all(isinstance(text, str) for text in parts.values()):
                raise PrecisionError(
                    f"precision of {path!r}: got {entry!r}\n"
                    '  expected a format, or {"output": format, "weight": format}'
                )
            if "output" in parts:
                outputs[path] = FixedType.parse(str(parts["output"]))
            if "weight" in parts:
                weights[path] = FixedType.parse(str(parts["weight"]))
        return cls(fixed=outputs.pop("default", None), outputs=outputs, weights=weights)


def quantize(graph: Graph, samples: Sequence[Sample], precision: Precision) -> Graph:
    """Choose a format per tensor and turn the parameters into integer codes.

    Args:
        graph: a float graph with limits.
        samples: calibration graphs; their largest values (with headroom, and never more than
            interval arithmetic allows) set the integer bits.
        precision: widths and overrides.

    Raises:
        PrecisionError: an override names nothing, or an accumulator would not be exact.
    """
    _check_paths(graph, precision)
    ties = tie_values(graph)
    ranges = _ranges(graph, samples)
    types = _tensor_types(graph, ties, ranges, precision)
    typed = _apply_types(graph, types)
    return _check_exact(_quantize_params(typed, precision))


def most_rows(graph: Graph, samples: Sequence[Sample]) -> dict[str, int]:
    """Rows of each space in the largest calibration graph; derived spaces at their most."""
    counts = [row_counts(graph, sample) for sample in samples]
    seen = {space: max(count[space] for count in counts) for space in counts[0]}
    return {space: replace(graph, limits=seen).limit(space) for space in graph.spaces}


def port_sizes(node: Node, values: Mapping[str, Value], rows: Mapping[str, int]) -> dict[str, int]:
    """Rows by port name, as `port_limits` gives the limits."""
    ports = zip(node.op.ports, node.inputs, strict=True)
    return {port: rows[values[name].space] for port, name in ports}


def _check_paths(graph: Graph, precision: Precision) -> None:
    modules = {node.source.module for node in graph.nodes} | {v.name for v in graph.inputs}
    for path in (*precision.outputs, *precision.weights):
        if not any(_under(module, path) for module in modules):
            known = ", ".join(sorted(m for m in modules if m))
            raise PrecisionError(
                f"precision names {path!r}, which is no module of the model\n  modules: {known}"
            )


def _under(module: str, path: str) -> bool:
    return module == path or module.startswith(path + ".")


def _override(module: str, table: Mapping[str, FixedType]) -> FixedType | None:
    """The entry of the longest path that `module` lies under."""
    paths = [path for path in table if _under(module, path)]
    return table[max(paths, key=len)] if paths else None


def _ranges(graph: Graph, samples: Sequence[Sample]) -> dict[str, Interval]:
    """What each REAL value may be: seen in calibration with headroom, within interval bounds."""
    seen = _seen(graph, samples)
    rows = most_rows(graph, samples)
    values = graph.values
    bounds: dict[str, Interval] = {}
    for value in graph.inputs:
        bounds[value.name] = seen.get(value.name, (0.0, float((value.bound or 1) - 1)))
    for node in graph.nodes:
        params = {role: graph.params[key] for role, key in node.params.items()}
        limits = port_limits(graph, node, values)
        bound = node.op.interval([bounds[name] for name in node.inputs], params, limits)
        low, high = seen.get(node.name, bound)
        bounds[node.name] = bound
        if node.output.kind is Kind.REAL:
            margin = GRAPH_MARGIN if node.output.space == "graphs" else MARGIN
            margin *= node.op.growth(limits, port_sizes(node, values, rows))
            seen[node.name] = max(low * margin, bound[0]), min(high * margin, bound[1])
    dropped = {node.name for node in graph.nodes} - live(graph)
    return seen | dict.fromkeys([*_idle_constants(graph), *dropped], (0.0, 0.0))


def _idle_constants(graph: Graph) -> list[str]:
    """Constants that no format needs to hold: a limit beyond all numbers is the format's own."""
    users = graph.users()
    return [
        node.name
        for node in graph.nodes
        if node.op.constant is not None
        and node.name not in graph.outputs
        and all(_is_idle(user, node) for user in users[node.name])
    ]


def _is_idle(user: Node, constant: Node) -> bool:
    """Whether all ports of `user` that read a constant may have it cut."""
    assert constant.op.constant is not None
    ports = zip(user.op.ports, user.inputs, strict=True)
    read = [port for port, name in ports if name == constant.name]
    return all(user.op.is_idle(port, constant.op.constant) for port in read)


def _seen(graph: Graph, samples: Sequence[Sample]) -> dict[str, Interval]:
    """Smallest and largest finite value of each REAL tensor over the calibration data."""
    seen: dict[str, Interval] = {}
    real = [value.name for value in graph.values.values() if value.kind is Kind.REAL]
    for batch in batches(graph, samples):
        tensors = run_real(graph, batch).tensors
        for name in real:
            if ends := _ends(tensors[name]):
                known = seen.get(name, ends)
                seen[name] = min(known[0], ends[0]), max(known[1], ends[1])
    return {name: seen.get(name, (0.0, 0.0)) for name in real}


def _ends(tensor: torch.Tensor) -> Interval | None:
    """The smallest and the largest finite value, if there is any."""
    if not tensor.numel():
        return None
    low, high = (float(end) for end in torch.aminmax(tensor))
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    return _ends(tensor[tensor.isfinite()])


def _tensor_types(
    graph: Graph, ties: Ties, ranges: Mapping[str, Interval], precision: Precision
) -> dict[str, FixedType]:
    """One format per group of tied values."""
    hints = _exact_hints(graph, precision.width)
    fine = wide_values(graph)
    modules = {node.name: node.source.module for node in graph.nodes}
    types: dict[str, FixedType] = {}
    for group in ties.groups(ranges):
        asked = {
            form
            for name in group
            if (form := _override(modules.get(name, name), precision.outputs))
        }
        if len(asked) > 1:
            raise PrecisionError(
                f"precision asks for {' and '.join(sorted(map(str, asked)))} on tensors that share "
                f"one format: {', '.join(sorted(group))}"
            )
        width = wide(precision.width) if is_wide(graph, group, fine) else precision.width
        chosen = asked.pop() if asked else precision.fixed or _fit(group, ranges, hints, width)
        types.update(dict.fromkeys(group, chosen))
    return types


def _fit(
    group: Sequence[str],
    ranges: Mapping[str, Interval],
    hints: Mapping[str, Exact],
    width: int,
) -> FixedType:
    """The exact format where one is narrow enough, else the finest that holds the range."""
    if all(name in hints for name in group):
        merged = _merge([hints[name] for name in group])
        if merged.width <= width:
            return FixedType(merged.width, merged.frac)
    return fit_type(max(abs(end) for name in group for end in ranges[name]), width)


def _merge(hints: Iterable[Exact]) -> Exact:
    """One code range that holds all of `hints`."""
    known = list(hints)
    frac = max(h.frac for h in known)
    return Exact(
        frac,
        min(h.lo << (frac - h.frac) for h in known),
        max(h.hi << (frac - h.frac) for h in known),
    )


def _exact_hints(graph: Graph, width: int) -> dict[str, Exact]:
    """Code ranges of values that are exact without any choice: constants, counts, integers."""
    hints: dict[str, Exact] = {}
    known: dict[str, Value] = {v.name: _index_typed(graph, v) for v in graph.inputs}
    values = graph.values
    for node in graph.nodes:
        inputs = [known.get(name) for name in node.inputs]
        known[node.name] = _index_typed(graph, node.output)
        if node.output.kind is not Kind.REAL:
            continue
        hint = None
        if not node.params and all(v is not None and v.type is not None for v in inputs):
            hint = node.op.hint(
                [v for v in inputs if v is not None], port_limits(graph, node, values)
            )
        if hint is None or hint.width > width:
            del known[node.name]
            continue
        hints[node.name] = hint
        known[node.name] = replace(node.output, type=FixedType(hint.width, hint.frac))
    return hints


def _index_typed(graph: Graph, value: Value) -> Value:
    """INDEX, MASK and ROWS values with their format; REAL values unchanged."""
    if value.kind is Kind.REAL:
        return value
    if value.kind is not Kind.INDEX:
        return replace(value, type=FixedType(1, 0, signed=False))
    bound = graph.limit(value.target) if value.target else value.bound or (1 << INDEX_BITS)
    return replace(value, bound=bound, type=FixedType(unsigned_bits(bound - 1), 0, signed=False))


def _apply_types(graph: Graph, types: Mapping[str, FixedType]) -> Graph:
    def typed(value: Value) -> Value:
        if value.kind is Kind.REAL:
            return replace(value, type=types[value.name])
        return _index_typed(graph, value)

    inputs = tuple(map(typed, graph.inputs))
    known = {value.name: value for value in inputs}
    nodes = []
    for node in graph.nodes:
        output = typed(node.output)
        moved = [known[name] for name in node.inputs if known[name].kind is output.kind]
        if node.op.keeps_type and output.kind is Kind.INDEX and moved:
            output = replace(output, type=moved[0].format)  # the codes keep their width
        known[node.name] = output
        nodes.append(replace(node, output=output))
    return replace(graph, inputs=inputs, nodes=tuple(nodes))


def _quantize_params(graph: Graph, precision: Precision) -> Graph:
    """Integer codes for every parameter; folded layers share the format of each role.

    A parameter that nodes need in different formats is stored once in each.
    """
    values, done = graph.values, dict(graph.params)
    keys: dict[str, dict[str, str]] = {node.name: dict(node.params) for node in graph.nodes}
    taken: dict[str, FixedType] = {}
    for nodes in twins(graph):
        ports = zip(nodes[0].op.ports, (values[name] for name in nodes[0].inputs), strict=True)
        known = {port: value.format for port, value in ports if value.type}
        known["y"] = nodes[0].output.format
        for role in nodes[0].op.roles:
            users = [node for node in nodes if role in node.params]
            if not users:
                continue
            data = [graph.params[node.params[role]].data for node in users]
            form = known[role] = _param_type(nodes, role, data, known, precision)
            for node in users:
                key = node.params[role]
                own = key if taken.setdefault(key, form) == form else f"{node.name}.{role}"
                done[own] = _codes(graph.params[key], form)
                keys[node.name][role] = own
    renamed = tuple(replace(node, params=keys[node.name]) for node in graph.nodes)
    return replace(graph, nodes=renamed, params=done)


def _param_type(
    nodes: Sequence[Node],
    role: str,
    data: Sequence[NDArray[np.float64]],
    known: Mapping[str, FixedType],
    precision: Precision,
) -> FixedType:
    """The format of one role: as asked for, else the op's own rule over all layers."""
    flat = np.concatenate([entry.ravel() for entry in data])
    asked = _override(nodes[0].source.module, precision.weights) or precision.fixed
    return nodes[0].op.param_type(role, flat, precision.width, known, asked)


def _codes(param: Param, form: FixedType) -> Param:
    codes, _ = quantize_real(torch.from_numpy(np.asarray(param.data, dtype=np.float64)), form)
    return Param(codes.numpy(), form)


def _check_exact(graph: Graph) -> Graph:
    """Refuse what the reference could not hold exactly."""
    values = graph.values
    for node in graph.nodes:
        exact = exact_of(graph, node, values)
        if not fits_carrier(exact):
            raise PrecisionError(
                f"{node.source}: the exact result of {node.op} needs {exact.width} bits\n"
                "  at most 53 can be held exactly; give the module or its inputs fewer bits with "
                "--precision, or lower --max-nodes or --max-edges"
            )
    return graph


__all__ = ["Precision", "quantize"]
