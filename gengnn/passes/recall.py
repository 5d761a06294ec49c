"""Recall: what the units of other designs made of the same rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gengnn.ops.timing import Arrivals

KEPT = 32
"""What is kept of each unit in each layer."""

Place = tuple[str, int]
"""A unit, or a space of which rows come in, and a layer."""


class Known(NamedTuple):
    """What a unit took, and what it left behind."""

    taken: Sequence[Arrivals | None]
    made: Sequence[Arrivals]
    busy: float
    held: Sequence[float]
    port: float | None


NONE: Mapping[Hashable, Known] = {}
"""Nothing is known of a place yet."""


@dataclass
class Memory:
    """What units made of the rows of one graph: the latest of each.

    It is found again by numbers and by the `id` of what was taken, which stays as long.
    """

    known: dict[Place, dict[Hashable, Known]] = field(default_factory=dict)

    def find(self, place: Place, given: Hashable) -> Known | None:
        """What a unit in a layer made of `given`."""
        return self.known.get(place, NONE).get(given)

    def add(self, place: Place, given: Hashable, known: Known) -> None:
        """Keep it, and drop what is old."""
        latest = self.known.setdefault(place, {})
        if len(latest) == KEPT:
            del latest[next(iter(latest))]
        latest[given] = known


@dataclass
class Recall:
    """What units of other designs made of the rows of several graphs.

    `kinds` numbers all that a result depends on besides the rows: whatever is equal has one number.
    """

    kinds: dict[Hashable, int] = field(default_factory=dict)
    memories: dict[tuple[int, int], Memory] = field(default_factory=dict)

    def kind(self, told: Hashable) -> int:
        """The number of what is told of a unit."""
        return self.kinds.setdefault(told, len(self.kinds))

    def of(self, work: object, turn: int = 0) -> Memory:
        """What is known of one graph, an object that must stay, in a turn of a sequence."""
        return self.memories.setdefault((id(work), turn), Memory())
