"""The arguments of a model that is exported: found in an example, their row counts left open."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypeAlias

from torch import Tensor, nn
from torch.export import Dim
from torch_geometric.data import Data, HeteroData

from gengnn.attributes import attribute, names
from gengnn.errors import ConfigError
from gengnn.frontend.spaces import Role, home, is_count, is_index
from gengnn.ir import KeyPath

MIN_ROWS = 2
"""Rows that every dimension of the traced example has: torch takes 0 and 1 as constants."""

ENDS = 2
"""Rows, and dimensions, of an index [2, E]."""

REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
"""Kinds of parameters that stand for any others: *args, **kwargs."""

Example: TypeAlias = Data | HeteroData | Mapping[str, Any] | tuple[Any, ...]
"""What a model is exported with: a graph, or its arguments by position."""


def arguments(model: nn.Module, example: Example) -> dict[str, Any]:
    """The arguments of `forward` by name, in order; None for those left at their default.

    Raises:
        ConfigError: the example lacks an argument, or has more than `forward` takes.
    """
    signature = inspect.signature(model.forward)
    if isinstance(example, tuple):
        try:
            return dict(signature.bind(*example).arguments)
        except TypeError as error:
            raise ConfigError(
                f"the example does not fit {type(model).__name__}.forward{signature}: {error}"
            ) from error
    args: dict[str, Any] = {}
    for name, parameter in signature.parameters.items():
        if parameter.kind in REST:
            continue
        is_required = parameter.default is inspect.Parameter.empty
        value = attribute(example, name) if is_required or _has(example, name) else None
        if value is None and is_required:
            raise ConfigError(
                f"{type(model).__name__}.forward takes {name}, which the example does not have\n"
                f"  the example has {', '.join(names(example))}\n"
                "  name the arguments of forward as the attributes, or pass a tuple of arguments"
            )
        args[name] = parameter.default if value is None else value
    while args and list(args.values())[-1] is None:
        args.popitem()
    return args


def _has(example: Example, name: str) -> bool:
    """Whether an attribute is there, and not only made up from others as `batch` is."""
    return name in names(example) or f"{name}_dict" in names(example)


def roomy(path: KeyPath, x: Any) -> Any:
    """An argument with at least MIN_ROWS rows; what is in them does not matter to a trace."""
    if isinstance(x, dict):
        return type(x)((key, roomy((*path, key), entry)) for key, entry in x.items())
    if isinstance(x, (list, tuple)):
        return type(x)(roomy((*path, place), entry) for place, entry in enumerate(x))
    if _is_open_count(path, x):
        return max(x, MIN_ROWS)
    dim = _row_dim(path, x)
    if dim is None or x.shape[dim] >= MIN_ROWS:
        return x
    shape = list(x.shape)
    shape[dim] = MIN_ROWS
    return x.new_zeros(shape)


def open_sizes(path: KeyPath, x: Any) -> Any:
    """The dynamic dimensions of an argument, in the structure that it has."""
    if isinstance(x, dict):
        return {key: open_sizes((*path, key), entry) for key, entry in x.items()}
    if isinstance(x, (list, tuple)):
        return type(x)(open_sizes((*path, place), entry) for place, entry in enumerate(x))
    if _is_open_count(path, x):
        return Dim.AUTO
    dim = _row_dim(path, x)
    return None if dim is None else {dim: Dim.AUTO}


def _is_open_count(path: KeyPath, x: Any) -> bool:
    """Whether an argument is a number of rows."""
    return isinstance(x, int) and not isinstance(x, bool) and is_count(path)


def _row_dim(path: KeyPath, x: Any) -> int | None:
    """The dimension that varies: of all tensors but features of the one graph, [1, F]."""
    if not isinstance(x, Tensor) or x.dim() == 0:
        return None
    if x.dim() == ENDS == x.shape[0] and not x.is_floating_point() and is_index(path):
        return 1
    return None if home(path).role is Role.GRAPH and x.shape[0] == 1 else 0
