"""How a product of matrices in each row is cut into cycles: what its units have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gengnn.ops.base import Exact, Shape
from gengnn.ops.cost import CARRY_BITS, Cost, delay_cost, select_lut, tree_cost


@dataclass(frozen=True)
class Sizes:
    """The product y[b, i, j] = sum over k of a[b, i, k] w[b, k, j], b < `batch` and so on."""

    batch: int
    rows: int
    inner: int
    columns: int

    @property
    def work(self) -> int:
        """Multiplications."""
        return self.batch * self.rows * self.inner * self.columns

    def shapes(self) -> list[Shape]:
        """First more columns at once, then more of the sum, then more rows, then the batch."""
        told: dict[tuple[int, int], None] = {}
        for at_once in _divisors(self.columns):
            told[1, at_once] = None
        for at_once in _divisors(self.inner):
            told[at_once, self.columns] = None
        for at_once in _divisors(self.rows):
            told[self.inner, self.columns * at_once] = None
        for at_once in _divisors(self.batch):
            told[self.inner, self.columns * self.rows * at_once] = None
        return [(self.work // (parallel * lanes), parallel, lanes) for parallel, lanes in told]

    def tile(self, parallel: int, lanes: int) -> Tile:
        """The part that `parallel` terms of each of `lanes` results are."""
        columns = math.gcd(lanes, self.columns)
        rows = math.gcd(lanes // columns, self.rows)
        part = Sizes(lanes // columns // rows, rows, parallel, columns)
        turns = Sizes(
            self.batch // part.batch,
            self.rows // rows,
            self.inner // parallel,
            self.columns // columns,
        )
        return Tile(part, turns)


@dataclass(frozen=True)
class Tile:
    """What a unit multiplies in one cycle, and how many such parts there are each way.

    A part is whole along everything behind the last dimension that it divides (columns, inner,
    rows, batch, in this order), so both operands are read in the order in which their lanes come.
    """

    part: Sizes
    turns: Sizes

    @property
    def lanes(self) -> dict[str, int]:
        """Lanes per beat of both operands and of the result."""
        part = self.part
        return {
            "a": part.batch * part.rows * part.inner,
            "w": part.batch * part.inner * part.columns,
            "y": part.batch * part.rows * part.columns,
        }

    def kernel_params(self) -> dict[str, int]:
        """The parameters that say how the product is cut."""
        return {
            "Batch": self.part.batch,
            "Rows": self.part.rows,
            "Inner": self.part.inner,
            "Columns": self.part.columns,
            "TurnsRows": self.turns.rows,
            "TurnsInner": self.turns.inner,
            "TurnsColumns": self.turns.columns,
        }

    def cost(self, widths: int, exact: Exact) -> Cost:
        """Multipliers of products of `widths` bits, adder trees and accumulators."""
        lanes, part, turns = self.lanes["y"], self.part, self.turns
        tree = tree_cost(part.inner, widths, exact.width)
        steps = (turns.inner - 1) * turns.columns
        total = Cost(
            dsp=lanes * part.inner,
            lut=lanes * (tree.lut + select_lut(exact.width)) + 40,
            ff=lanes * (tree.ff + exact.width + 2 * part.inner * widths) + 60,
            interval=turns.work,
            latency=steps + 2 + tree.latency + (exact.width > CARRY_BITS),
        )
        if turns.inner > 1 < turns.columns:  # the sums of the other columns wait
            total += delay_cost(lanes * exact.width, turns.columns - 1)
        return total


def _divisors(number: int) -> list[int]:
    return [d for d in range(1, number + 1) if number % d == 0]
