"""What `torch.export` cannot follow in PyG by itself, mended while a model is traced."""

from __future__ import annotations

import builtins
import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from io import StringIO
from typing import Any

import torch
import torch_geometric
from torch import Tensor, nn
from torch.export import ExportedProgram
from torch.fx.experimental.symbolic_shapes import GuardOnDataDependentSymNode

from gengnn.errors import UnsupportedModelError
from gengnn.frontend.failures import untraceable
from gengnn.frontend.refusals import Refused
from gengnn.frontend.standins import standing_in

SIZED = ("torch_geometric.utils", "torch_geometric.nn")
"""Packages whose modules turn `index.max()` into a number of rows with int()."""


def trace(model: nn.Module, args: tuple[Any, ...], sizes: tuple[Any, ...]) -> ExportedProgram:
    """torch.export of `model` on `args` with dynamic `sizes`.

    Raises:
        UnsupportedModelError: it cannot be followed; the message lists all that was found.
    """
    with followed(model) as refused, torch.no_grad():  # so that nothing changes that mode
        try:
            program = torch.export.export(model, args, dynamic_shapes=sizes, strict=False)
        except Exception as error:  # torch.export raises whatever the model's code raises
            cause = _cause(error)
            if isinstance(cause, GuardOnDataDependentSymNode):
                with refused.answering(), suppress(Exception):
                    torch.export.export(model, args, dynamic_shapes=sizes, strict=False)
            refused.give_up(cause)
    if refused.failures:
        raise UnsupportedModelError(untraceable(type(model).__name__, refused.failures))
    return program


def _cause(error: BaseException) -> BaseException:
    """What went wrong first: PyG's aggregations ask for sizes when something else fails."""
    while error.__context__ is not None:
        error = error.__context__
    return error


@contextmanager
def followed(model: nn.Module) -> Iterator[Refused]:
    """Everything that makes PyG's own code traceable; collects what is refused all the same."""
    refused = Refused(model)
    with (
        symbolic_sizes(model),
        one_matmul_per_relation(),
        standing_in(model, refused),
        refused.watching(),
        quiet(),
    ):
        yield refused


class _IsInt(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, builtins.int)


class _SizeInt(builtins.int, metaclass=_IsInt):
    """int() that keeps a tensor's number symbolic, so that int(batch.max()) + 1 is a size."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and isinstance(args[0], Tensor):
            size = args[0].item()
            torch._check(size >= 0)  # type: ignore[no-untyped-call]
            return size
        return builtins.int(*args, **kwargs)


@contextmanager
def symbolic_sizes(model: nn.Module) -> Iterator[None]:
    """Give the modules that compute sizes from tensors an int() that torch.export can follow.

    `int(tensor)` must return a Python int, which a traced tensor has none of; PyG's pools call it
    for the number of graphs.
    """
    own = {type(module).__module__ for module in model.modules()}
    names = [name for name in sys.modules if name.startswith(SIZED) or name in own]
    scopes = [vars(sys.modules[name]) for name in names if not name.startswith("torch.")]
    patched = [scope for scope in scopes if "int" not in scope]
    for scope in patched:
        scope["int"] = _SizeInt
    try:
        yield
    finally:
        for scope in patched:
            del scope["int"]


@contextmanager
def one_matmul_per_relation() -> Iterator[None]:
    """Keep RGCNConv from choosing its kernel by how many edges each relation has."""
    backend = torch_geometric.backend
    asked = backend.use_segment_matmul
    backend.use_segment_matmul = False
    try:
        yield
    finally:
        backend.use_segment_matmul = asked


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings of torch.export about its own insides, and its graph dumps."""
    loggers = [logging.getLogger(name) for name in ("torch.fx", "torch.export", "torch._export")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings(), redirect_stderr(StringIO()):
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
