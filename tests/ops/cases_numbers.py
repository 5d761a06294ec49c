"""Cases of the ops on pairs of numbers: quotients, comparisons, choices, integers."""

from __future__ import annotations

from collections.abc import Iterator

from gengnn.fixed import FixedType, Overflow, Rounding
from gengnn.ir import Kind, Value
from gengnn.ops.compare import RELATIONS
from tests.ops.cases import Case, bits, case, index, op, real


def cases() -> Iterator[Case]:
    """Every case; names start with the kernel's."""
    yield from divide_cases()
    yield from compare_cases()
    yield from select_cases()
    yield from joint_cases()
    yield from integer_cases()


def divide_cases() -> Iterator[Case]:
    """Aligned and broadcast quotients, every rounding, formats far apart."""
    wide, narrow = real("nodes", 6), real("nodes", 6, "ap_fixed<12,3>")
    one, out = real("nodes", 1, "ap_fixed<12,3>"), real("nodes", 6, "ap_fixed<14,5>")
    yield case("divide", op("Divide"), [wide, narrow], out)
    yield case("divide_narrow", op("Divide"), [narrow, wide], out, 2)
    yield case("divide_broadcast", op("Divide"), [wide, one], out, 3)
    yield case("divide_inverse", op("Divide"), [one, wide], out, 2)
    small, tiny = real("nodes", 6, "ap_fixed<6,3>"), real("nodes", 6, "ap_fixed<4,2>")
    for rounding in Rounding:
        for overflow in Overflow:
            y = real("nodes", 6, f"ap_fixed<5,2,AP_{rounding},AP_{overflow}>")
            yield case(f"divide_{rounding}_{overflow}".lower(), op("Divide"), [small, tiny], y)
    one_bit = real("nodes", 6, "ap_fixed<2,2>")
    yield case("divide_small", op("Divide"), [one_bit, tiny], real("nodes", 6, "ap_fixed<9,2>"))
    coarse = real("nodes", 6, "ap_fixed<8,12>")
    yield case("divide_coarse", op("Divide"), [narrow, real("nodes", 6, "ap_fixed<4,4>")], coarse)
    yield case("divide_nothing", op("Divide"), [tiny, real("nodes", 6, "ap_fixed<4,4>")], coarse)
    widest, fine = real("nodes", 6, "ap_fixed<32,12>"), real("nodes", 6, "ap_fixed<32,1>")
    yield case("divide_wide", op("Divide"), [widest, fine], real("nodes", 6, "ap_fixed<32,16>"))
    yield case("divide_far", op("Divide"), [fine, widest], real("nodes", 6, "ap_fixed<24,-6>"), 1)


def masks(space: str, features: int) -> Value:
    """A mask of several lanes."""
    return Value("v", space, (features,), Kind.MASK, type=FixedType(1, 0, signed=False))


def compare_cases() -> Iterator[Case]:
    """Every relation between numbers of one format and of two, and with integers."""
    fine, coarse = real("nodes", 6, "ap_fixed<6,2>"), real("nodes", 6, "ap_fixed<4,3>")
    for relation in RELATIONS:
        mixed = [fine, coarse] if relation in {"eq", "lt", "ge"} else [coarse, fine]
        yield case(f"compare_mixed_{relation}", op("Compare", relation), mixed, masks("nodes", 6))
    one = real("nodes", 1, "ap_fixed<5,3>")
    yield case("compare_broadcast", op("Compare", "le"), [fine, one], masks("nodes", 6), 2)
    yield case("compare_with_one", op("Compare", "gt"), [one, fine], masks("nodes", 6), 3)
    alike = [real("nodes", 6, "ap_fixed<4,2>")] * 2
    yield case("compare_alike", op("Compare", "ne"), alike, masks("nodes", 6))
    counts = index("nodes", bound=6, features=6)
    yield case("compare_integers", op("Compare", "eq"), [coarse, counts], masks("nodes", 6))
    yield case("compare_whole", op("Compare", "lt"), [counts, coarse], masks("nodes", 6), 2)
    widest, far = real("nodes", 6, "ap_fixed<32,2>"), real("nodes", 6, "ap_fixed<32,30>")
    yield case("compare_wide", op("Compare", "lt"), [widest, far], masks("nodes", 6))
    tiny = real("nodes", 6, "ap_fixed<4,-6>")
    yield case("compare_tiny", op("Compare", "ge"), [coarse, tiny], masks("nodes", 6))
    both = [bits("edges"), bits("edges")]
    yield case("compare_bits", op("Compare", "lt"), both, bits("edges"))


