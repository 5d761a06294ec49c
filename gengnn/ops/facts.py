"""What is known of numbers whatever the inputs are: their signs, counts, and errors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """What holds for every number of a value.

    `is_positive`: it is never negative. `is_count`: it is a natural number (a degree).
    """

    is_positive: bool = False
    is_count: bool = False

    @classmethod
    def common(cls, known: Iterable[Facts]) -> Facts:
        """What holds for all of several values; everything holds for none."""
        told = list(known)
        return cls(all(f.is_positive for f in told), all(f.is_count for f in told))

    @classmethod
    def sign(cls, known: Iterable[Facts]) -> Facts:
        """The same of the sign only."""
        return cls(all(f.is_positive for f in known))


NOTHING = Facts()
"""Nothing is known."""


@dataclass(frozen=True)
class Approximation:
    """A function, the table entries it takes (0 for none), and its error.

    `error` is the largest distance of the exact result from the function, in steps of the output
    (units in the last place), before rounding, which adds at most a half.
    """

    function: str
    entries: int
    error: float
