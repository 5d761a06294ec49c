"""Posts: each unit at work in a layer, and all that its result depends on besides the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gengnn.design import Design, Unit
from gengnn.passes.ahead import Ahead
from gengnn.passes.recall import Recall


class Post(NamedTuple):
    """A unit at work: the streams that it takes, a replay also its own, and those that it makes.

    In one layer, those of one `kind` and name make the same of the same rows, in whatever design.
    """

    unit: Unit
    taken: tuple[str, ...]
    made: tuple[str, ...]
    kind: int


def posts(
    design: Design,
    steps: Sequence[tuple[int, Sequence[Unit]]],
    paces: Mapping[str, int],
    aheads: Mapping[str, Ahead],
    recall: Recall,
) -> Iterator[tuple[int, Post]]:
    """The units that work in each layer, in order, each with the layer."""

    def post(unit: Unit) -> Post:
        inputs, made = tuple(unit.inputs.values()), tuple(unit.outputs.values())
        beats = tuple(design.streams[wire].beats for wire in (*inputs, *made))
        met = tuple(aheads.get(wire) for wire in inputs) if unit.op else ()
        kind = recall.kind((unit.kernel, unit.cost, beats, paces.get(unit.name), met))
        taken = (*inputs, *made) if unit.kernel == "replay" else inputs
        return Post(unit, taken, made, kind)

    known: dict[int, Post] = {}
    for layer, units in steps:
        for unit in units:
            if id(unit) not in known:  # most work in every layer
                known[id(unit)] = post(unit)
            yield layer, known[id(unit)]
