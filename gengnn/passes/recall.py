"""Recall: what the units of other designs of a graph made of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gengnn.ops.timing import Arrivals

KEPT = 4
"""What is kept of each unit in each layer."""


@dataclass
class Recall:
    """What units made of what they took, in other designs of one graph: the latest of each."""

    known: dict[tuple[str, int], list[Known]] = field(default_factory=dict)

    def find(self, place: tuple[str, int], given: tuple[object, ...]) -> Known | None:
        """What a unit in a layer made of `given`."""
        return next((known for known in self.known.get(place, ()) if known.given == given), None)

    def add(self, place: tuple[str, int], known: Known) -> None:
        """Keep it, and drop what is old."""
        self.known[place] = [known, *self.known.get(place, ())[: KEPT - 1]]


@dataclass(frozen=True)
class Known:
    """What a unit took (`given` tells which objects), and what it left behind."""

    given: tuple[object, ...]
    taken: Sequence[Arrivals | None]
    made: Sequence[Arrivals]
    busy: float
    held: Sequence[float]
    port: float | None
