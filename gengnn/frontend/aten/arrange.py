"""Tensors rolled, tiled, padded, unfolded: what is a few of the plainer moves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gengnn.frontend.aten.select import lower_cat, lower_slice, pick, static_size
from gengnn.frontend.aten.shape import lower_permute, lower_repeat, lower_unsqueeze, lower_view
from gengnn.frontend.builder import Builder
from gengnn.ops.fill import constant
from gengnn.ops.lowering import Abstract, Dim, LoweringError, lowers, wrap_dim


@lowers("aten.roll.default")
def lower_roll(
    b: Builder, x: Abstract, shifts: int | Sequence[int], dims: int | Sequence[int] = ()
) -> Abstract:
    """Entries moved up a static dimension; those that fall off come in at its start."""
    asked = [dims] if isinstance(dims, int) else list(dims)
    steps = [shifts] if isinstance(shifts, int) else list(shifts)
    if not asked:
        raise LoweringError("rolls the rows", "give roll the dimension of the features")
    for step, dim in zip(steps, asked, strict=True):
        size = static_size(b, x, dim)
        x = pick(b, x, dim, [(place - step) % size for place in range(size)])
    return x


@lowers("aten.tile.default")
def lower_tile(b: Builder, x: Abstract, counts: Sequence[Dim]) -> Abstract:
    """Dimensions repeated, those that are not told of kept."""
    return lower_repeat(b, x, [1] * (len(b.sizes(x)) - len(counts)) + list(counts))


@lowers("aten.repeat_interleave.self_int")
def lower_repeat_interleave(
    b: Builder, x: Abstract, count: int, dim: int | None = None, **size: Abstract
) -> Abstract:
    """Every entry of a static dimension `count` times."""
    if dim is None:
        raise LoweringError("repeats rows", "give repeat_interleave the dimension of the features")
    places = np.repeat(np.arange(static_size(b, x, dim)), count)
    return pick(b, x, dim, places.tolist())


@lowers("aten.movedim.int", "aten.movedim.intlist")
def lower_movedim(
    b: Builder, x: Abstract, source: int | Sequence[int], to: int | Sequence[int]
) -> Abstract:
    """Some dimensions in other places, the rest in their order."""
    rank = len(b.sizes(x))
    first, second = (
        [wrap_dim(dim, rank) for dim in ([told] if isinstance(told, int) else told)]
        for told in (source, to)
    )
    rest = iter(dim for dim in range(rank) if dim not in first)
    order = [first[second.index(at)] if at in second else next(rest) for at in range(rank)]
    return lower_permute(b, x, order)


@lowers("aten.unflatten.int")
def lower_unflatten(b: Builder, x: Abstract, dim: int, sizes: Sequence[Dim]) -> Abstract:
    """One dimension as several."""
    old = b.sizes(x)
    place = wrap_dim(dim, len(old))
    return lower_view(b, x, (*old[:place], *sizes, *old[place + 1 :]))


@lowers("aten.tensor_split.sections")
def lower_tensor_split(b: Builder, x: Abstract, sections: int, dim: int = 0) -> list[Abstract]:
    """`sections` ranges, the first ones longer by one where they cannot be equal."""
    sizes = [len(part) for part in np.array_split(np.arange(static_size(b, x, dim)), sections)]
    starts = np.cumsum([0, *sizes])
    return [
        lower_slice(b, x, dim, int(at), int(at) + n) for at, n in zip(starts, sizes, strict=False)
    ]


@lowers("aten.hstack.default", "aten.column_stack.default")
def lower_hstack(b: Builder, tensors: Sequence[Abstract]) -> Abstract:
    """Features of the first tensor, then of the second, ...; one column each if they have none."""
    columns = [x if len(b.sizes(x)) > 1 else lower_unsqueeze(b, x, 1) for x in tensors]
    return lower_cat(b, columns, 1)


@lowers("aten.pad.default", "aten.constant_pad_nd.default")
def lower_pad(
    b: Builder, x: Abstract, widths: Sequence[int], *how: Abstract, value: float | None = None
) -> Abstract:
    """A constant before and behind the last dimensions; negative widths cut off."""
    mode = how[0] if how and isinstance(how[0], str) else "constant"
    if mode != "constant":
        raise LoweringError(f"pads by {mode}", "pad with a constant")
    numbers = [entry for entry in how if isinstance(entry, (int, float))]
    number = numbers[0] if numbers else value or 0.0
    for back, (before, behind) in enumerate(zip(widths[::2], widths[1::2], strict=True)):
        dim = len(b.sizes(x)) - 1 - back
        x = lower_slice(b, x, dim, max(-before, 0), static_size(b, x, dim) - max(-behind, 0))
        start, rest = b.sizes(x)[:dim], b.sizes(x)[dim + 1 :]
        front, end = (
            [constant(b, (*start, width, *rest), number)] if width > 0 else []
            for width in (before, behind)
        )
        x = lower_cat(b, [*front, x, *end], dim)
    return x
