"""When rows leave units that keep them."""

from __future__ import annotations

import numpy as np

from gengnn.ops.cost import Cost
from gengnn.ops.timing import Turn, steady
from tests.graphs import make


def test_the_beat_that_completes_many_rows_of_a_sum_comes_before_them() -> None:
    """The last of four beats, in cycle 13, completes row 0, for which rows 1 to 3 wait."""
    beats, index, rows = steady(10, 4, 1), steady(0, 4, 1), steady(0, 4, 1)
    none = np.zeros(0, dtype=np.int64)
    codes = [none, np.array([1, 2, 3, 0]), none]
    cost = Cost(interval=1, latency=5)
    made = make("Scatter", "sum").arrivals(Turn([beats, index, rows], [1, 1, 1], codes, cost, 1, 0))
    assert made.first.tolist() == [19, 20, 21, 22]
