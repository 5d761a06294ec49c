"""Cases of the ops that order the rows of groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from gengnn.ir import Kind, Value
from gengnn.ops.rank import ranks_of
from tests.ops.cases import Case, Inputs, bits, case, index, op, real


def cases() -> Iterator[Case]:
    """Every case; names start with the kernel's."""
    yield from rank_cases()
    yield from share_cases()
    yield from dense_cases()


def ranks(space: str, features: int) -> Value:
    """Numbers below the row limit of a space."""
    form = index(space, space).type
    return Value("v", space, (features,), Kind.INDEX, space, None, form)


def rank_cases() -> Iterator[Case]:
    """Few equal numbers and many, few groups and many, one row at a time and sixteen."""
    there = index("edges", "nodes")
    yield case("rank", op("Rank", False), [real("edges", 6), there], ranks("edges", 7))
    few = real("edges", 1, "ap_fixed<2,2>")
    yield case("rank_ties", op("Rank", False), [few, there], ranks("edges", 2))
    yield case("rank_descending", op("Rank", True), [few, there], ranks("edges", 2))
    own, wide = index("nodes", "nodes"), real("nodes", 65, "ap_fixed<3,3>")
    yield case("rank_one_by_one", op("Rank", True), [wide, own], ranks("nodes", 66))


def share_cases() -> Iterator[Case]:
    """Every interpolation, coarse and fine weights, more beats than one, and the first rows."""
    rank, others = ranks("edges", 6), index("edges", "edges")
    weights = real("edges", 6, "ap_fixed<16,2>")
    for how in ("lower", "higher", "nearest", "midpoint", "linear"):
        yield case(f"share_{how}", op("Share", 0.3, how), [rank, others], weights, 2)
    coarse = real("edges", 6, "ap_fixed<3,1>")
    yield case("share_saturated", op("Share", 0.25, "linear"), [rank, others], coarse)
    yield case("share_median", op("Share", 0.5, "lower"), [rank, others], real("edges", 6))
    mask = Value("v", "edges", (6,), Kind.MASK, type=bits("edges").type)
    yield case("share_first", op("Share", 0.4, "first"), [rank, others], mask)
    one = Value("v", "edges", (), Kind.INDEX, "edges", None, others.type)
    yield case("share_first_three", op("Share", 3.0, "first"), [one, others], bits("edges"))


def dense_cases() -> Iterator[Case]:
    """Slots of a power of two and not, one slot, more beats than one, more rows than slots."""
    for name, size, lanes in (("three", 3, 2), ("four", 4, 6), ("one", 1, 3), ("many", 9, 6)):
        x, rows = real("edges", 6), bits("nodes", Kind.ROWS)
        inputs = [x, index("edges", "edges"), index("edges", "nodes"), rows]
        told = {"x": lanes, "slot": 1, "index": 1, "rows": 1, "y": lanes}
        yield Slotted.of(
            case(f"dense_{name}", op("Dense", size), inputs, real("nodes", 6 * size), told)
        )


@dataclass(frozen=True)
class Slotted(Case):
    """A case whose slots are the ranks of the rows in their groups."""

    @classmethod
    def of(cls, plain: Case) -> Case:
        return cls(plain.name, plain.site)

    def graphs(self, seed: int = 0) -> list[Inputs]:
        return [self._slotted(graph) for graph in super().graphs(seed)]

    def _slotted(self, graph: Inputs) -> Inputs:
        index = torch.from_numpy(graph["index"]).reshape(-1)
        ranks, _ = ranks_of(torch.from_numpy(graph["slot"]), index)
        return {**graph, "slot": ranks.numpy()}
