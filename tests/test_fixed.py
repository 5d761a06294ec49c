"""Casts against exact rational arithmetic, exhaustively on small formats."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch

from gengnn.errors import PrecisionError
from gengnn.fixed import FixedType, Overflow, Rounding, bits_for, cast_codes, quantize_real


def rounded(value: Fraction, mode: Rounding) -> int:
    """The definition of each mode in UG1399, on exact fractions."""
    low, half = math.floor(value), value - math.floor(value)
    if mode is Rounding.TRN:
        return low
    if mode is Rounding.TRN_ZERO:
        return math.trunc(value)
    if half != Fraction(1, 2):
        return low + (half > Fraction(1, 2))
    up = {
        Rounding.RND: True,
        Rounding.RND_ZERO: value < 0,
        Rounding.RND_INF: value > 0,
        Rounding.RND_MIN_INF: False,
        Rounding.RND_CONV: low % 2 == 1,
    }
    return low + up[mode]


def narrowed(code: int, to: FixedType) -> int:
    """Overflow handling on one integer."""
    if to.overflow is Overflow.WRAP:
        return (code - to.lo) % (1 << to.width) + to.lo
    return min(max(code, to.lo), to.hi)


@pytest.mark.parametrize("mode", list(Rounding))
@pytest.mark.parametrize("overflow", list(Overflow))
@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_cast_is_the_definition(
    mode: Rounding, overflow: Overflow, signed: bool, dtype: torch.dtype
) -> None:
    codes = list(range(-300, 301))
    for shift in (-2, 0, 1, 3):
        to = FixedType(5, 4, signed, mode, overflow)
        frac = to.frac + shift
        got, outside = cast_codes(torch.tensor(codes, dtype=dtype), frac, to)
        exact = [rounded(Fraction(code) / Fraction(2) ** shift, mode) for code in codes]
        assert [int(code) for code in got] == [narrowed(code, to) for code in exact]
        assert outside == sum(not to.lo <= code <= to.hi for code in exact)


def test_quantize_real_rounds_and_counts() -> None:
    codes, outside = quantize_real(torch.tensor([0.5, -0.26, 9.0, -9.0]), FixedType(4, 2))
    assert codes.tolist() == [2, -1, 7, -8]
    assert outside == 2


@pytest.mark.parametrize(
    "text", ["ap_fixed<16,6>", "ap_ufixed<8,8>", "ap_fixed<12,-3,AP_TRN,AP_WRAP>", "ap_fixed<4,9>"]
)
def test_format_text_round_trips(text: str) -> None:
    assert str(FixedType.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["ap_fixed<16>", "fixed<16,6>", "ap_fixed<0,1>", "ap_fixed<8,2,X>"]
)
def test_bad_format_is_refused(text: str) -> None:
    with pytest.raises(PrecisionError, match="is not a fixed-point format"):
        FixedType.parse(text)


def test_bits_for_is_tight() -> None:
    for low in range(-20, 21):
        for high in range(low, 21):
            width = bits_for(low, high)
            assert -(1 << (width - 1)) <= low
            assert high <= (1 << (width - 1)) - 1
            narrower = width - 2
            assert width == 1 or low < -(1 << narrower) or high > (1 << narrower) - 1
