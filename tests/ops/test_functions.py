"""Tables keep a stated error in steps of the output (units in the last place), before rounding."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gengnn.fixed import FixedType
from gengnn.ops.base import Rows
from gengnn.ops.entries import WANTED, choose
from gengnn.ops.functions import FUNCTIONS
from gengnn.ops.spacing import Spacing
from gengnn.ops.table import ENTRY_BITS, LONE_BITS, Table, entry_bits
from tests.ops.cases import op, real

TYPICAL = ("ap_fixed<16,4>", "ap_fixed<16,8>")
"""Formats of inputs that reach 8 and 128."""

OUTPUTS = {
    "ap_fixed<16,1>": "hard_shrink",
    "ap_fixed<16,2>": "sigmoid tanh softsign sign sin cos erf rsqrt power reciprocal atan asin",
    "ap_fixed<16,3>": "atan asin erfc rsqrt reciprocal atanh",
    "ap_fixed<16,4>": "log log1p log_sigmoid log10 asinh acosh tanhshrink sqrt rsqrt reciprocal "
    "softplus elu gelu gelu_tanh silu mish hardsigmoid hardswish soft_shrink threshold odd_power "
    "even_power power exponential exp exp2 expm1 sinh cosh",
    "ap_fixed<16,8>": "log2 sqrt exp exp2 expm1 sinh cosh softplus silu gelu elu",
}
"""Functions by the formats that their values usually have."""

VALUES: dict[str, tuple[float, ...]] = {
    "hard_shrink": (0.5,),
    "soft_shrink": (0.5,),
    "threshold": (0.1, 2.0),
    "power": (1.5,),
    "odd_power": (-1.0,),
    "even_power": (6.0,),
    "exponential": (0.3,),
}

PAIRS = [(name, form) for form, names in OUTPUTS.items() for name in names.split()]

MANY_LANES = {
    "sin": {"ap_fixed<16,8>": 16.0},
    "cos": {"ap_fixed<16,8>": 16.0},
    "reciprocal": {"ap_fixed<16,4>": 1.0},
    "odd_power": {"ap_fixed<16,4>": 1.0},
}
"""Bounds where a copy of the table for each of many lanes leaves too few entries for LARGE."""

LARGE = 0.5
"""The bound of all others; most stay below WANTED."""


@pytest.mark.parametrize("source", TYPICAL)
@pytest.mark.parametrize(("name", "to"), PAIRS)
def test_error_of_a_table_of_many_lanes(name: str, to: str, source: str) -> None:
    x, y = real("nodes", 64, source), real("nodes", 64, to)
    bound = MANY_LANES.get(name, {}).get(source, LARGE)
    assert Table(name, VALUES.get(name, ())).error((x, y)) <= bound


@pytest.mark.parametrize("source", TYPICAL)
@pytest.mark.parametrize(("name", "to"), PAIRS)
def test_error_of_a_table_of_one_lane(name: str, to: str, source: str) -> None:
    x, y = real("nodes", 1, source), real("nodes", 1, to)
    assert Table(name, VALUES.get(name, ())).error((x, y)) <= WANTED


def test_every_function_has_a_bound() -> None:
    assert {name for name, _ in PAIRS} == set(FUNCTIONS)


def codes_of(table: Table, source: str, to: str, given: list[int], lanes: int = 1) -> list[float]:
    """The exact results of some input codes, in steps of the output."""
    x, y = real("nodes", lanes, source), real("nodes", lanes, to)
    exact = table.exact((x, y), {}, {})
    told = table.integer([torch.tensor(given).double()], {}, (x, y), Rows({}, 1))
    return [math.ldexp(float(v), y.format.frac - exact.frac) for v in told]


@pytest.mark.parametrize("lanes", [1, 64])
@pytest.mark.parametrize("name", ["rsqrt", "reciprocal", "sqrt", "power"])
def test_numbers_that_are_not_positive_give_0(name: str, lanes: int) -> None:
    table = Table(name, VALUES.get(name, ()))
    assert codes_of(table, "ap_fixed<16,6>", "ap_fixed<16,4>", [-32768, -1, 0], lanes) == [0.0] * 3


@pytest.mark.parametrize("lanes", [1, 64])
@pytest.mark.parametrize("name", ["log", "log2", "log10"])
def test_logarithm_of_nothing_is_the_lowest_number(name: str, lanes: int) -> None:
    assert (
        max(codes_of(Table(name), "ap_fixed<16,6>", "ap_fixed<16,4>", [-32768, -1, 0], lanes))
        <= -32768
    )


@pytest.mark.parametrize("name", ["tanh", "gelu", "silu", "elu", "sin", "asinh", "softsign"])
def test_0_stays_0(name: str) -> None:
    told = codes_of(Table(name), "ap_fixed<16,4>", "ap_fixed<16,4>", [0], 64)
    assert abs(told[0]) <= WANTED


def test_narrow_inputs_have_an_entry_per_code() -> None:
    x, y = real("nodes", 1, "ap_fixed<9,9>"), real("nodes", 1, "ap_fixed<16,2>")
    for name in ("rsqrt", "reciprocal"):
        assert Table(name).plan(x, y).spacing == Spacing(9, 0, -256)
        assert op("Table", name).error((x, y)) <= 0.5


def test_few_lanes_share_the_entries_of_one() -> None:
    told = [entry_bits(lanes) for lanes in (1, 2, 3, 4, 8, 9, 500)]
    assert told == [LONE_BITS, 12, 11, 11, ENTRY_BITS, ENTRY_BITS, ENTRY_BITS]


@pytest.mark.parametrize(
    ("name", "source", "to", "entries"),
    [
        ("sigmoid", "ap_fixed<16,6>", "ap_fixed<8,2>", 32),
        ("hardsigmoid", "ap_fixed<16,6>", "ap_fixed<16,2>", 8),
        ("sign", "ap_fixed<16,6>", "ap_fixed<4,2>", 2),
        ("threshold", "ap_fixed<16,6>", "ap_fixed<16,6>", 16),
        ("log", "ap_fixed<16,6>", "ap_fixed<16,4>", 640),
    ],
)
def test_table_is_no_larger_than_it_must_be(name: str, source: str, to: str, entries: int) -> None:
    values = {"threshold": (0.5, -1.0)}.get(name, ())
    plan = choose(name, values, FixedType.parse(source), FixedType.parse(to), ENTRY_BITS)
    assert plan.spacing.depth == entries
    assert plan.error <= WANTED


@pytest.mark.parametrize("by_octave", [False, True])
@pytest.mark.parametrize("is_reversed", [False, True])
@pytest.mark.parametrize("mirrored", [False, True])
def test_every_code_lies_within_its_entry(
    by_octave: bool, is_reversed: bool, mirrored: bool
) -> None:
    """A code's way along the line is less than to the next entry, and distances have an order."""
    anchor = 100 if mirrored or is_reversed else -100
    spacing = Spacing(10, 4, anchor, by_octave, is_reversed, mirrored)
    distance = torch.arange(1 << 10)
    index, along = spacing.locate(distance)
    assert int(index.min()) == 0
    assert int(index.max()) == spacing.depth - 1
    assert int(along.min()) >= 0
    assert int(along.max()) < 1 << spacing.along_bits
    place = (index * (1 << spacing.along_bits) + along).numpy()
    assert (np.diff(place) > 0).all()
    samples = spacing.samples(FixedType(12, 6))
    inner, _ = spacing.locate(samples)
    is_own = inner == torch.arange(spacing.depth)[:, None]
    assert bool(is_own.all())


def test_wide_formats_have_a_table_that_the_reference_holds_exactly() -> None:
    x, y = real("nodes", 1, "ap_fixed<32,8>"), real("nodes", 1, "ap_fixed<32,4>")
    for name in ("log", "sigmoid", "sqrt"):
        exact = Table(name).exact((x, y), {}, {})
        assert max(-exact.lo, exact.hi) < 1 << 52


def test_comment_states_size_and_error() -> None:
    x, y = real("nodes", 6, "ap_fixed<16,6>"), real("nodes", 6, "ap_fixed<16,4>")
    told = Table("log").comment((x,), y)
    assert told.startswith("Table[log]: 6 lanes per row of nodes, ap_fixed<16,6> -> ")
    assert told.endswith(": 640 entries by octave, error 0.13 steps")
