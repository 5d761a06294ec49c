"""Models whose forward takes a whole Data: exported with its attributes as arguments."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn
from torch_geometric.data import Data


def takes_data(model: nn.Module, example: object) -> bool:
    """Whether `forward` takes one argument that must be the Data itself."""
    parameters = list(inspect.signature(model.forward).parameters.values())
    required = [p for p in parameters if p.default is inspect.Parameter.empty]
    if not isinstance(example, Data) or len(required) != 1:
        return False
    return required[0].name == "batch" or required[0].name not in example


def attributes(example: Data) -> list[str]:
    """The tensors of a Data that a model may read; `y` is what it should tell."""
    return [
        str(key) for key, x in example.to_dict().items() if isinstance(x, Tensor) and key != "y"
    ]


@contextmanager
def unpacked(model: nn.Module, names: Sequence[str]) -> Iterator[None]:
    """Let `forward` take the attributes `names` instead of a Data."""
    original = model.forward

    def forward(*args: Any) -> Any:
        return original(Data(**dict(zip(names, args, strict=True))))

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, kind) for name in names]
    forward.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    model.forward = forward
    try:
        yield
    finally:
        del model.forward
