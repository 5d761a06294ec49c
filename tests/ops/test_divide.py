"""Division is the exact quotient, rounded once, in every rounding mode."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import pytest
import torch

from gengnn.fixed import FixedType, Overflow, Rounding, cast_codes
from gengnn.ir import Value
from gengnn.ops.base import Rows
from gengnn.ops.divide import Divide

HALF = Fraction(1, 2)


def rounded(x: Fraction, mode: Rounding) -> int:
    """The definition of the mode (UG1399), in rational numbers."""
    down, up = math.ceil(x - HALF), math.floor(x + HALF)  # they differ at halves only
    even = down if down % 2 == 0 else up
    told = {
        Rounding.TRN: math.floor(x),
        Rounding.TRN_ZERO: math.trunc(x),
        Rounding.RND: up,
        Rounding.RND_MIN_INF: down,
        Rounding.RND_ZERO: down if x > 0 else up,
        Rounding.RND_INF: up if x > 0 else down,
        Rounding.RND_CONV: even,
    }
    return told[mode]


def real(form: FixedType) -> Value:
    return Value("v", "nodes", (1,), type=form)


def quotients(a: FixedType, b: FixedType, y: FixedType, pairs: list[tuple[int, int]]) -> list[int]:
    """What the op gives for pairs of codes."""
    columns = [
        torch.tensor(codes, dtype=torch.float64)[:, None] for codes in zip(*pairs, strict=True)
    ]
    values = (real(a), real(b), real(y))
    op = Divide()
    exact = op.exact(values, {}, {})
    codes = op.integer(columns, {}, values, Rows({}, 1))
    assert float(codes.min()) >= exact.lo
    assert float(codes.max()) <= exact.hi
    return [int(code) for code in cast_codes(codes, exact.frac, y)[0].ravel()]


@pytest.mark.parametrize("mode", Rounding)
@pytest.mark.parametrize("fracs", [(3, 2, 1), (0, 3, 4), (4, 0, -1), (5, -2, 0), (-1, 1, 6)])
def test_every_quotient_is_rounded_once(mode: Rounding, fracs: tuple[int, int, int]) -> None:
    a, b = FixedType(6, fracs[0]), FixedType(5, fracs[1])
    y = FixedType(5, fracs[2], rounding=mode, overflow=Overflow.SAT)
    pairs = list(product(range(a.lo, a.hi + 1), range(b.lo, b.hi + 1)))
    shift = Fraction(2) ** (y.frac + b.frac - a.frac)
    for (p, q), got in zip(pairs, quotients(a, b, y, pairs), strict=True):
        exact = rounded(Fraction(p, q) * shift, mode) if q else 0
        assert got == max(y.lo, min(y.hi, exact)), f"{p} / {q}"


def test_wide_quotients_are_exact() -> None:
    """Dividends of more than 64 bits after the shift."""
    a, b, y = FixedType(32, 0), FixedType(32, 31), FixedType(32, 12)
    steps = (1, 2, 3, 7, 12345, (1 << 31) - 1)
    ends = [*steps, *(-step for step in steps), -(1 << 31)]
    pairs = list(product(ends, ends))
    shift = Fraction(2) ** (y.frac + b.frac - a.frac)
    for (p, q), got in zip(pairs, quotients(a, b, y, pairs), strict=True):
        exact = rounded(Fraction(p, q) * shift, Rounding.RND)
        assert got == max(y.lo, min(y.hi, exact)), f"{p} / {q}"
