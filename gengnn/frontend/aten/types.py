"""Changes of type: numbers, integers and masks made from each other."""

from __future__ import annotations

from gengnn.frontend.aten.masks import mask_of
from gengnn.frontend.aten.signs import is_count
from gengnn.frontend.builder import Builder
from gengnn.ir import Kind
from gengnn.ops.lowering import Abstract, Infinite, LoweringError, Rowed, Stack, lowers
from gengnn.ops.round import rounded


@lowers(
    "aten.to.dtype",
    "aten.to.dtype_layout",
    "aten._to_copy.default",
    "aten.to.other",
    "aten.type_as.default",
)
def lower_to(b: Builder, x: Abstract, *rest: Abstract, **named: Abstract) -> Abstract:
    """The same numbers in another type; widths of numbers follow from quantisation instead.

    Numbers become integers by rounding toward 0; they stay numbers, of integer value.
    """
    parts = x.parts if isinstance(x, Stack) else (x,)
    kinds = {part.value.kind if isinstance(part, Rowed) else None for part in parts}
    if isinstance(x, Infinite) or kinds == {None}:
        return x
    if "float" in b.dtype:
        return x if kinds == {Kind.REAL} else b.real(x)
    if b.dtype == "bool":
        return x if kinds == {Kind.MASK} else mask_of(b, x)
    if "int" not in b.dtype:
        raise LoweringError(f"turns numbers into {b.dtype}")
    if kinds == {Kind.INDEX}:
        return x
    numbers = b.real(x)
    is_whole = kinds == {Kind.MASK} or is_count(b, numbers.value)
    return numbers if is_whole else rounded(b, numbers, "trunc")
