"""Cases of the ops that rearrange and reduce the lanes of a row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gengnn.fixed import FixedType
from gengnn.ir import Kind, Param
from tests.ops.cases import Case, bits, case, index, op, real


def cases() -> Iterator[Case]:
    yield from lanes_cases()
    yield from reduce_cases()
    yield from wide_cases()


def lanes_cases() -> Iterator[Case]:
    """Permuted, repeated and dropped lanes; one lane; integers."""
    x = real("nodes", 6)
    yield case("lanes_permuted", op("Lanes", (5, 0, 3, 1, 4, 2)), [x], x)
    yield case("lanes_repeated", op("Lanes", (2, 2, 0, 5, 5, 5, 0, 2)), [x], real("nodes", 8))
    yield case("lanes_spread", op("Lanes", (0, 0, 0)), [real("edges", 1)], real("edges", 3))
    long = real("nodes", 40, "ap_fixed<7,2>")
    yield case("lanes_long", op("Lanes", tuple(range(39, -1, -1))), [long], long)
    words = index("nodes", bound=50, features=4)
    yield case("lanes_index", op("Lanes", (3, 1)), [words], index("nodes", bound=50, features=2))


def reduce_cases() -> Iterator[Case]:
    """Sums, maxima and minima: whole groups in a beat, and groups in several beats."""
    x, wide = real("nodes", 6), real("nodes", 3, "ap_fixed<18,9>")
    yield case("reduce_sum", op("Reduce", "sum", 3, 2), [x], wide)
    yield case("reduce_odd", op("Reduce", "sum", 2, 3), [x], real("nodes", 2))
    yield case("reduce_all", op("Reduce", "sum", 1, 6), [x], real("nodes", 1, "ap_fixed<14,7>"))
    long = real("edges", 32, "ap_fixed<12,4>")
    mean = real("edges", 2, "ap_fixed<12,4,AP_RND_CONV,AP_SAT>")
    yield case("reduce_mean", op("Reduce", "sum", 2, 16, 4), [long], mean)
    yield case("reduce_max", op("Reduce", "max", 2, 3), [x], real("nodes", 2))
    yield case("reduce_min", op("Reduce", "min", 1, 6), [x], real("nodes", 1))
    pairs = {"x": 4, "y": 2}
    total = real("edges", 16, "ap_fixed<13,5>")
    yield case("reduce_narrow", op("Reduce", "sum", 16, 2), [long], total, pairs)
    parts = {"x": 3, "y": 1}
    yield case("reduce_parts", op("Reduce", "sum", 1, 6), [x], real("nodes", 1), parts)
    yield case("reduce_parts_single", op("Reduce", "sum", 2, 3), [x], real("nodes", 2), 1)
    yield case("reduce_parts_max", op("Reduce", "max", 1, 6), [x], real("nodes", 1), parts)
    parts = {"x": 8, "y": 1}
    least = real("edges", 2, "ap_fixed<12,4>")
    yield case("reduce_parts_min", op("Reduce", "min", 2, 16), [long], least, parts)


def wide_cases() -> Iterator[Case]:
    """Operands of wide formats, whose sums are longer than one carry chain."""
    x, one = real("nodes", 4, "ap_fixed<27,9>"), real("nodes", 1, "ap_fixed<27,9>")
    rng = np.random.default_rng(4)
    scale = rng.integers(-(1 << 15), 1 << 15, 4).astype(np.float64)
    shift = rng.integers(-(1 << 42), 1 << 42, 4).astype(np.float64)
    params = {"scale": Param(scale, FixedType(16, 14)), "shift": Param(shift, FixedType(44, 32))}
    yield case("affine_wide", op("Affine"), [x], x, 2, [params])
    plain = real("nodes", 4)
    yield case("mul_wide", op("Mul"), [plain, one], plain)
    yield case("reduce_wide", op("Reduce", "sum", 2, 2), [x], real("nodes", 2, "ap_fixed<27,10>"))
    sent, total = real("edges", 4, "ap_fixed<32,12>"), real("nodes", 4, "ap_fixed<32,16>")
    maps = index("edges", "nodes"), bits("nodes", Kind.ROWS)
    yield case("scatter_sum_wide", op("Scatter", "sum"), [sent, *maps], total, 2)
    inverse = real("nodes", 1, "ap_fixed<27,9>")
    yield case("table_wide_rsqrt", op("Table", "rsqrt", (0.25, 1e-5)), [one], inverse)