def select_cases() -> Iterator[Case]:
    """Choices between one format and two; each operand broadcast in turn."""
    wide, narrow = real("nodes", 6), real("nodes", 6, "ap_fixed<12,3>")
    one, mask, row = real("nodes", 1, "ap_fixed<7,4>"), masks("nodes", 6), bits("nodes")
    out = real("nodes", 6, "ap_fixed<14,5>")
    yield case("select", op("Select"), [mask, wide, narrow], out)
    yield case("select_alike", op("Select"), [mask, wide, wide], wide, 3)
    yield case("select_row", op("Select"), [row, narrow, wide], out, 2)
    yield case("select_one", op("Select"), [mask, one, narrow], out, 2)
    yield case("select_other", op("Select"), [row, wide, one], out, 3)
    yield case("select_constant", op("Select"), [mask, one, one], out, 2)
    far = real("nodes", 6, "ap_fixed<16,30>")
    widest, coarse = real("nodes", 6, "ap_fixed<32,12>"), real("nodes", 6, "ap_fixed<31,12>")
    yield case("select_wide", op("Select"), [mask, widest, coarse], coarse)
    yield case("select_far", op("Select"), [mask, far, narrow], real("nodes", 6, "ap_fixed<9,2>"))


def joint_cases() -> Iterator[Case]:
    """Pairs of integers as one: powers of two and other radices, either operand broadcast."""
    one, many = index("nodes", bound=12), index("nodes", bound=10, features=6)
    for name, radix in (("", 10), ("_two", 16), ("_sparse", 33), ("_dense", 63)):
        a, b = index("nodes", bound=7), index("nodes", bound=radix)
        yield case(f"joint{name}", op("Joint", radix), [a, b], index("nodes", bound=7 * radix))
    only = [index("nodes", bound=1), index("nodes", bound=16)]
    yield case("joint_only", op("Joint", 16), only, index("nodes", bound=16))
    both = [index("nodes", bound=12, features=6), many]
    y = index("nodes", bound=120, features=6)
    yield case("joint_lanes", op("Joint", 10), both, y, 3)
    yield case("joint_broadcast", op("Joint", 10), [one, many], y, 2)
    yield case("joint_with_one", op("Joint", 12), [many, one], y, 3)
    large = [index("nodes", bound=70000), index("nodes", bound=1)]
    yield case("joint_alone", op("Joint", 1), large, index("nodes", bound=70000))


def integer_cases() -> Iterator[Case]:
    """Roundings to integers as numbers, as integers, and their parity; fractions of every size."""
    forms = {"": "ap_fixed<9,5>", "_coarse": "ap_fixed<6,8>", "_fine": "ap_fixed<6,-1>"}
    for name, form in forms.items():
        x = real("nodes", 6, form)
        yield case(f"odd{name}", op("Odd"), [x], masks("nodes", 6), 2)
        y = index("nodes", bound=11, features=6)
        yield case(f"whole{name}", op("Whole", 11), [x], y, 3)
        for mode in ("floor", "trunc", "round"):
            y = real("nodes", 6, "ap_fixed<7,5>" if name else "ap_fixed<8,7,AP_RND_CONV,AP_SAT>")
            yield case(f"round_{mode}{name}", op("Round", mode), [x], y, 2)
    widest = real("nodes", 6, "ap_fixed<32,28>")
    yield case("whole_wide", op("Whole", 70000), [widest], index("nodes", bound=70000, features=6))
    out = real("nodes", 6, "ap_fixed<32,29>")
    yield case("round_wide", op("Round", "round"), [widest], out, 2)
    y = real("nodes", 6, "ap_fixed<5,6>")
    yield case("round_twice", op("Round", "floor"), [real("nodes", 6, "ap_fixed<9,7>")], y)
