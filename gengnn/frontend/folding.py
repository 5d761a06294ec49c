"""Calls on constants only, computed during import in float64."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from gengnn.frontend.program import DType
from gengnn.ops.lowering import Abstract, Const, Full, LoweringError, limited

LANEWISE = frozenset(
    [
        "abs",
        "add",
        "bitwise_not",
        "clamp",
        "clamp_max",
        "clamp_min",
        "div",
        "elu",
        "eq",
        "exp",
        "ge",
        "gelu",
        "gt",
        "leaky_relu",
        "log",
        "logical_not",
        "lt",
        "le",
        "masked_fill",
        "maximum",
        "minimum",
        "mul",
        "ne",
        "neg",
        "pow",
        "reciprocal",
        "relu",
        "rsqrt",
        "rsub",
        "sigmoid",
        "silu",
        "softplus",
        "sqrt",
        "square",
        "sub",
        "tanh",
        "to",
        "_to_copy",
        "where",
    ]
)
"""Operators whose result at each entry depends on that entry only."""

SHAPING = frozenset(
    [
        "addmm",
        "alias",
        "cat",
        "clone",
        "contiguous",
        "detach",
        "flatten",
        "index_select",
        "linear",
        "lift_fresh_copy",
        "matmul",
        "mean",
        "mm",
        "permute",
        "reshape",
        "select",
        "slice",
        "softmax",
        "squeeze",
        "stack",
        "sum",
        "t",
        "transpose",
        "unsqueeze",
        "view",
    ]
)
"""More operators that are computed when every tensor is a constant without rows."""

_TARGET = re.compile(r"aten\.(\w+?)(_?)\.(\w+)")


def fold(target: str, args: Sequence[Abstract], kwargs: Mapping[str, Abstract]) -> Abstract:
    """The result of a call on constants, or None when the call is not one."""
    match = _TARGET.fullmatch(target)
    tensors = [x for x in _flat([*args, *kwargs.values()]) if not isinstance(x, _LITERALS)]
    if not match or not tensors or not all(isinstance(x, (Const, Full)) for x in tensors):
        return None
    fulls = [x for x in tensors if isinstance(x, Full)]
    if match[1] not in (LANEWISE if fulls else LANEWISE | SHAPING):
        return None
    overload = getattr(getattr(torch.ops.aten, match[1] + match[2]), match[3])
    result = overload(*_torch(args), **{key: _torch(x) for key, x in kwargs.items()})
    if not isinstance(result, torch.Tensor):
        return None
    limited(result.numel())
    data = result.detach().numpy()
    return _full(data, fulls) if fulls else Const(data)


_LITERALS = (int, float, bool, str, type(None), DType)


def _flat(args: Any) -> list[Any]:
    if isinstance(args, (list, tuple)):
        return [x for entry in args for x in _flat(entry)]
    return [args]


def _full(data: np.ndarray[Any, Any], fulls: Sequence[Full]) -> Full:
    """A lanewise result on rows: the rows must meet in one dimension."""
    places = {full.axis + data.ndim - full.data.ndim for full in fulls}
    rows = {full.rows for full in fulls}
    axis = places.pop()
    if places or len(rows) > 1 or data.shape[axis] != 1:
        raise LoweringError("combines constants on the rows of different spaces")
    return Full(data, axis, rows.pop())


def _torch(x: Abstract) -> Any:
    """An argument as torch takes it; floating point is float64 throughout."""
    if isinstance(x, (list, tuple)):
        return [_torch(entry) for entry in x]
    if isinstance(x, (Const, Full)):
        return torch.from_numpy(np.array(x.data))
    if isinstance(x, DType):
        return torch.float64 if x.is_float else getattr(torch, x.name, torch.float64)
    return x
