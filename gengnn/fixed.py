"""Fixed-point formats with the names and the meaning of Vitis' ap_fixed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor

from gengnn.errors import PrecisionError

EXACT_BITS = 53
"""Integers up to 2**53 in magnitude are exact in the float64 carrier."""


MAX_WIDTH = 32
"""Bits of the widest format a stream can have."""


class Rounding(StrEnum):
    """What happens to dropped fraction bits (UG1399, "Quantization modes")."""

    TRN = "TRN"
    TRN_ZERO = "TRN_ZERO"
    RND = "RND"
    RND_ZERO = "RND_ZERO"
    RND_INF = "RND_INF"
    RND_MIN_INF = "RND_MIN_INF"
    RND_CONV = "RND_CONV"

    @property
    def code(self) -> int:
        """The number by which both kernel libraries know the mode."""
        return list(Rounding).index(self)


class Overflow(StrEnum):
    """What happens to values outside the format (UG1399, "Overflow modes")."""

    WRAP = "WRAP"
    SAT = "SAT"
    SAT_SYM = "SAT_SYM"

    @property
    def code(self) -> int:
        """The number by which both kernel libraries know the mode."""
        return list(Overflow).index(self)


@dataclass(frozen=True)
class FixedType:
    """A fixed-point format: value = code * 2**-frac.

    `frac` may be negative or larger than `width`. The rounding and overflow modes say how
    an exact result is brought into the format.
    """

    width: int
    frac: int
    signed: bool = True
    rounding: Rounding = Rounding.RND
    overflow: Overflow = Overflow.SAT

    @property
    def integer_bits(self) -> int:
        """The I of ap_fixed<W, I>."""
        return self.width - self.frac

    @property
    def lo(self) -> int:
        """The smallest code."""
        if not self.signed:
            return 0
        symmetric = self.overflow is Overflow.SAT_SYM
        return -(1 << (self.width - 1)) + (1 if symmetric else 0)

    @property
    def hi(self) -> int:
        """The largest code."""
        return (1 << (self.width - (1 if self.signed else 0))) - 1

    @property
    def step(self) -> float:
        """The value of one code step."""
        return math.ldexp(1.0, -self.frac)

    def __str__(self) -> str:
        """The Vitis spelling, modes only where they differ from the house's."""
        kind = "ap_fixed" if self.signed else "ap_ufixed"
        modes = ""
        if (self.rounding, self.overflow) != (Rounding.RND, Overflow.SAT):
            modes = f",AP_{self.rounding},AP_{self.overflow}"
        return f"{kind}<{self.width},{self.integer_bits}{modes}>"

    @classmethod
    def parse(cls, text: str) -> FixedType:
        """Read `ap_fixed<W,I[,Q[,O]]>`; modes left out mean AP_RND and AP_SAT.

        Raises:
            PrecisionError: the text is not such a format.
        """
        match = re.fullmatch(r"ap_(u?)fixed<([^<>]*)>", text.replace(" ", ""))
        fields = match.group(2).split(",") if match else []
        defaults = ["", "", Rounding.RND, Overflow.SAT]
        try:
            told = [field.removeprefix("AP_") for field in [*fields, *defaults[len(fields) :]]]
            width, integer, rounding, overflow = told
            form = cls(
                int(width),
                int(width) - int(integer),
                signed=match is None or not match.group(1),
                rounding=Rounding(rounding),
                overflow=Overflow(overflow),
            )
            if not 1 <= form.width <= MAX_WIDTH:
                raise ValueError(text)
        except ValueError as error:
            raise PrecisionError(
                f"{text!r} is not a fixed-point format\n"
                "  expected ap_fixed<W,I> or ap_fixed<W,I,AP_RND,AP_SAT>, "
                f"with 1 <= W <= {MAX_WIDTH}\n"
                f"  roundings: {', '.join(Rounding)}; overflows: {', '.join(Overflow)}"
            ) from error
        return form


def round_codes(value: Tensor, mode: Rounding) -> Tensor:
    """Round a float64 tensor of dyadic rationals to integers, in place where possible.

    `value` holds code * 2**-shift, which is exact, so each result is the mode's definition
    and no floating-point rounding takes part.
    """
    return _ROUND[mode](value)


def _rnd_conv(value: Tensor) -> Tensor:
    return value.round_()  # torch rounds halves to even


def _toward_zero_half(value: Tensor) -> Tensor:
    return value.sign() * (value.abs() - 0.5).ceil()


def _away_from_zero_half(value: Tensor) -> Tensor:
    return value.sign() * (value.abs() + 0.5).floor()


_ROUND: dict[Rounding, Callable[[Tensor], Tensor]] = {
    Rounding.TRN: lambda v: v.floor_(),
    Rounding.TRN_ZERO: lambda v: v.trunc_(),
    Rounding.RND: lambda v: v.add_(0.5).floor_(),
    Rounding.RND_ZERO: _toward_zero_half,
    Rounding.RND_INF: _away_from_zero_half,
    Rounding.RND_MIN_INF: lambda v: v.sub_(0.5).ceil_(),
    Rounding.RND_CONV: _rnd_conv,
}


def cast_codes(codes: Tensor, frac: int, to: FixedType) -> tuple[Tensor, int]:
    """Bring exact codes with `frac` fraction bits into `to`.

    Args:
        codes: float64 integers, any shape, |code| < 2**52; overwritten.
        frac: fraction bits of `codes`.
        to: the format of the result.

    Returns:
        The new codes (same shape) and how many of them were outside the format.
    """
    shift = frac - to.frac
    if shift != 0:
        codes = codes.mul_(math.ldexp(1.0, -shift))
    if shift > 0:
        codes = round_codes(codes, to.rounding)
    if codes.numel() == 0:
        return codes, 0
    low, high = torch.aminmax(codes)
    if float(low) >= to.lo and float(high) <= to.hi:
        return codes, 0
    outside = int(((codes < to.lo) | (codes > to.hi)).sum())
    if to.overflow is Overflow.WRAP:
        span = float(1 << to.width)
        return codes.sub_(to.lo).remainder_(span).add_(to.lo), outside
    return codes.clamp_(to.lo, to.hi), outside


def quantize_real(values: Tensor, to: FixedType) -> tuple[Tensor, int]:
    """Codes (float64) of real values in `to`, and how many were outside the format."""
    scaled = values.to(torch.float64) * math.ldexp(1.0, to.frac)
    return cast_codes(round_codes(scaled, to.rounding), to.frac, to)


def bits_for(lo: int, hi: int) -> int:
    """The width of the narrowest signed integer that holds both `lo` and `hi`."""
    return max((code if code >= 0 else ~code).bit_length() for code in (lo, hi)) + 1


def unsigned_bits(hi: int) -> int:
    """The width of the narrowest unsigned integer that holds `hi`, at least one bit."""
    return max(1, hi.bit_length())
