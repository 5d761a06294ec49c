"""Posts: each unit at work in a layer, and all that its result depends on besides the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gengnn.design import Design, Unit
from gengnn.passes.ahead import Ahead
from gengnn.passes.recall import Place, Recall


@dataclass(frozen=True)
class Post:
    """A unit at work in one layer: the streams that it takes, a replay also its own, and makes.

    Posts of one `kind` in one place make the same of the same rows, in whatever design.
    """

    unit: Unit
    place: Place
    taken: tuple[str, ...]
    made: tuple[str, ...]
    kind: int


def posts(
    design: Design,
    steps: Sequence[tuple[int, Sequence[Unit]]],
    paces: Mapping[str, int],
    aheads: Mapping[str, Ahead],
    recall: Recall,
) -> Iterator[Post]:
    """The posts of the units that work in each layer, in order."""
    for layer, units in steps:
        for unit in units:
            inputs, made = tuple(unit.inputs.values()), tuple(unit.outputs.values())
            beats = tuple(design.streams[wire].beats for wire in (*inputs, *made))
            met = tuple(aheads.get(wire) for wire in inputs) if unit.op else ()
            kind = recall.kind((unit.kernel, unit.cost, beats, paces.get(unit.name), met))
            taken = (*inputs, *made) if unit.kernel == "replay" else inputs
            yield Post(unit, (unit.name, layer), taken, made, kind)
