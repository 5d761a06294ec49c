"""Posts: each unit at work in a layer, and all that its result depends on besides the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gengnn.design import Design, Unit
from gengnn.passes.ahead import Ahead
from gengnn.passes.recall import Recall
from gengnn.passes.stalls import Stalls


class Post(NamedTuple):
    """A unit at work: the streams that it takes, or waits for, and those that it makes.

    In one layer, those of one `kind` and name make the same of the same rows, in whatever design of
    one netlist; one that `keeps` graphs of the same ones before, too.
    """

    unit: Unit
    taken: tuple[str, ...]
    made: tuple[str, ...]
    kind: int
    keeps: bool


def posts(
    design: Design,
    steps: Sequence[tuple[int, Sequence[Unit]]],
    paces: Mapping[str, int],
    aheads: Mapping[str, Ahead],
    stalls: Stalls,
    recall: Recall,
) -> Iterator[tuple[int, Post]]:
    """The units that work in each layer, in order, each with the layer."""

    def post(unit: Unit) -> Post:
        inputs, made = tuple(unit.inputs.values()), tuple(unit.outputs.values())
        beats = tuple(design.streams[wire].beats for wire in (*inputs, *made))
        met = tuple(aheads.get(wire) for wire in inputs) if unit.op else ()
        pace, fellows = tuple(map(paces.get, made)), tuple(stalls.known(inputs))
        kind = recall.kind((unit.kernel, unit.cost, beats, pace, met, fellows))
        before = made if unit.kernel == "replay" else ()
        taken = dict.fromkeys((*inputs, *before, *(each.wire for each in fellows)))
        keeps = unit.op is not None and unit.op.keeps_graphs
        return Post(unit, tuple(taken), made, kind, keeps)

    known: dict[int, Post] = {}
    for layer, units in steps:
        for unit in units:
            if id(unit) not in known:  # most work in every layer
                known[id(unit)] = post(unit)
            yield layer, known[id(unit)]
