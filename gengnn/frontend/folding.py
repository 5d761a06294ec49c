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
        "_to_copy",
        "abs",
        "acos",
        "acosh",
        "add",
        "asin",
        "asinh",
        "atan",
        "atan2",
        "atanh",
        "bitwise_not",
        "ceil",
        "celu",
        "clamp",
        "clamp_max",
        "clamp_min",
        "cos",
        "cosh",
        "div",
        "elu",
        "eq",
        "erf",
        "erfc",
        "exp",
        "exp2",
        "expm1",
        "floor",
        "fmod",
        "frac",
        "ge",
        "gelu",
        "gt",
        "hardshrink",
        "hardsigmoid",
        "hardswish",
        "hardtanh",
        "hypot",
        "le",
        "leaky_relu",
        "log",
        "log10",
        "log1p",
        "log2",
        "log_sigmoid",
        "logaddexp",
        "logical_not",
        "logit",
        "lt",
        "masked_fill",
        "maximum",
        "minimum",
        "mish",
        "mul",
        "ne",
        "neg",
        "pow",
        "reciprocal",
        "relu",
        "relu6",
        "remainder",
        "round",
        "rsqrt",
        "rsub",
        "selu",
        "sgn",
        "sigmoid",
        "sign",
        "silu",
        "sin",
        "sinh",
        "softplus",
        "softshrink",
        "sqrt",
        "square",
        "sub",
        "tan",
        "tanh",
        "threshold",
        "to",
        "true_divide",
        "trunc",
        "where",
        "xlogy",
    ]
)
"""Operators whose result at each entry depends on that entry only."""

SHAPING = frozenset(
    [
        "addmm",
        "addmv",
        "adjoint",
        "alias",
        "baddbmm",
        "bilinear",
        "bmm",
        "cat",
        "chunk",
        "clone",
        "contiguous",
        "detach",
        "dot",
        "einsum",
        "embedding",
        "flatten",
        "index_select",
        "linalg_vector_norm",
        "linear",
        "linalg_vecdot",
        "lift_fresh_copy",
        "matmul",
        "matrix_H",
        "mean",
        "mm",
        "mT",
        "mv",
        "numpy_T",
        "outer",
        "permute",
        "reshape",
        "select",
        "slice",
        "softmax",
        "split",
        "split_with_sizes",
        "squeeze",
        "stack",
        "sum",
        "t",
        "tensordot",
        "transpose",
        "unbind",
        "unflatten",
        "unsqueeze",
        "vdot",
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
    if isinstance(result, (list, tuple)):
        return [Const(part.detach().numpy()) for part in result]
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
