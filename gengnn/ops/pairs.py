"""What the two-operand row ops share: broadcasting one lane over a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor

from gengnn.ir import Value
from gengnn.ops.base import Site


def infer_pair(inputs: Sequence[Value]) -> Value:
    """The type of a two-operand result: the wider operand's."""
    first, second = inputs
    wide = first if first.features >= second.features else second
    return replace(wide, target=None, bound=None)


def align_pair(inputs: Sequence[Tensor], values: Sequence[Value]) -> tuple[Tensor, Tensor]:
    """Both operands as [rows, F] or, for a broadcast one, [rows, 1]."""
    first, second = (
        x.reshape(x.shape[0], v.features) for x, v in zip(inputs, values, strict=False)
    )
    return first, second


def pair_params(site: Site) -> dict[str, int]:
    """Lanes, beats and widths of both operands; a broadcast operand has one lane per row."""
    a, b = site.inputs
    return {
        "LanesA": site.lanes["a"],
        "LanesB": site.lanes["b"],
        "Lanes": site.lanes["y"],
        "Beats": site.beats("y", site.output),
        "BroadcastA": int(a.features == 1 < site.output.features),
        "BroadcastB": int(b.features == 1 < site.output.features),
        "WidthA": a.format.width,
        "WidthB": b.format.width,
    }
