"""Place: units and streams for a choice of parallelism."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gengnn.design import OUTER, Stream, Unit
from gengnn.ir import Graph, Kind, Node, Param, Value
from gengnn.ops.base import Cost, Memory, Op, Setting, Shape, Site
from gengnn.passes.cells import (
    best_lanes,
    cell_cost,
    cell_params,
    fit_cost,
    fit_params,
    in_ultra,
    is_held,
    resize_cost,
    resize_params,
)
from gengnn.passes.netlist import Cell, Netlist
from gengnn.passes.plan import Plan, most_lanes
from gengnn.passes.slack import balance
from gengnn.passes.spare import spare


@dataclass(frozen=True)
class _Made:
    """What a cell is with certain lanes: all that depends on nothing else."""

    site: Site
    params: Mapping[str, Setting]
    cost: Cost
    comment: str
    guest_costs: tuple[Cost, ...] = ()


Layers = tuple[tuple[Mapping[str, Param], ...], tuple[Op, ...]]
"""Parameters and op of each folded layer of a cell; of one if all layers share them."""


@dataclass
class Memo:
    """What was worked out while other plans of the same netlist were placed."""

    layers: dict[tuple[str, bool], Layers] = field(default_factory=dict)
    made: dict[tuple[str, bool, tuple[tuple[str, int], ...], int, int], _Made] = field(
        default_factory=dict
    )
    streams: dict[tuple[str, int], Stream] = field(default_factory=dict)


def place(
    graph: Graph,
    netlist: Netlist,
    plan: Plan,
    with_memories: bool = False,
    memo: Memo | None = None,
) -> tuple[tuple[Unit, ...], dict[str, Stream]]:
    """Units and streams of a plan, with width changes and buffers where neighbours need them."""
    placer = _Placer(graph, netlist, plan, with_memories, memo or Memo())
    for space_value, wire in netlist.inputs.items():
        placer.open_stream(wire, graph.values[space_value].features)
    for cell in netlist.cells:
        placer.open_merge(cell)
    for cell in netlist.cells:
        placer.add(cell)
    placer.close_feedback()
    units, streams = balance(placer.units, placer.streams)
    return spare(_together(units), streams)


def _together(units: Sequence[Unit]) -> tuple[Unit, ...]:
    """The units of each loop side by side; width changes in front of a loop come before it."""
    last = {unit.loop: position for position, unit in enumerate(units)}
    body: list[Unit] = []
    order: list[Unit] = []
    for position, unit in enumerate(units):
        if unit.loop == OUTER:
            order.append(unit)
            continue
        body.append(unit)
        if position == last[unit.loop]:
            order += body
            body = []
    return tuple(order)


class _Placer:
    """Places the cells of a netlist in order; knows the lanes of every stream so far."""

    def __init__(
        self, graph: Graph, netlist: Netlist, plan: Plan, with_memories: bool, memo: Memo
    ) -> None:
        self.graph, self.netlist, self.plan = graph, netlist, plan
        self.with_memories, self.memo = with_memories, memo
        self.values = graph.values
        self.units: list[Unit] = []
        self.streams: dict[str, Stream] = {}
        self.late: list[tuple[int, Unit]] = []

    def open_stream(self, wire: str, lanes: int) -> None:
        """Register the stream of a wire with its lanes per beat."""
        known = self.memo.streams.get((wire, lanes))
        if known is None:
            known = self.memo.streams[wire, lanes] = self._stream(wire, lanes)
        self.streams[wire] = known

    def _stream(self, wire: str, lanes: int) -> Stream:
        entry = self.netlist.wires[wire]
        value = entry.value
        return Stream(
            wire,
            lanes,
            value.format.width,
            value.features // lanes,
            value.kind is Kind.REAL,
            self.graph.limit(value.space),
            entry.values,
            value.space,
        )

    def open_merge(self, cell: Cell) -> None:
        """The lanes behind a merge are set before its feedback is placed."""
        if cell.kind == "merge":
            most = most_lanes(self.plan, cell, cell.value.space, cell.value.features)
            self.open_stream(cell.outputs["y"], best_lanes(cell.value.features, most))

    def add(self, cell: Cell) -> None:
        """Place one cell, and the width changes in front of it."""
        if cell.kind == "op":
            self._add_op(cell)
            return
        if cell.kind == "fit":
            self._add_fit(cell)
            return
        source = cell.like or next(iter(cell.inputs.values()))
        lanes = (
            self.streams[cell.outputs["y"]].lanes
            if cell.kind == "merge"
            else self._passed_lanes(cell, self.streams[source].lanes)
        )
        inputs = {
            port: self._fit_first(cell, wire, lanes)
            if port == "a" and cell.kind == "merge"
            else self._fit(wire, lanes, cell)
            for port, wire in cell.inputs.items()
        }
        for wire in cell.outputs.values():
            self.open_stream(wire, lanes)
        layers = 1 if cell.scope == OUTER else self.netlist.layers[cell.scope]
        layers = cell.turns.bit_count() or layers
        beats, width = cell.value.features // lanes, cell.value.format.width
        rows = self.graph.limit(cell.value.space)
        params = cell_params(cell, lanes, beats, width, rows, layers)
        if cell.kind == "fifo" and self.netlist.is_deep:
            params = in_ultra(params)
        cost = cell_cost(cell.kind, params)
        self._unit(cell, cell.kind, params, inputs, dict(cell.outputs), cost)

    def _passed_lanes(self, cell: Cell, lanes: int) -> int:
        """The lanes that come, or whole rows where a guest's would be longer than the host's."""
        features = [self.values[node.inputs[0]].features for node in cell.guests]
        is_short = is_held(features, lanes, cell.value.features)
        return lanes if is_short else cell.value.features

    def _add_fit(self, cell: Cell) -> None:
        """Place what fills up the rows of a guest for the unit that does it, or cuts its results.

        A guest's features are in the first lanes of each beat.
        """
        source, wire = cell.inputs["x"], cell.outputs["y"]
        if cell.like:
            lanes = best_lanes(_features(self.streams[source]), self.streams[cell.like].lanes)
            source = self._fit(source, lanes, cell)
            self.open_stream(wire, self.streams[cell.like].lanes)
        else:
            self.open_stream(wire, best_lanes(cell.value.features, self.streams[source].lanes))
        params = fit_params(self.streams[source], self.streams[wire])
        self._unit(cell, "fit", params, {"x": source}, {"y": wire}, fit_cost(params))

    def _add_op(self, cell: Cell) -> None:
        is_streamed = cell.name in self.plan.streamed
        layers = self._layers(cell, is_streamed)
        op, names = layers[1][0], cell.nodes[0].inputs
        values = dict(zip(op.ports, (self.values[name] for name in names), strict=True))
        shape = self.plan.shapes.get(cell.name)
        lanes = self._port_lanes(cell, layers, values, shape)
        inputs = {port: self._fit(cell.inputs[port], lanes[port], cell) for port in op.ports}
        self.open_stream(cell.outputs["y"], lanes["y"])
        parallel, words = shape[1] if shape else 1, self.netlist.lut_words
        key = cell.name, is_streamed, tuple(sorted(lanes.items())), parallel, words
        made = self.memo.made.get(key)
        if made is None:
            made = self.memo.made[key] = self._made(cell, layers, values, lanes, parallel)
        self._unit(cell, op.kernel, made.params, inputs, dict(cell.outputs), made.cost, made)

    def _made(
        self,
        cell: Cell,
        layers: Layers,
        values: Mapping[str, Value],
        lanes: Mapping[str, int],
        parallel: int,
    ) -> _Made:
        params, ops = layers
        op, output = ops[0], cell.nodes[0].output
        limits = {p: self.graph.limit(v.space) for p, v in {**values, "y": output}.items()}
        guests = tuple(self._guest(node, lanes) for node in cell.guests)
        words = self.netlist.lut_words
        inputs = tuple(values.values())
        site = Site(inputs, output, lanes, params, limits, parallel, ops, guests, words)
        count = f" x {len(cell.nodes)} layers" if len(cell.nodes) > 1 else ""
        count += "".join(f", then {node.source}" for node in cell.guests)
        comment = f"{cell.nodes[0].source}{count}: {op.comment(site.inputs, site.output)}"
        costs = op.guest_costs(site)
        return _Made(site, op.kernel_params(site), op.cost(site), comment, costs)

    def _guest(self, node: Node, lanes: Mapping[str, int]) -> Site:
        """The place of a guest of a unit with these lanes."""
        inputs = tuple(self.values[name] for name in node.inputs)
        values = dict(zip(node.op.ports, inputs, strict=True)) | {"y": node.output}
        own = {port: best_lanes(value.features, lanes[port]) for port, value in values.items()}
        limits = {port: self.graph.limit(value.space) for port, value in values.items()}
        told = (parameters(self.graph, node),)
        return Site(inputs, node.output, own, told, limits, ops=(node.op,))

    def _layers(self, cell: Cell, is_streamed: bool) -> Layers:
        """Parameters and op of each folded layer, as the unit has them."""
        known = self.memo.layers.get((cell.name, is_streamed))
        if known:
            return known
        ops = tuple(twin.op for twin in cell.nodes)
        layers = tuple[Mapping[str, Param], ...](parameters(self.graph, t) for t in cell.nodes)
        if is_streamed:
            twins = [op.streamed(layer) for op, layer in zip(ops, layers, strict=True)]
            ops, layers = zip(*(told for told in twins if told), strict=True)
            assert len(ops) == len(twins), f"{cell.name} has no unit that takes beats as they come"
        is_alike = all(_is_same(layer, layers[0]) for layer in layers) and len(set(ops)) == 1
        if is_alike and not cell.guests:
            ops, layers = ops[:1], layers[:1]
        return self.memo.layers.setdefault((cell.name, is_streamed), (layers, ops))

    def _port_lanes(
        self, cell: Cell, layers: Layers, values: Mapping[str, Value], shape: Shape | None
    ) -> dict[str, int]:
        """Lanes per beat of each port."""
        op, output = layers[1][0], cell.value
        if op.whole_rows:
            return {p: v.features for p, v in (dict(values) | {"y": output}).items()}
        if shape:
            given = {port: self.streams[wire].lanes for port, wire in cell.inputs.items()}
            return op.port_lanes(layers[0][0], shape, given)
        model = values[op.ports[0]] if op.is_barrier else output
        widest = max(value.features for value in (*values.values(), output))
        most = most_lanes(self.plan, cell, model.space, widest)
        own = op.narrowed({**values, "y": output}, most)
        if own:
            return own
        most = most_lanes(self.plan, cell, model.space, output.features)
        is_lone = self.graph.limit(output.space) == 1
        is_kept = not op.is_barrier if self.plan.keeps_beats else is_lone
        if is_kept and cell.name not in self.plan.own:
            most = min(most, *self._given(cell, output.features))  # no later, and narrower
        lanes = best_lanes(output.features, most)
        told = {p: lanes if v.features == output.features else 1 for p, v in values.items()}
        return {**told, "y": lanes}

    def _given(self, cell: Cell, features: int) -> list[int]:
        """The lanes in which rows of so many features come."""
        streams = (self.streams[wire] for wire in cell.inputs.values() if wire in self.streams)
        return [each.lanes for each in streams if each.lanes * each.beats == features] or [features]

    def _fit(self, wire: str, lanes: int, cell: Cell, scope: int | None = None) -> str:
        """The stream of `wire` with `lanes` per beat, through a width change if needed.

        It stands in front of `cell`, in its scope unless another is told.
        """
        stream = self.streams.get(wire)
        if stream is None or stream.lanes == lanes:
            return wire
        within = cell.scope if scope is None else scope
        unit, narrowed = self._resize(stream, lanes, within, cell.level)
        self.units.append(unit if scope is not None else replace(unit, turns=cell.turns))
        return narrowed

    def _fit_first(self, merge: Cell, wire: str, lanes: int) -> str:
        """The same in front of a loop: its units stay together, the width change precedes them."""
        count = len(self.units)
        narrowed = self._fit(wire, lanes, merge, OUTER)
        if len(self.units) > count:
            change = self.units.pop()
            inside = (k for k, unit in enumerate(self.units) if unit.loop == merge.scope)
            self.units.insert(next(inside, count), change)
        return narrowed

    def _resize(self, stream: Stream, lanes: int, scope: int, level: int) -> tuple[Unit, str]:
        name = f"{stream.name}_by{lanes}"
        features = stream.lanes * stream.beats
        self.streams[name] = replace(stream, name=name, lanes=lanes, beats=features // lanes)
        unit = Unit(
            name,
            "resize",
            resize_params(stream.lanes, lanes, stream.width),
            {"x": stream.name},
            {"y": name},
            comment=f"{features} features: {stream.lanes} -> {lanes} lanes per beat",
            loop=scope,
            level=level,
            cost=resize_cost(stream.lanes, lanes, features, stream.width),
        )
        return unit, name

    def close_feedback(self) -> None:
        """Put width changes between the last units of a loop and its merges."""
        for position, unit in enumerate(list(self.units)):
            back = self.streams[unit.inputs["b"]] if unit.kernel == "merge" else None
            lanes = self.streams[unit.outputs["y"]].lanes if "y" in unit.outputs else 0
            if back is None or back.lanes == lanes:
                continue
            change, name = self._resize(back, lanes, unit.loop, unit.level)
            change = replace(change, turns=unit.turns)
            self.units[position] = replace(unit, inputs={**unit.inputs, "b": name})
            maker = next(k for k, u in enumerate(self.units) if back.name in u.outputs.values())
            self.late.append((maker, change))
        for maker, change in sorted(self.late, key=lambda entry: -entry[0]):
            self.units.insert(maker + 1, change)

    def _unit(
        self,
        cell: Cell,
        kernel: str,
        params: Mapping[str, Setting],
        inputs: dict[str, str],
        outputs: dict[str, str],
        cost: Cost,
        made: _Made | None = None,
    ) -> None:
        comment = f"{cell.kind} of {cell.value.name}"
        if cell.kind == "turn" and cell.repeat > 1:
            comment += ", then the rows of guests"
        elif cell.kind == "fit":
            comment += f": {params['LanesX']} -> {params['LanesY']} lanes, 0 where there were none"
        memories: tuple[Memory, ...] = ()
        fill_ports: tuple[str, ...] = ()
        if made:
            op, comment = made.site.ops[0], made.comment
            told = op.memories(made.site) if self.with_memories else ()
            memories = tuple(memory.within(made.site.lut_words) for memory in told)
            fill_ports = () if op.reads_early else op.fill_ports
        self.units.append(
            Unit(
                cell.name,
                kernel,
                params,
                inputs,
                outputs,
                memories,
                comment,
                cell.scope,
                cell.level,
                cost,
                fill_ports,
                made.site.ops[0] if made else None,
                cell.turns,
                made.guest_costs if made else (),
            )
        )


def parameters(graph: Graph, node: Node) -> dict[str, Param]:
    """The parameters of a node by role."""
    return {role: graph.params[key] for role, key in node.params.items()}


def _features(stream: Stream) -> int:
    """Lanes of a row."""
    return stream.lanes * stream.beats


def _is_same(first: Mapping[str, Param], second: Mapping[str, Param]) -> bool:
    """Whether two layers have equal weights: one module that the model calls several times."""
    return first.keys() == second.keys() and all(
        np.array_equal(first[role].data, second[role].data) for role in first
    )
