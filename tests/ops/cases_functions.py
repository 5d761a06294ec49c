"""Tables of every kind: evenly spaced and by octave, mirrored or not, with and without lines."""

from __future__ import annotations

from collections.abc import Iterator

from tests.ops.cases import Case, case, op, real

KINDS: dict[str, tuple[str, tuple[float, ...], str, str, int]] = {
    "softplus": ("softplus", (), "ap_fixed<16,8>", "ap_fixed<16,8>", 3),
    "gelu": ("gelu", (), "ap_fixed<12,4>", "ap_fixed<12,4,AP_TRN,AP_SAT>", 0),
    "tanh": ("tanh", (), "ap_fixed<14,4>", "ap_fixed<16,2>", 2),
    "cos": ("cos", (), "ap_fixed<13,4>", "ap_fixed<14,2>", 0),
    "hardsigmoid": ("hardsigmoid", (), "ap_fixed<12,5>", "ap_fixed<12,2>", 0),
    "wrapped": ("sinh", (), "ap_fixed<12,4>", "ap_fixed<10,3,AP_RND_CONV,AP_WRAP>", 0),
    "log": ("log", (), "ap_fixed<12,6>", "ap_fixed<16,4>", 2),
    "log1p": ("log1p", (), "ap_fixed<12,3>", "ap_fixed<14,4>", 0),
    "rsqrt": ("rsqrt", (), "ap_fixed<14,6>", "ap_fixed<16,5>", 3),
    "reciprocal": ("reciprocal", (), "ap_fixed<16,10>", "ap_fixed<16,6>", 0),
    "odd_power": ("odd_power", (-1.0,), "ap_fixed<12,4>", "ap_fixed<16,8>", 2),
    "exponential": ("exponential", (0.25,), "ap_fixed<12,6>", "ap_fixed<14,6>", 0),
    "asin": ("asin", (), "ap_fixed<14,1>", "ap_fixed<16,2>", 0),
    "hard_shrink": ("hard_shrink", (0.5,), "ap_fixed<13,3>", "ap_fixed<12,3>", 0),
    "threshold": ("threshold", (0.3, -2.0), "ap_fixed<13,3>", "ap_fixed<12,3>", 2),
    "sign": ("sign", (), "ap_fixed<14,4>", "ap_fixed<6,3>", 0),
    "narrow": ("tanh", (), "ap_fixed<9,3>", "ap_fixed<8,2>", 2),
}
"""By name: function, its constants, formats of input and output, lanes (0 for whole rows)."""


def cases() -> Iterator[Case]:
    """Tables and angles."""
    yield from tables()
    yield from angles()


def tables() -> Iterator[Case]:
    """Six lanes in several formats, and one lane with many entries or many bits."""
    for name, (function, values, source, to, lanes) in KINDS.items():
        x, y = real("nodes", 6, source), real("nodes", 6, to)
        yield case(f"table_{name}", op("Table", function, values), [x], y, lanes)
    wide, lone = real("nodes", 1, "ap_fixed<24,8>"), real("nodes", 1, "ap_fixed<20,6>")
    yield case("table_lone_sqrt", op("Table", "sqrt"), [wide], lone)
    widest, fine = real("nodes", 1, "ap_fixed<32,6>"), real("nodes", 1, "ap_fixed<32,2>")
    yield case("table_lone_sigmoid", op("Table", "sigmoid"), [widest], fine)
    yield case("table_lone_exp", op("Table", "exp"), [widest], lone)
    count, inverse = real("nodes", 1, "ap_fixed<13,13>"), real("nodes", 1, "ap_fixed<16,2>")
    yield case("table_lone_direct", op("Table", "reciprocal"), [count], inverse)


def angles() -> Iterator[Case]:
    """Vectors in one format and in two, broadcast, and angles of many and of few bits."""
    wide, narrow = real("nodes", 6, "ap_fixed<16,6>"), real("nodes", 6, "ap_fixed<8,5>")
    one = real("nodes", 1, "ap_fixed<12,3>")
    angle = real("nodes", 6, "ap_fixed<16,3>")
    yield case("atan2", op("Atan2"), [wide, wide], angle)
    yield case("atan2_formats", op("Atan2"), [narrow, wide], angle, 2)
    yield case("atan2_broadcast", op("Atan2"), [one, narrow], real("nodes", 6, "ap_fixed<8,5>"), 3)
    fine = real("nodes", 1, "ap_fixed<26,3,AP_RND_CONV,AP_SAT>")
    yield case("atan2_deep", op("Atan2"), [one, one], fine)
