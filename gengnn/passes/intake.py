"""Intake: how the beats of a row gather in front of a unit before its first result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from gengnn.design import Stream, Unit
from gengnn.ops.timing import Arrivals


class Intake(NamedTuple):
    """What delays rows that come in several beats.

    The first result waits for the `share` of a row's beats behind the first one, `hidden` cycles
    of which pass within the latency; the last beat comes `more` cycles later.
    """

    share: float
    hidden: int
    more: int

    def of(self, rows: Arrivals) -> Arrivals:
        """The rows as the unit has them.

        The last beat counts as coming with what is handed out behind it.
        """
        last, end = rows.last + self.more, rows.end + self.more
        if not self.hidden:
            return Arrivals(rows.first, last, end)
        late = np.maximum((rows.last - rows.first) * self.share - self.hidden, 0.0)
        return Arrivals(rows.first + late, last, end)


class Cut(NamedTuple):
    """The beats behind a `share` of a row are left out: nobody waits for them."""

    share: float

    def of(self, rows: Arrivals) -> Arrivals:
        """The rows as the unit has them."""
        last = rows.first + (rows.last - rows.first) * self.share
        return Arrivals(rows.first, last, rows.end)


def intake(unit: Unit, wire: str, streams: Mapping[str, Stream]) -> Intake | Cut | None:
    """What happens to the rows of one input of a unit; nothing to most."""
    beats = streams[wire].beats
    made = min(streams[result].beats for result in unit.outputs.values())
    if unit.kernel == "fit":
        return Cut((made - 1) / (beats - 1)) if made < beats else Cut(1.0)
    op, out = unit.op, 1
    needed = beats if op is not None and op.multiplies else beats // made
    if unit.kernel == "resize":  # so many lanes are collected, then handed out
        needed, out = (unit.number("Middle") // unit.number(p) for p in ("LanesX", "LanesY"))
    if max(needed, out) <= 1 or (op is not None and (op.is_barrier or op.takes_beats)):
        return None
    hidden = needed - 1
    return Intake(hidden / max(beats - 1, 1), hidden, out - 1 - hidden)
